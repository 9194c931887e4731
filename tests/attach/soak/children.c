/*
 * children.c - one thread forks, one calls vfork() and becomes another program, one posix_spawn()s:
 * each child must end as it should. Blocks are checked meanwhile. It ends when stdin does.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static volatile int is_ending;
static _Atomic long rounds, wrong;

/* A block that was born before the child is freed in it, and lives on in the parent. */
static pid_t by_fork(char *block)
{
	pid_t child = fork();

	if (child == 0) {
		int is_right = block[99] == 3;

		free(block);
		free(malloc(5000));
		_exit(is_right ? 17 : 1);
	}
	return child;
}

static pid_t by_vfork(char *block)
{
	static char *const arguments[] = { "sh", "-c", "exit 17", NULL };
	pid_t child = vfork();

	(void)block;
	if (child == 0) {
		execv("/bin/sh", arguments);
		_exit(1);
	}
	return child;
}

static pid_t by_spawn(char *block)
{
	static char *const arguments[] = { "sh", "-c", "exit 17", NULL };
	pid_t child = -1;

	(void)block;
	return posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ) ? -1 : child;
}

static void *work(void *argument)
{
	pid_t (*begin)(char *) = (pid_t(*)(char *))argument;

	while (!is_ending) {
		char *block = malloc(100);
		int status = 0;
		pid_t child;

		memset(block, 3, 100);
		child = begin(block);
		wrong += child <= 0 || waitpid(child, &status, 0) != child ||
		         !WIFEXITED(status) || WEXITSTATUS(status) != 17 || block[99] != 3;
		free(block);
		rounds++;
		usleep(3000);
	}
	return NULL;
}

int main(void)
{
	pid_t (*const ways[])(char *) = { by_fork, by_vfork, by_spawn };
	pthread_t threads[3];
	char line[64];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, work, (void *)ways[i]);
	while (fgets(line, sizeof(line), stdin))
		;
	is_ending = 1;
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("rounds %ld wrong %ld\n", rounds, wrong);
	return wrong != 0;
}

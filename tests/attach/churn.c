/*
 * churn.c - threads come and go, libraries are opened and closed, children are forked, exceptions
 * of the C kind (longjmp) pass frames: all while the process is attached to.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile int is_ending;
static _Atomic long rounds, wrong;

static void *brief(void *argument)
{
	char *block = malloc(64);

	memset(block, 7, 64);
	wrong += block[63] != 7;
	free(block);
	return argument;
}

static void *threads(void *unused)
{
	pthread_t thread;

	while (!is_ending) {
		if (pthread_create(&thread, NULL, brief, &rounds))
			continue;
		pthread_join(thread, &unused);
		wrong += unused != (void *)&rounds;
		rounds++;
	}
	return NULL;
}

static void *libraries(void *unused)
{
	while (!is_ending) {
		void *library = dlopen("libm.so.6", RTLD_NOW);

		if (library)
			dlclose(library);
		usleep(2000);
	}
	return unused;
}

static void *children(void *unused)
{
	while (!is_ending) {
		pid_t child = fork();
		int status = 0;

		if (child == 0) {
			free(malloc(100));
			_exit(17);
		}
		if (child > 0 && waitpid(child, &status, 0) == child)
			wrong += !WIFEXITED(status) || WEXITSTATUS(status) != 17;
		usleep(5000);
	}
	return unused;
}

/* libc passes it on to all threads, and waits for each of them. */
static void *users(void *unused)
{
	while (!is_ending) {
		wrong += setuid(getuid()) != 0;
		usleep(3000);
	}
	return unused;
}

static __attribute__((noinline)) void descend(jmp_buf *back, int depth)
{
	free(malloc(32));
	if (!depth)
		longjmp(*back, 3);
	descend(back, depth - 1);
	free(malloc(33));
}

static void *jumps(void *unused)
{
	while (!is_ending) {
		jmp_buf back;
		int value = setjmp(back);

		if (!value)
			descend(&back, 20);
		wrong += value != 3;
		usleep(500);
	}
	return unused;
}

int main(void)
{
	void *(*const kinds[])(void *) = { threads, libraries, children, jumps, users };
	pthread_t all[5];
	char line[64];

	for (int i = 0; i < 5; i++)
		pthread_create(&all[i], NULL, kinds[i], NULL);
	while (fgets(line, sizeof(line), stdin))
		;
	is_ending = 1;
	for (int i = 0; i < 5; i++)
		pthread_join(all[i], NULL);
	printf("rounds %ld wrong %ld\n", rounds, wrong);
	return wrong != 0;
}

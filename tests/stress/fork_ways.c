/*
 * fork_ways.c - children by fork, vfork, posix_spawn and a raw clone system call, while
 * another thread allocates all the time. Every child that runs our code allocates a known
 * number of blocks; the parent's own count stays right.
 *
 * build: -pthread
 * expect: count("parent_allocates") == 25 * 40
 * expect: live("parent_allocates") == 0
 * expect: count("background") == $out.background
 * expect: $out.failed == 0
 * expect: .lost.events == 0
 * process: forked
 * expect: count("child_allocates") == 12
 * process: cloned
 * expect: count("child_allocates") == 13
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

extern char **environ;
static volatile int finished;
static unsigned long background_count;
static void *volatile sinks[2];
static int failed;

static __attribute__((noinline)) void *background(void *argument)
{
	while (!finished) {
		sinks[1] = malloc(64);
		background_count++;
		free(sinks[1]);
	}
	return argument;
}

static __attribute__((noinline)) void parent_allocates(void)
{
	for (int i = 0; i < 40; i++) {
		sinks[0] = malloc(48);
		free(sinks[0]);
	}
}

static __attribute__((noinline)) void child_allocates(int count)
{
	for (int i = 0; i < count; i++)
		sinks[0] = malloc(16);
}

static void reap(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		failed++;
}

static pid_t by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		child_allocates(12);
		_exit(0);
	}
	reap(pid);
	return pid;
}

static void by_vfork(char **argv)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	reap(pid);
}

/* No libc wrapper: the recorder knows by reading the pid alone. */
static pid_t by_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0) {
		child_allocates(13);
		_exit(0);
	}
	reap(pid);
	return pid;
}

int main(void)
{
	char *argv[] = { (char[]){ "/bin/true" }, NULL };
	pid_t forked = 0, cloned = 0, spawned;
	pthread_t thread;

	if (pthread_create(&thread, NULL, background, NULL))
		return 1;
	for (int i = 0; i < 25; i++) {
		forked = by_fork();
		by_vfork(argv);
		if (posix_spawn(&spawned, argv[0], NULL, NULL, argv, environ))
			return 1;
		reap(spawned);
		cloned = by_clone();
		parent_allocates();
	}
	finished = 1;
	pthread_join(thread, NULL);
	dprintf(STDOUT_FILENO, "forked=%d\ncloned=%d\nfailed=%d\nbackground=%lu\n", forked,
	        cloned, failed, background_count);
	return 0;
}

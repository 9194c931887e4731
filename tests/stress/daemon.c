/*
 * daemon.c - a double-fork daemon: new session, all descriptors closed, another working
 * directory. It allocates after its parents are gone; its ring is read all the same.
 *
 * process: daemon
 * expect: count("daemon_allocates") == 500
 * expect: live("daemon_allocates") == 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void daemon_allocates(void)
{
	struct timespec pause = { .tv_nsec = 300000000 };

	for (int i = 0; i < 500; i++) {
		if (i == 250)
			nanosleep(&pause, NULL);
		sink = malloc(32);
		free(sink);
	}
}

int main(void)
{
	int channel[2];
	pid_t daemon = 0, child;

	if (pipe(channel))
		return 1;
	child = fork();
	if (child == 0) {
		setsid();
		if (fork())
			_exit(0);
		daemon = getpid();
		if (write(channel[1], &daemon, sizeof(daemon)) != sizeof(daemon))
			_exit(1);
		for (int descriptor = 0; descriptor < 1024; descriptor++)
			close(descriptor);
		if (chdir("/"))
			_exit(1);
		daemon_allocates();
		_exit(0);
	}
	waitpid(child, NULL, 0);
	if (read(channel[0], &daemon, sizeof(daemon)) != sizeof(daemon))
		return 1;
	dprintf(STDOUT_FILENO, "daemon=%d\n", daemon);
	return 0;
}

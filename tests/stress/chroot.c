/*
 * chroot.c - changes its working directory, then its root (where it may), and allocates
 * on. A child that is forked in there cannot reach the session's directory: it is recorded
 * as well as others, with the names of its functions.
 *
 * expect: count("allocate") == 300
 * expect: $out.child_status == 0
 * expect: .lost.events == 0
 * process: child
 * expect: count("allocate") == 50
 * expect: live("allocate") == 800
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void allocate(int count)
{
	for (int i = 0; i < count; i++)
		sink = malloc(16);
}

int main(void)
{
	int status = -1;
	pid_t pid;

	allocate(100);
	if (mkdir("jail", 0700) || chdir("jail"))
		return 1;
	allocate(100);
	if (chroot(".") == 0 && chdir("/"))
		return 2;
	pid = fork();
	if (pid == 0) {
		allocate(50);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 3;
	dprintf(STDOUT_FILENO, "child=%d\n", pid);
	allocate(100);
	dprintf(STDOUT_FILENO, "child_status=%d\n", status);
	return 0;
}

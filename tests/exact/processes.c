/*
 * processes.c - vfork, fork, and clone on a stack of its own, from frames with stubs: the
 * child of a vfork runs on its parent's stack and in its memory, one of a fork returns
 * over the stubs it inherited, and so does the parent.
 *
 * guards: a stub is not reused before it has run
 * build: gcc -O2
 * build: gcc -O0
 * build: clang -O2
 */
#include "exact.h"

#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

NOINLINE static int work(int depth)
{
	char *text = malloc(50);
	int result = depth ? work(depth - 1) + 1 : 0;

	free(text);
	allocate_here();
	return result;
}

NOINLINE static int wait_for(pid_t pid)
{
	int status = -1;

	check(waitpid(pid, &status, 0) == pid, "no child");
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

NOINLINE static int by_vfork(int depth)
{
	pid_t pid;

	allocate_here();
	expect_stub();
	if (depth)
		return by_vfork(depth - 1) + 1;
	pid = vfork();
	if (pid == 0) {
		/* New frames, patched and returned from, in the parent's memory. */
		if (work(10) == 10)
			_exit(33);
		_exit(1);
	}
	check(wait_for(pid) == 33, "vfork");
	pid = vfork();
	if (pid == 0) {
		allocate_here();
		execl("/bin/true", "true", NULL);
		_exit(1);
	}
	check(wait_for(pid) == 0, "vfork and exec");
	return 0;
}

NOINLINE static int by_fork(int depth, pid_t *child)
{
	int result = 0;

	allocate_here();
	expect_stub();
	if (depth)
		result = by_fork(depth - 1, child) + 1;
	else
		*child = fork();
	work(depth % 3);
	return result;
}

static int clone_child(void *argument)
{
	return work(6) == 6 ? 40 + *(int *)argument : 1;
}

NOINLINE static int by_clone(int depth, char *stack, int flags)
{
	int number = 2;

	allocate_here();
	if (depth)
		return by_clone(depth - 1, stack, flags) + 1;
	check(wait_for(clone(clone_child, stack, flags | SIGCHLD, &number)) == 42, "clone");
	return 0;
}

NOINLINE static int by_spawn(int depth)
{
	char *arguments[] = { "true", NULL };
	pid_t pid;

	allocate_here();
	if (depth)
		return by_spawn(depth - 1) + 1;
	check(posix_spawnp(&pid, "true", NULL, NULL, arguments, environ) == 0, "spawn");
	check(wait_for(pid) == 0, "true");
	return 0;
}

int main(void)
{
	char *stack = malloc(65536);

	exact_begin();
	for (int i = 0; i < 8; i++) {
		pid_t child = -1;

		check(by_vfork(i) == i, "vfork");
		check(by_fork(i, &child) == i, "fork");
		if (child == 0) {
			check(by_vfork(2) == 2, "vfork in a child");
			work(20);
			_exit(exact_wrong ? 1 : 21);
		}
		check(wait_for(child) == 21, "the child's way back");
		check(by_clone(i, stack + 65536 - 64, 0) == i, "clone");
		check(by_clone(i, stack + 65536 - 64, CLONE_VM | CLONE_VFORK) == i, "shared");
		check(by_spawn(i) == i, "spawn");
	}
	return exact_end();
}

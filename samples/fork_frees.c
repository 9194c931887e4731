/*
 * fork_frees.c - a child that frees its parent's blocks frees its own copies: in the
 * parent they live on, until it frees them itself, one frame further out. In the child
 * their births were not seen, so they are not reported; what the child allocates in
 * frames that began before the fork is exact again, from the child's first event on.
 *
 * process: parent
 * expect: depths("make") == {"1": 30}
 * expect: owners("make") == ["main"] and verdicts("make") == ["escaping"]
 * process: child
 * expect: .totals.frees == 30 + 50 and .totals.unknown_frees == 30
 * expect: depths("child_works") == {"0": 50}
 * expect: verdicts("child_works") == ["stack_like"]
 * expect: .classes.escaping.blocks == 0
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void *make(void)
{
	void *block = malloc(40);

	sink = block;
	return block;
}

static __attribute__((noinline)) void child_works(void)
{
	for (int i = 0; i < 50; i++) {
		sink = malloc(64);
		free(sink);
	}
}

int main(void)
{
	void *blocks[30];
	pid_t child;

	for (int i = 0; i < 30; i++)
		blocks[i] = make();
	child = fork();
	for (int i = 0; i < 30; i++)
		free(blocks[i]);
	if (child == 0) {
		child_works();
		_exit(0);
	}
	waitpid(child, NULL, 0);
	dprintf(STDOUT_FILENO, "parent=%d\nchild=%d\n", (int)getpid(), (int)child);
	return 0;
}

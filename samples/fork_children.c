/*
 * fork_children.c - the parent allocates 100 blocks and forks twice. The first child
 * frees 40 of them and allocates 7; the second leaves by _exit after allocating 9. Each
 * process has a ring of its own, and a child's free does not touch its parent's block.
 * (Before glibc 2.37 dprintf() makes a block, so snprintf() it is.)
 *
 * expect: .totals.allocations == 100
 * expect: .totals.frees == 0
 * expect: .totals.live_blocks == 100
 * process: first
 * expect: .totals.allocations == 7
 * expect: .totals.frees == 40
 * expect: count("child_allocates") == 7
 * process: second
 * expect: .totals.allocations == 9
 * expect: live("child_allocates") == 9 * 16
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void *blocks[100];
static void *volatile sink;

static __attribute__((noinline)) void child_allocates(int count)
{
	for (int i = 0; i < count; i++)
		sink = malloc(16);
}

int main(void)
{
	pid_t first, second;
	char text[64];
	int length;

	for (int i = 0; i < 100; i++)
		blocks[i] = malloc(32);
	first = fork();
	if (first == 0) {
		for (int i = 0; i < 40; i++)
			free(blocks[i]);
		child_allocates(7);
		exit(0);
	}
	second = fork();
	if (second == 0) {
		child_allocates(9);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	length = snprintf(text, sizeof(text), "first=%d\nsecond=%d\n", first, second);
	return write(STDOUT_FILENO, text, (size_t)length) != length;
}

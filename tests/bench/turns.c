/*
 * turns.c - what a turn of a coroutine costs that allocates.
 *
 *   turns STACKS TURNS
 *
 * STACKS stacks, of 16 KiB each, are gone to one after the other, TURNS times in all. A turn is
 * a bare switch to a stack, a malloc, a free, and the switch back. With 0 stacks the pairs are
 * made on the thread's own stack, and nothing is switched. Prints nanoseconds of the program's
 * user time per turn: other processes count for less in it than in wall time.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "stack_switch.h"

#define STACK_BYTES (16 << 10)
#define STAGGER_BYTES \
	64 /* as they come from an allocator: not all at the same offset in a page */

static void *outside, **inside;
static long current;

static __attribute__((noinline)) void make_pair(void)
{
	void *block = malloc(40 + current % 8 * 16);

	free(block);
	__asm__ volatile("" : : "r"(block) : "memory");
}

static void body(void)
{
	for (;;) {
		make_pair();
		stack_switch(&inside[current], outside);
	}
}

static void *stack_begin(char *high)
{
	uintptr_t *at = (uintptr_t *)high;

	*--at = 0; /* nobody has called it */
	*--at = (uintptr_t)body;
	for (int i = 0; i < 6; i++)
		*--at = 0;
	return at;
}

static double user_ns(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec * 1e9 + (double)usage.ru_utime.tv_usec * 1e3;
}

static void run(long stacks, long turns)
{
	for (long i = 0; i < turns; i++) {
		current = stacks ? i % stacks : i;
		if (stacks)
			stack_switch(&outside, inside[current]);
		else
			make_pair();
	}
}

int main(int argc, char **argv)
{
	long stacks = argc > 2 ? atol(argv[1]) : -1, turns = argc > 2 ? atol(argv[2]) : 0;
	double begin_ns;
	char *space;

	if (stacks < 0 || turns < 1) {
		fprintf(stderr, "usage: turns STACKS TURNS\n");
		return 2;
	}
	inside = malloc((size_t)(stacks + 1) * sizeof(*inside));
	space = mmap(NULL, (size_t)(stacks + 1) * STACK_BYTES, PROT_READ | PROT_WRITE,
	             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (!inside || space == MAP_FAILED)
		return 1;
	for (long i = 0; i < stacks; i++)
		inside[i] = stack_begin(space + (i + 1) * STACK_BYTES - i % 16 * STAGGER_BYTES);
	run(stacks, stacks); /* all has been touched */
	begin_ns = user_ns();
	run(stacks, turns);
	printf("%.1f\n", (user_ns() - begin_ns) / (double)turns);
	return 0;
}

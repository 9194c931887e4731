/*
 * temporaries.c - a block is temporary if its free is the thread's next event after its
 * allocation. 1000 blocks here are, 500 are not: two of them overlap.
 *
 * expect: .totals.allocations == 1500
 * expect: .totals.frees == 1500
 * expect: .totals.temporary == 1000 + 250
 * expect: count("at_once") == 1000
 * expect: count("overlapping") == 500
 * expect: .totals.peak_bytes == 96
 * expect: .totals.live_blocks == 0
 */
#include <stdlib.h>

static void *volatile sink;

static __attribute__((noinline)) void at_once(void)
{
	sink = malloc(32);
	free(sink);
}

/* The second block dies right after its birth, the first one does not. */
static __attribute__((noinline)) void overlapping(void)
{
	void *first = malloc(48);
	void *second = malloc(48);

	sink = first;
	sink = second;
	free(second);
	free(first);
}

int main(void)
{
	for (int i = 0; i < 1000; i++)
		at_once();
	for (int i = 0; i < 250; i++)
		overlapping();
	return 0;
}

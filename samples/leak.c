/*
 * leak.c - three call sites: one frees all it allocates, one loses 10 blocks of 100 bytes,
 * one loses a single block of 4000 bytes. Nothing else in the process allocates.
 *
 * expect: .totals.allocations == 31
 * expect: .totals.frees == 20
 * expect: .totals.bytes == 20 * 64 + 10 * 100 + 4000
 * expect: .totals.live_blocks == 11
 * expect: .totals.live_bytes == 5000
 * expect: live("lose_small") == 1000
 * expect: live("lose_big") == 4000
 * expect: live("lose_nothing") == 0
 * expect: count("lose_nothing") == 20
 * expect: innermost("lose_big")[0].frames[1].function == "main"
 * expect: innermost("lose_big")[0].frames[0].file | endswith("leak.c")
 * expect: innermost("lose_big")[0].frames[0].line == 37
 * expect: .lost.events == 0
 */
#include <stdlib.h>

static void *volatile sink; /* keeps the compiler from forgetting a block */

static __attribute__((noinline)) void lose_nothing(void)
{
	sink = malloc(64);
	free(sink);
}

static __attribute__((noinline)) void lose_small(void)
{
	sink = malloc(100);
	sink = NULL;
}

static __attribute__((noinline)) void lose_big(void)
{
	sink = malloc(4000);
	sink = NULL;
}

int main(void)
{
	for (int i = 0; i < 20; i++)
		lose_nothing();
	for (int i = 0; i < 10; i++)
		lose_small();
	lose_big();
	return 0;
}

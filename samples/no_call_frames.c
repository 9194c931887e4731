/*
 * no_call_frames.c - code without call frame information: the walk sees the function that
 * called the allocator, and not who called that. replace() frees in one call what it made
 * in the call before: with nothing to tell the two apart, no class can be known, and no
 * advice given.
 *
 * build: -fno-asynchronous-unwind-tables -fno-unwind-tables
 * expect: .exact.blocks == 0 and .exact.inferred == 1000 and .exact.stacks_cut == 1000
 * expect: .classes.stack_like.blocks == 0 and .classes.escaping.blocks == 0
 * expect: .classes.inferred.blocks == 1000
 * expect: [.sites[].advice[]] == []
 */
#include <stdlib.h>

static char *cache;

static __attribute__((noinline)) void replace(int number)
{
	free(cache);
	cache = malloc(64);
	cache[0] = (char)number;
}

static __attribute__((noinline)) void step(int number)
{
	replace(number);
}

int main(void)
{
	for (int i = 0; i < 1000; i++)
		step(i);
	free(cache);
	return 0;
}

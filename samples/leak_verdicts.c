/*
 * leak_verdicts.c - never freed is live, and no frame is claimed to own it; if only some
 * of a path's blocks are, the path is mixed, and the others still have their depths. A
 * single forgotten one in a hundred does not change the verdict.
 *
 * expect: verdicts("forget") == ["live"] and depths("forget") == {}
 * expect: verdicts("forget_half") == ["mixed"] and depths("forget_half") == {"1": 50}
 * expect: verdicts("forget_one") == ["stack_like"] and depths("forget_one") == {"0": 99}
 * expect: [by("forget_one")[].classes.live.blocks] | add == 1
 * expect: .classes.live.blocks == 60 + 50 + 1
 * expect: .classes.live.bytes == 60 * 10 + 50 * 20 + 30
 * expect: .classes.static_like.blocks == 0
 */
#include <stdlib.h>

static void *volatile sink;

static __attribute__((noinline)) void forget(void)
{
	sink = malloc(10);
}

static __attribute__((noinline)) void *forget_half(void)
{
	void *block = malloc(20);

	sink = block;
	return block;
}

static __attribute__((noinline)) void forget_one(int number)
{
	void *block = malloc(30);

	sink = block;
	if (number != 77)
		free(block);
}

int main(void)
{
	for (int i = 0; i < 60; i++)
		forget();
	for (int i = 0; i < 100; i++) {
		void *block = forget_half();

		if (i % 2)
			free(block);
		forget_one(i);
	}
	return 0;
}

/*
 * next_iteration.c - a block allocated in one turn of a loop and freed in the next never
 * leaves the function: escape depth 0 as long as the loop runs in one activation. Where
 * each turn is a call of its own, step(), the block of the turn before has escaped it.
 *
 * expect: depths("rotate") == {"0": 250} and verdicts("rotate") == ["stack_like"]
 * expect: owners("rotate") == ["rotate"]
 * expect: depths("step") == {"1": 250} and verdicts("step") == ["escaping"]
 * expect: owners("step") == ["step_all"]
 * expect: [by("rotate")[].live_max] | max == 2
 * expect: [by("rotate")[].lifetime.youngest] | add == 1
 */
#include <stdlib.h>

static void *volatile sink;

static __attribute__((noinline)) void rotate(void)
{
	void *before = NULL, *block;

	for (int i = 0; i < 250; i++) {
		block = malloc(40);
		sink = block;
		free(before);
		before = block;
	}
	free(before);
}

static __attribute__((noinline)) void *step(void *before)
{
	void *block = malloc(40);

	sink = block;
	free(before);
	return block;
}

static __attribute__((noinline)) void step_all(void)
{
	void *block = NULL;

	for (int i = 0; i < 250; i++)
		block = step(block);
	free(block);
}

int main(void)
{
	rotate();
	step_all();
	return 0;
}

/*
 * local_only.c - blocks that never leave the function that allocates them: escape depth
 * 0, though functions are called in between, the first block dies before the second, and
 * one of them is only sometimes there. scratch() is called from two lines; both are
 * stack-like.
 *
 * expect: depths("scratch") == {"0": 500}
 * expect: verdicts("scratch") == ["stack_like"]
 * expect: owners("scratch") == ["scratch"]
 * expect: .classes.stack_like.blocks == 500
 * expect: .classes.stack_like.bytes == 200 * 48 + 200 * 80 + 100 * 96
 * expect: .classes.escaping.blocks == 0
 * expect: .exact.blocks == 500 and .exact.inferred == 0
 */
#include <stdlib.h>
#include <string.h>

static void *volatile sink;

static __attribute__((noinline)) void fill(char *text, size_t size, int with)
{
	memset(text, with, size);
	sink = text;
}

static __attribute__((noinline)) int scratch(int number)
{
	char *text = malloc(48), *more = malloc(80), *seldom = NULL;
	int result;

	fill(text, 48, number);
	fill(more, 80, number + 1);
	if (number % 2)
		seldom = malloc(96);
	result = text[7] + more[9];
	free(text);
	free(more);
	free(seldom);
	return result;
}

static __attribute__((noinline)) int caller(int number)
{
	int result = scratch(number);

	sink = NULL;
	return result;
}

int main(void)
{
	int sum = 0;

	for (int i = 0; i < 100; i++) {
		sum += scratch(i);
		sum += caller(i);
	}
	return sum == 0;
}

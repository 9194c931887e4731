/*
 * growing_vector.c - a vector that grows by realloc, at the same line, in consecutive
 * calls of push(). Each realloc's stack is the same as that of the free that ends the old
 * block, so whoever compares stacks calls it stack-like. It is not: every chain, from its
 * first birth to its final free, outlives push() and belongs to collect(). The vectors of
 * keep_all() outlive two frames, and main owns them.
 *
 * expect: depths("collect") == {"1": 20}
 * expect: owners("collect") == ["collect"]
 * expect: depths("build") == {"2": 30}
 * expect: owners("build") == ["main"]
 * expect: [by("push")[].verdict] | unique == ["escaping"]
 * expect: [by("collect")[].chains.blocks] | add == 20
 * expect: [by("collect")[].chains.reallocs] | add == 20 * 7
 * expect: [by("collect")[].chains.longest] | max == 7
 * expect: .totals.reallocs == 20 * 7 + 30 * 4
 * expect: .classes.escaping.blocks == 50
 * expect: .classes.stack_like.blocks == 0
 */
#include <stdlib.h>

struct vector {
	int *items;
	size_t count, capacity;
};

static struct vector *volatile sink;

static __attribute__((noinline)) void push(struct vector *vector, int item)
{
	if (vector->count == vector->capacity) {
		vector->capacity = vector->capacity ? 2 * vector->capacity : 4;
		vector->items = realloc(vector->items, vector->capacity * sizeof(int));
	}
	vector->items[vector->count++] = item;
	sink = vector;
}

/* 4, 8, .. 512 items: the first birth and seven reallocs. */
static __attribute__((noinline)) void collect(void)
{
	struct vector vector = { NULL, 0, 0 };

	for (int i = 0; i < 500; i++)
		push(&vector, i);
	free(vector.items);
	sink = NULL;
}

static __attribute__((noinline)) void build(struct vector *vector)
{
	for (int i = 0; i < 60; i++)
		push(vector, i);
	sink = vector;
}

int main(void)
{
	struct vector all[30] = { { NULL, 0, 0 } };

	for (int i = 0; i < 20; i++)
		collect();
	for (int i = 0; i < 30; i++)
		build(&all[i]);
	for (int i = 0; i < 30; i++)
		free(all[i].items);
	return 0;
}

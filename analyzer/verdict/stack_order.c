/* verdict/stack_order.c - threads, the deepest stack first. */
#include "verdict/stack_order.h"

#include <stdlib.h>

/* Threads of equal depth stay in the order in which they were first seen. */
static int depth_compare(const void *one, const void *two, void *context)
{
	const struct stack_depths *stacks = context;
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;
	uint64_t deep_a = stacks->threads[a].deepest.bytes;
	uint64_t deep_b = stacks->threads[b].deepest.bytes;

	if (deep_a != deep_b)
		return deep_a > deep_b ? -1 : 1;
	return a < b ? -1 : a > b;
}

int stack_order_make(struct stack_order *order, const struct replay *replay)
{
	const struct stack_depths *stacks = &replay->stacks;
	uint32_t i;

	*order = (struct stack_order){
		.threads = malloc(((size_t)stacks->thread_count + 1) * sizeof(*order->threads))
	};
	if (!order->threads)
		return -1;
	/* a thread with none of these figures has nothing to show */
	for (i = 0; i < stacks->thread_count && i < replay->threads.count; i++) {
		if (stacks->threads[i].readings || stacks->threads[i].room_bytes ||
		    stacks->threads[i].touched_bytes)
			order->threads[order->count++] = i;
	}
	qsort_r(order->threads, order->count, sizeof(*order->threads), depth_compare,
	        (void *)stacks);
	return 0;
}

void stack_order_release(struct stack_order *order)
{
	free(order->threads);
	*order = (struct stack_order){ .threads = NULL };
}

size_t stack_order_choose(struct stack_order *order, const struct replay *replay,
                          const struct stack_choice *choice)
{
	size_t i, wanted = 0, chosen = 0;
	uint32_t thread;

	for (i = 0; i < order->count; i++) {
		thread = order->threads[i];
		if (replay->threads.items[thread]->is_unwanted)
			continue;
		wanted++;
		if (stack_choice_has_path(choice, &replay->stacks.threads[thread].deepest.path))
			order->threads[chosen++] = thread;
	}
	order->count = chosen;
	return wanted;
}

const struct thread *stack_creator(const struct replay *replay, uint32_t thread)
{
	const struct thread_depths *depths = stack_depths_of(&replay->stacks, thread);

	return depths && depths->creator
	           ? thread_table_find(&replay->threads, depths->creator)
	           : NULL;
}

uint32_t stack_depths_deepest(const struct stack_depths *depths)
{
	uint32_t i, deepest = UINT32_MAX;

	for (i = 0; i < depths->thread_count; i++) {
		if (thread_depths_most(&depths->threads[i]) &&
		    (deepest == UINT32_MAX ||
		     thread_depths_most(&depths->threads[i]) >
		         thread_depths_most(&depths->threads[deepest])))
			deepest = i;
	}
	return deepest;
}

/* A thread whose stack has no known size is left out. Of equal shares, the first one counts. */
uint32_t stack_depths_fullest(const struct stack_depths *depths)
{
	uint32_t i, fullest = UINT32_MAX;
	double share, most = 0;

	for (i = 0; i < depths->thread_count; i++) {
		if (!depths->threads[i].room_bytes)
			continue;
		share = (double)thread_depths_most(&depths->threads[i]) /
		        (double)depths->threads[i].room_bytes;
		if (share > most) {
			most = share;
			fullest = i;
		}
	}
	return fullest;
}

/*
 * verdict/stack_order.h - the threads of a replay whose stacks are known, the deepest first.
 */
#ifndef OUTLIVE_VERDICT_STACK_ORDER_H
#define OUTLIVE_VERDICT_STACK_ORDER_H

#include "replay/replay.h"
#include "verdict/stack_choice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_order {
	uint32_t *threads; /* indices */
	size_t count;
};

/* 0, or -1 when memory is out; release it either way. */
int stack_order_make(struct stack_order *order, const struct replay *replay);
void stack_order_release(struct stack_order *order);

/*
 * Leave only threads whose blocks are counted, and whose deepest path is chosen (NULL: any).
 * Returns how many threads there were whose blocks are counted.
 */
size_t stack_order_choose(struct stack_order *order, const struct replay *replay,
                          const struct stack_choice *choice);

/* The thread that started it; NULL: unknown. */
const struct thread *stack_creator(const struct replay *replay, uint32_t thread);

/*
 * The index of the thread that went deepest, in bytes or as a share of its stack's size;
 * UINT32_MAX if no depth is known.
 */
uint32_t stack_depths_deepest(const struct stack_depths *depths);
uint32_t stack_depths_fullest(const struct stack_depths *depths);

#endif

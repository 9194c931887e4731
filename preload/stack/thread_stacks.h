/*
 * stack/thread_stacks.h - the stacks that a thread runs on.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THREAD_STACKS_H
#define OUTLIVE_PRELOAD_STACK_THREAD_STACKS_H

#include <stdint.h>

#include "system/stack_bounds.h"

#define STACK_CACHE_SIZE 4
#define SPARE_STACK_BYTES 65536

struct thread_stacks {
	struct stack_bounds own;
	struct stack_bounds seen; /* its part with a recorded depth */
	/*
	 * The last signal stacks and coroutines with a recorded depth, and how many there were.
	 */
	struct stack_bounds others[STACK_CACHE_SIZE];
	uint32_t other_count;
	void *signal; /* ours, perhaps not in use; NULL: none */
	void *spare;  /* for work that needs more stack; NULL: none yet */
};

#endif

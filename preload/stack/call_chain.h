/*
 * stack/call_chain.h - whether a call is still in progress, by the tables alone: nothing is known
 * of the thread's last event, whose call this may be.
 */
#ifndef OUTLIVE_PRELOAD_STACK_CALL_CHAIN_H
#define OUTLIVE_PRELOAD_STACK_CALL_CHAIN_H

#include <stdint.h>

#include "stack/walk.h"

enum call_chain {
	CALL_CHAIN_CUT, /* how it goes on is not known, or is a coroutine's end */
	CALL_CHAIN_MEETS, /* the call is in it: it has neither returned nor been jumped out of */
	CALL_CHAIN_LANDS,     /* it comes to the jump's target first */
	CALL_CHAIN_OUTERMOST, /* it ends where the thread began, without the call */
};

/*
 * Follow the calls in progress outwards from `caller`, on whatever stacks they are, to the one
 * whose return address is at `slot`. `target`: a stack pointer to stop at; 0: none. `own`: the
 * thread's own stack. Needs 3 KiB of stack. Writes no record, and may interrupt a walk.
 */
enum call_chain call_chain_find(const struct stack_bounds *own,
                                const struct walk_start *caller, uintptr_t slot,
                                uintptr_t target);

#endif

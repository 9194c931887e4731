/*
 * stack_walk.h - the stack of an event, as a difference to the event before. Layer 6.
 *
 * Exact: each walk leaves return stubs in place of the return addresses it read. A later
 * walk that comes upon one knows everything further out; a frame whose stub has run has
 * ended. Plain: frames are compared by slot and return address.
 */
#ifndef OUTLIVE_STACK_WALK_H
#define OUTLIVE_STACK_WALK_H

#include <stdint.h>

#include "frame_stack.h"
#include "thread_state.h"

/* Where the walk begins: the caller of the interposed function. */
struct walk_start {
	uintptr_t slot;           /* where its return address lies */
	uintptr_t return_address; /* what lies there: a stub after a tail call */
	uintptr_t bp;             /* rbp as the caller had it */
};

/*
 * Walk from `start` outwards until a frame is met that is known to stand, or the end. No
 * lock, no libc call while every frame's rule is cached; libgcc's unwinder steps over
 * frames whose rule is not simple. Never fails: the worst is no frame at all and `cut`.
 * The result is good until the next walk of the thread; frames_apply() it once it is
 * written down.
 */
struct walk_result stack_walk(struct thread_state *state, const struct walk_start *start);

/*
 * Control has landed, or is about to land, at stack pointer `sp` without the frames
 * further in having returned: an exception was caught, or a longjmp.
 */
void stack_walk_landed(struct thread_state *state, uintptr_t sp);

/*
 * Decide whether walks leave stubs, before the first. False: they cannot, and everything
 * will be plain.
 */
bool stack_walk_start(bool wants_exact);

/* Where the process throws by libunwind, stubs say so in their CFA. */
void stack_walk_set_bias(uint8_t bias);

#endif

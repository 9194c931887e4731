/*
 * stack_walk.h - the stack of an event, as a difference to the event before. Layer 5.
 */
#ifndef OUTLIVE_STACK_WALK_H
#define OUTLIVE_STACK_WALK_H

#include <stdint.h>

#include "thread_state.h"

#define STACK_DEPTH_MAX 16384 /* a deeper stack is cut at its outer end */
#define STACK_DEPTH_CUT 2048  /* to this many inner frames */

/* Where the walk begins: the caller of the interposed function. */
struct walk_start {
	uintptr_t slot;           /* where its return address lies */
	uintptr_t return_address;
	uintptr_t bp;             /* rbp as the caller had it */
};

/*
 * `keep` outer frames of state->frames are still the same; `news` frames follow them,
 * in `frames`, outermost first (in the far end of state->frames: call walk_apply()
 * when they are written down).
 */
struct walk_result {
	uint32_t keep, news;
	const struct walk_frame *frames;
	bool cut; /* the walk stopped before the outermost frame */
};

/*
 * Walk from `start` outwards until a frame is met that state->frames knows, or the end.
 * Frames are compared by slot and return address, all the way out. No lock, no libc
 * call while every frame's rule is cached; libgcc's unwinder steps over frames whose rule is
 * not simple. Never fails: the worst is no frame at all and `cut`.
 */
struct walk_result stack_walk(struct thread_state *state, const struct walk_start *start);

/* The event is written: its stack is the one the next is compared with. */
static inline void walk_apply(struct thread_state *state, const struct walk_result *walk)
{
	if (walk->news)
		__builtin_memmove(state->frames + walk->keep, walk->frames,
				  walk->news * sizeof(*walk->frames));
	state->depth = walk->keep + walk->news;
}

#endif

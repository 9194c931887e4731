/*
 * event/depth.h - writes records about a thread's stack into its chunk: DEPTH and TOUCHED (how
 * deep stacks are), FAULT (which ends a thread), and NAME.
 *
 * All of them append to the committed bytes and commit again; they are not events. Without a
 * chunk, or room in it, they do nothing.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_DEPTH_H
#define OUTLIVE_PRELOAD_EVENT_DEPTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/bytes.h"
#include "stack/thread_state.h"
#include "ring/ring.h"

/* For this many other stacks of a thread, a record is written when they are first met. */
#define OTHER_STACKS_MAX 256

/* Whether `slot` is deeper than the recorded depth of the thread's own stack. */
static inline bool depth_is_new(const struct thread_state *state, uintptr_t slot)
{
	return !stack_bounds_hold(&state->stacks.seen, slot) &&
	       stack_bounds_hold(&state->stacks.own, slot);
}

/*
 * Returns the stack that contains `slot`, among the other stacks recorded last; NULL: none
 * does.
 */
static inline const struct stack_bounds *stack_other_find(
	const struct thread_state *state, uintptr_t slot)
{
	for (int i = 0; i < STACK_CACHE_SIZE; i++) {
		if (stack_bounds_hold(&state->stacks.others[i], slot))
			return &state->stacks.others[i];
	}
	return NULL;
}

/* Whether a DEPTH record is due. `slot`: of the innermost entry of the last event. */
static inline bool depth_is_due(const struct thread_state *state, uintptr_t slot)
{
	if (state->cursor.used > state->cursor.depth_at)
		return true;
	if (stack_bounds_hold(&state->stacks.seen, slot))
		return false;
	if (stack_bounds_hold(&state->stacks.own, slot))
		return true;
	return state->stacks.other_count < OTHER_STACKS_MAX &&
	       !stack_other_find(state, slot);
}

/*
 * Write a DEPTH record of the last event's stack. False: no room, or no chunk. Each size is
 * written once in a run: FRAME_SIZED in a frame means that it was.
 */
bool depth_record(struct thread_state *state);

/* Returns how many bytes depth_record() needs at most when a run begins. */
uint32_t depth_bytes_max(const struct thread_state *state);

/*
 * Call after a DEPTH record was written at `slot`, or given up. The next one is due after some
 * thousand bytes of events, or when the stack is deeper. `time`: of the last event; its low
 * bits serve as a random number.
 */
void depth_settle(struct thread_state *state, uintptr_t slot, uint64_t time);

/* Call when a run begins: no DEPTH record is due for a while. */
void depth_put_off(struct thread_state *state, uint64_t time);

/* Record how deep the calling thread's own stack was ever used, by its resident pages. */
void touched_record(struct thread_state *state);

struct fault {
	int signal;
	enum fault_kind kind;
	uintptr_t address, instruction;
	uint64_t depth_bytes; /* 0: not on the thread's own stack */
	enum fault_end end;
};

/* Write a FAULT record, after the STACK record of the thread that is about to die. */
void fault_put(struct thread_state *state, const struct fault *fault);

/* Write the thread's name (16 bytes) from `time` on. False: no room, or no chunk. */
bool name_put(struct thread_state *state, uint64_t time, const uint64_t *name);

#endif

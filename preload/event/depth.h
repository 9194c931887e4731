/*
 * event/depth.h - how deep stacks are, into the chunk: DEPTH and TOUCHED records, FAULT,
 * which ends a thread, and NAME.
 *
 * All append to what is committed and commit it again; they are no events. Without a chunk
 * or the room in it they do nothing.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_DEPTH_H
#define OUTLIVE_PRELOAD_EVENT_DEPTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/bytes.h"
#include "stack/thread_state.h"
#include "ring/ring.h"

/* Of other stacks, so many a thread are noted at first sight. */
#define OTHER_STACKS_MAX 256

/* True if `slot` lies deeper than what has been noted of the thread's own stack. */
static inline bool depth_is_new(const struct thread_state *state, uintptr_t slot)
{
	return !stack_bounds_hold(&state->seen_stack, slot) &&
	       stack_bounds_hold(&state->own_stack, slot);
}

/* Of the other stacks whose depth was noted last, the one that holds `slot`; or NULL. */
static inline const struct stack_bounds *stack_other_find(
	const struct thread_state *state, uintptr_t slot)
{
	for (int i = 0; i < STACK_CACHE_SIZE; i++) {
		if (stack_bounds_hold(&state->other_stacks[i], slot))
			return &state->other_stacks[i];
	}
	return NULL;
}

/* True if a sample is to be taken, the last event's innermost entry lying at `slot`. */
static inline bool depth_is_due(const struct thread_state *state, uintptr_t slot)
{
	if (state->used > state->sample_at)
		return true;
	if (stack_bounds_hold(&state->seen_stack, slot))
		return false;
	if (stack_bounds_hold(&state->own_stack, slot))
		return true;
	return state->other_count < OTHER_STACKS_MAX && !stack_other_find(state, slot);
}

/*
 * Of the stack of the last event. False: no room, or no chunk. Each size is written once in
 * a run: in the frames FRAME_TOLD says that it was.
 */
bool depth_note(struct thread_state *state);

/* What depth_note() takes at most at the start of a run. */
uint32_t depth_bytes_max(const struct thread_state *state);

/*
 * A sample was taken at `slot`, or given up: the next is due some thousand bytes of events
 * later, or when the stack is deeper. `time`: of the last event, its low bits for chance.
 */
void depth_settle(struct thread_state *state, uintptr_t slot, uint64_t time);

/* The part of it that a new run does: nothing is due for a while. */
void depth_put_off(struct thread_state *state, uint64_t time);

/* How deep the calling thread's own stack was ever used, by its resident pages. */
void touched_note(struct thread_state *state);

struct fault {
	int signal;
	enum fault_kind kind;
	uintptr_t address, instruction;
	uint64_t depth_bytes; /* 0: not on its own stack */
	enum fault_end end;
};

/* After the STACK record of the thread that is about to die. */
void fault_put(struct thread_state *state, const struct fault *fault);

/* What the thread is called from `time` on: 16 bytes. False: no room, or no chunk. */
bool name_put(struct thread_state *state, uint64_t time, const uint64_t *name);

#endif

/*
 * stack/frames.h - the frames of a thread's last event, and their stubs.
 */
#ifndef OUTLIVE_PRELOAD_STACK_FRAMES_H
#define OUTLIVE_PRELOAD_STACK_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "system/recorder.h"
#include "ring/ring.h"
#include "invariant.h"
#include "stack/thread_state.h"

#define STACK_DEPTH_MAX 16384 /* a deeper stack loses outer frames */
#define STACK_DEPTH_CUT 2048  /* and keeps this many inner ones */

/*
 * The result of a walk: `keep` outer frames of state->stack.frames are still the same. Pushed
 * frames follow them, outermost first, which are at the far end of state->stack.frames.
 */
struct walk_result {
	uint32_t keep, pushed;
	uint32_t carried;      /* how many of them, from the first, the last event had */
	uint32_t carried_from; /* index of those in state->stack.frames */
	uint32_t sure;         /* of the kept frames, from the outermost: proven to stand */
	const struct walk_frame *frames;
	enum cut_kind cut; /* where the walk stopped before the outermost frame */
	/* frames of Go code are among the kept ones only because they compare equal */
	bool compared;
	bool plain; /* which frames have ended is inferred, at least in part */
	bool left;  /* inferred only for frames that were left unseen */
	bool patch; /* the pushed frames may get stubs */
	bool reuse; /* stubs that have run may be reused */
};

/*
 * The result of nearly all walks, in a form that stays in registers: each step has a simple
 * rule, a stub of this thread is met after a few pushed frames, and the stubs of all ended
 * frames prove that these have ended. The pushed frames are where those of a walk_result are.
 */
struct short_walk {
	uint32_t keep, pushed; /* keep 0: a short walk was not possible */
};

/*
 * The result of nearly all walks on other stacks: a few frames with known rules, out to the end of
 * the stack, and no ended frame has a stub. The pushed frames are in state->other_frames. There
 * may be thousands of such stacks, in no cache: touching one more cache line of them costs more
 * than many instructions.
 */
struct other_walk {
	uint32_t keep, pushed;
	bool plain; /* as in walk_result */
};

/* The new frames of a walk: `count` frames follow the `keep` outer ones of the last event. */
struct pushed_frames {
	const struct walk_frame *frames; /* outermost first */
	uint32_t keep, count;
};

static inline struct pushed_frames short_walk_pushed(const struct thread_state *state,
                                                     struct short_walk walk)
{
	return (struct pushed_frames){ state->stack.frames + state->stack.capacity -
		                               walk.pushed,
		                           walk.keep, walk.pushed };
}

/* Whether the frame's stub is where it was put, and has not run. */
static inline bool frame_is_standing(const struct walk_frame *frame)
{
	return frame->stub && !(frame->flags & (FRAME_DEAD | FRAME_JUMPED)) &&
	       !outlive_stub_entries[frame->stub].returned &&
	       *(const uintptr_t *)frame->slot == stub_address(frame->stub);
}

/* Whether the frame is known to have ended: its stub has run, or the frame can never return. */
static inline bool frame_has_ended(const struct walk_frame *frame)
{
	return frame->flags & (FRAME_DEAD | FRAME_JUMPED) ||
	       (outlive_stub_entries[frame->stub].returned &&
	        !(frame->flags & FRAME_BOUND && recorder.stub_copies_were_seen));
}

/* Call at the end of the thread or process: checks whether a frame that was left came back. */
void frames_ask_left(const struct thread_state *state);

void frames_apply_slow(struct thread_state *state, const struct walk_result *walk);

/*
 * Call after the event was written: the next event is compared with its stack. Gives back the
 * stubs of ended frames. Pushed frames get stubs, except the innermost, whose return address
 * belongs to the allocator's caller and is gone at the next event.
 */
static inline void frames_apply(struct thread_state *state,
                                const struct walk_result *walk)
{
	uint32_t keep = walk->keep;

	invariant(keep <= state->stack.depth && keep + walk->pushed <= STACK_DEPTH_MAX);
	if (walk->pushed <= 1 && state->stack.depth <= keep + 1 &&
	    (state->stack.depth == keep || !state->stack.frames[keep].stub) &&
	    (!keep || state->stack.frames[keep - 1].stub || !walk->pushed)) {
		if (walk->pushed)
			state->stack.frames[keep] = *walk->frames;
		state->stack.depth = keep + walk->pushed;
		return;
	}
	frames_apply_slow(state, walk);
}

/* The entry must be complete before a signal handler unwinds from here. */
static inline void frame_put_stub(struct walk_frame *frame, uint32_t index,
                                  stub_id stub)
{
	struct stub_entry *entry = &outlive_stub_entries[stub];

	entry->return_address = frame->return_address;
	entry->returned = 0;
	entry->bias = recorder.stub_bias;
	entry->frame = index;
	frame->stub = stub;
	__asm__ volatile("" ::: "memory");
	*(uintptr_t *)frame->slot = stub_address(stub);
}

stub_id frame_take_stub_slow(struct thread_state *state, struct walk_frame *frame);
void frame_give_stub_slow(struct thread_state *state, stub_id stub);

/* Returns a stub at hand that has the frame's return address; 0: there is none. */
static inline stub_id frame_take_usual(struct thread_state *state,
                                       const struct walk_frame *frame)
{
	return likely(!recorder.stub_reuse_is_off)
	           ? stub_take_usual(&state->stubs.supply, frame->return_address)
	           : 0;
}

/*
 * Returns a stub for the frame: one with its return address if there is one, else one that no
 * copy of a stack can contain. Sets the frame's flag for a bound stub. 0: none is left.
 */
static inline stub_id frame_take_stub(struct thread_state *state,
                                      struct walk_frame *frame)
{
	stub_id stub = frame_take_usual(state, frame);

	return likely(stub) ? stub : frame_take_stub_slow(state, frame);
}

/* The same if none is at hand. Counts a loss if none is left. */
void frame_patch_slow(struct thread_state *state, struct walk_frame *frame,
                      uint32_t index);

/* frame_take_stub(), frame_put_stub() */
static inline void frame_patch_short(struct thread_state *state,
                                     struct walk_frame *frame, uint32_t index)
{
	stub_id stub = stub_take_usual(&state->stubs.supply, frame->return_address);

	if (unlikely(!stub)) {
		frame_patch_slow(state, frame, index);
		return;
	}
	outlive_stub_entries[stub].returned = 0;
	outlive_stub_entries[stub].frame = index;
	frame->stub = stub;
	__asm__ volatile("" ::: "memory"); /* as in frame_put_stub() */
	*(uintptr_t *)frame->slot = stub_address(stub);
}

/* Give back a stub that has run, or whose frame is proven never to return. */
static inline void frame_give_stub(struct thread_state *state, stub_id stub)
{
	if (unlikely(outlive_stub_entries[stub].bound) ||
	    unlikely(!stub_give_usual(&state->stubs.supply, stub)))
		frame_give_stub_slow(state, stub);
}

/*
 * The frame has ended, its stub has run. If the pushed frame in its place returns to the same
 * address, it gets the stub. False: it does not.
 */
static inline bool frame_patch_again(struct walk_frame *frame,
                                     const struct walk_frame *pushed)
{
	stub_id stub = frame->stub;
	struct stub_entry *entry = &outlive_stub_entries[stub];

	/* The entry of stub 0 has no return address. */
	if (entry->return_address != pushed->return_address || unlikely(entry->bound))
		return false;
	*frame = *pushed;
	entry->returned = 0;
	frame->stub = stub;
	__asm__ volatile("" ::: "memory"); /* as in frame_put_stub() */
	*(uintptr_t *)frame->slot = stub_address(stub);
	return true;
}

/*
 * Do what frames_apply() does, if all frames that are not kept have returned, and all pushed
 * frames may have stubs. The innermost gets none and need not be allowed one.
 */
static inline void frames_apply_short(struct thread_state *state,
                                      const struct pushed_frames *new)
{
	struct walk_frame *const frames = state->stack.frames;
	const struct walk_frame *pushed = new->frames;
	const struct walk_frame *const innermost = pushed + new->count - 1;
	const struct walk_frame *const end = frames + state->stack.depth;
	struct walk_frame *frame = frames + new->keep;

	invariant(new->keep <= state->stack.depth &&new->count &&new->keep + new->count <=
	          STACK_DEPTH_MAX);
	state->stack.depth = new->keep + new->count;
	for (; pushed < innermost; frame++, pushed++) {
		if (frame < end) {
			if (frame_patch_again(frame, pushed))
				continue;
			if (frame->stub)
				frame_give_stub(state, frame->stub);
		}
		*frame = *pushed;
		frame_patch_short(state, frame, (uint32_t)(frame - frames));
	}
	for (struct walk_frame *gone = frame; gone < end; gone++) {
		if (gone->stub)
			frame_give_stub(state, gone->stub);
	}
	*frame = *innermost;
}

/* The same if no frame was pushed: only the `keep` outer ones are left, if there are more. */
static inline void frames_drop_inner(struct thread_state *state, uint32_t keep)
{
	const struct walk_frame *frame = state->stack.frames + keep;
	const struct walk_frame *const end = state->stack.frames + state->stack.depth;

	invariant(keep <= state->stack.depth);
	state->stack.depth = keep;
	for (; frame < end; frame++) {
		if (frame->stub)
			frame_give_stub(state, frame->stub);
	}
}

/*
 * Forget an old exception at this address: frames that it passed were not passed by a new one.
 */
void frames_forget_exception(struct thread_state *state, const void *exception);

/* Whether every frame that can have a stub has one, except the innermost. */
bool frames_are_patched(const struct thread_state *state);

/*
 * Cut a stack that is too deep to be written at the start of a chunk: only its inner frames are
 * left, and all of them count as pushed.
 */
void frames_cut(struct thread_state *state, struct walk_result *walk);

/* Forget all frames except the inner `count`. */
void frames_drop_outer(struct thread_state *state, uint32_t count);

/*
 * Take out the stubs that this recording has put at `sp` or further out on the thread's own stack:
 * the frames return as if they had never had one.
 */
void frames_withdraw(struct thread_state *state, uintptr_t sp);

/*
 * Control lands at stack pointer `sp`, and the frames further in have not returned: because of
 * `exception`, the thread's last, or (NULL) of a longjmp, before which the frames were brought
 * up to date.
 */
void frames_land(struct thread_state *state, uintptr_t sp, const void *exception);

#endif

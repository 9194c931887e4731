/*
 * stack/frames.h - the frames a thread's last event saw, and the stubs they carry.
 */
#ifndef OUTLIVE_PRELOAD_STACK_FRAMES_H
#define OUTLIVE_PRELOAD_STACK_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "system/recorder.h"
#include "ring/ring.h"
#include "invariant.h"
#include "stack/thread_state.h"

#define STACK_DEPTH_MAX 16384 /* a deeper stack is cut at its outer end */
#define STACK_DEPTH_CUT 2048  /* to this many inner frames */

/*
 * `keep` outer frames of state->frames are still the same; `news` frames follow them,
 * outermost first. They lie in the far end of state->frames.
 */
struct walk_result {
	uint32_t keep, news;
	uint32_t carried;      /* of the news, from the first: frames of the last event */
	uint32_t carried_from; /* where those began in state->frames */
	uint32_t
		sure; /* of those kept, from the outermost: proven to stand, whatever else is */
	const struct walk_frame *frames;
	bool cut;   /* the walk stopped before the outermost frame */
	bool plain; /* what has ended and what goes on is inferred, in part */
	bool left;  /* it is not, but for frames that were left in a way that nobody saw */
	bool patch; /* stubs may be left in the new frames */
	bool reuse; /* stubs that have run may be used again */
};

/*
 * What nearly all walks come to, in a form that stays in registers: every step by a simple
 * rule, a stub of this thread's met after a few new frames, and all that is gone proven so
 * by its stub.
 */
#define SHORT_FRAMES 8
struct short_walk {
	uint32_t keep, news;
	struct walk_frame frames[SHORT_FRAMES]; /* the new ones, innermost first */
};

/* True if a stub for `frame` stands where it was put, and has not run. */
static inline bool frame_is_standing(const struct walk_frame *frame)
{
	return frame->stub && !(frame->flags & (FRAME_DEAD | FRAME_JUMPED)) &&
	       !outlive_stub_entries[frame->stub].returned &&
	       *(const uintptr_t *)frame->slot == stub_address(frame->stub);
}

/* True if the frame is known to have ended: its stub ran, or nothing will come back. */
static inline bool frame_has_ended(const struct walk_frame *frame)
{
	return frame->flags & (FRAME_DEAD | FRAME_JUMPED) ||
	       (outlive_stub_entries[frame->stub].returned &&
	        !(frame->flags & FRAME_BOUND && recorder.stub_copies_were_seen));
}

/* Parts of the stack are copied away and back: no stub is used again, see stub_pool.h. */
void frames_note_copies(void);

/* At the end of the thread, or of the process: did a frame come back that had been left? */
void frames_ask_left(const struct thread_state *state);

void frames_apply_slow(struct thread_state *state, const struct walk_result *walk);

/*
 * The event is written: take its stack as the one the next is compared with. Stubs of
 * ended frames are given back, and new frames but the innermost get theirs (the innermost
 * return address is the allocator's own: gone at the next event).
 */
static inline void frames_apply(struct thread_state *state,
                                const struct walk_result *walk)
{
	uint32_t keep = walk->keep;

	invariant(keep <= state->depth && keep + walk->news <= STACK_DEPTH_MAX);
	if (walk->news <= 1 && state->depth <= keep + 1 &&
	    (state->depth == keep || !state->frames[keep].stub) &&
	    (!keep || state->frames[keep - 1].stub || !walk->news)) {
		if (walk->news)
			state->frames[keep] = *walk->frames;
		state->depth = keep + walk->news;
		return;
	}
	frames_apply_slow(state, walk);
}

/* A signal handler that unwinds from here must find the entry complete. */
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

/* One that is at hand for the frame: of its return address. 0: none. */
static inline stub_id frame_take_usual(struct thread_state *state,
                                       const struct walk_frame *frame)
{
	return likely(!recorder.stub_reuse_is_off)
	           ? stub_take_usual(&state->supply, frame->return_address)
	           : 0;
}

/*
 * A stub for the frame: one of its return address, if there is one, and no copy of a stack can
 * come back. Sets the flag of a bound one. 0: none is left.
 */
static inline stub_id frame_take_stub(struct thread_state *state,
                                      struct walk_frame *frame)
{
	stub_id stub = frame_take_usual(state, frame);

	return likely(stub) ? stub : frame_take_stub_slow(state, frame);
}

/* Where none is at hand. It is counted if none is left. */
void frame_patch_slow(struct thread_state *state, struct walk_frame *frame,
                      uint32_t index);

/* frame_take_stub(), frame_put_stub() */
static inline void frame_patch_short(struct thread_state *state,
                                     struct walk_frame *frame, uint32_t index)
{
	stub_id stub = frame_take_usual(state, frame);

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

/* It has run, or its frame is proven never to return. */
static inline void frame_give_stub(struct thread_state *state, stub_id stub)
{
	if (unlikely(outlive_stub_entries[stub].bound) ||
	    unlikely(!stub_give_usual(&state->supply, stub)))
		frame_give_stub_slow(state, stub);
}

/*
 * frames_apply() where all frames from `keep` on have returned, and the `count` new ones
 * (innermost first) may all have stubs: the innermost never needs that.
 */
static inline void frames_apply_short(struct thread_state *state, uint32_t keep,
                                      const struct walk_frame *news, uint32_t count)
{
	struct walk_frame *frame = state->frames + keep;
	const struct walk_frame *end = state->frames + state->depth;

	invariant(keep <= state->depth && keep + count <= STACK_DEPTH_MAX);
	for (struct walk_frame *gone = frame; gone < end; gone++) {
		if (gone->stub)
			frame_give_stub(state, gone->stub);
	}
	state->depth = keep + count;
	if (!count)
		return;
	for (; --count; frame++, keep++) {
		*frame = news[count];
		frame_patch_short(state, frame, keep);
	}
	*frame = *news;
}

/* A new exception may lie where an old one lay: what vanished under that is not its. */
void frames_forget_exception(struct thread_state *state, const void *exception);

/* True if every frame that can have a stub has one, but the innermost. */
bool frames_are_patched(const struct thread_state *state);

/*
 * A stack too deep to be written at the start of a chunk loses its outer end: it becomes
 * all news, of its inner frames.
 */
void frames_cut(struct thread_state *state, struct walk_result *walk);

/* Forget all but the inner `count` frames. */
void frames_drop_outer(struct thread_state *state, uint32_t count);

/*
 * Control has landed, or is about to land, at stack pointer `sp` without the frames
 * further in having returned: by `exception`, the thread's last, or (NULL) by a longjmp
 * before which the frames were brought up to date.
 */
void frames_land(struct thread_state *state, uintptr_t sp, const void *exception);

#endif

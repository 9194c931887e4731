/*
 * stack/frames.c - put stubs into frames, and take them back.
 */
#include "stack/frames.h"

#include "system/own_memory.h"
#include "ring/ring.h"
#include "stack/bound_stubs.h"
#include "system/system.h"

#define SWEEP_STUBS_MAX (STUB_COUNT / 4) /* this many more in limbo: sweep it again */

/* ---- taking back -------------------------------------------------------------- */

stub_id frame_take_stub_slow(struct thread_state *state, struct walk_frame *frame)
{
	struct stub_supply *supply = &state->stubs.supply;
	stub_id stub = 0;

	if (likely(!recorder.stub_reuse_is_off))
		stub = stub_take_any_usual(supply, frame->return_address);
	if (stub)
		return stub;
	stub = state->stubs.bound ? bound_take(state, frame->return_address) : 0;
	if (!stub)
		return stub_take_other(supply);
	frame->flags |= FRAME_BOUND;
	return stub;
}

void frame_patch_slow(struct thread_state *state, struct walk_frame *frame,
                      uint32_t index)
{
	stub_id stub = frame_take_stub_slow(state, frame);

	if (likely(stub))
		frame_put_stub(frame, index, stub);
	else
		ring_count_loss(LOST_STUBS, 1);
}

void frame_give_stub_slow(struct thread_state *state, stub_id stub)
{
	bool is_bound = outlive_stub_entries[stub].bound;

	if (!is_bound && stub_give_usual(&state->stubs.supply, stub))
		return;
	if (!is_bound)
		bound_usual_grow(state);
	if (!is_bound && stub_pool_is_low())
		stub_give_other(&state->stubs.supply, stub);
	else
		bound_put(state, stub); /* if that fails, the stub is lost */
}

/* Whether the stub is no longer where it was put, on a stack that ends at `sp`. */
static bool limbo_is_gone(const struct thread_state *state,
                          const struct limbo_stub *limbo, uintptr_t sp)
{
	return stack_bounds_hold(&state->stacks.own, limbo->slot) &&
	       (limbo->slot < sp ||
	        *(const uintptr_t *)limbo->slot != stub_address(limbo->stub));
}

/*
 * If the trace says that the stub's frame has ended, but the stub has run, then parts of the
 * stack are copied away and back, and what was recorded of such frames cannot be believed.
 */
static void limbo_ask(const struct limbo_stub *limbo)
{
	if (unlikely(limbo->is_left && outlive_stub_entries[limbo->stub].returned))
		ring_set_flag(RING_COPIES_STACKS);
}

#define ASKED_AT_ONCE 16

/*
 * Check some stubs in limbo, in turn. A program that switches stacks by copies soon returns to
 * one of their frames.
 */
static void limbo_ask_some(struct thread_state *state)
{
	for (uint32_t i = 0; i < ASKED_AT_ONCE && i < state->stubs.limbo_count; i++) {
		state->stubs.limbo_asked = state->stubs.limbo_asked + 1 <
		                                   state->stubs.limbo_count
		                               ? state->stubs.limbo_asked + 1
		                               : 0;
		limbo_ask(&state->stubs.limbo[state->stubs.limbo_asked]);
	}
}

void frames_ask_left(const struct thread_state *state)
{
	for (uint32_t i = 0; i < state->stubs.limbo_count; i++)
		limbo_ask(&state->stubs.limbo[i]);
	for (uint32_t i = 0; state->stubs.bound && i < BOUND_LISTS; i++) {
		for (stub_id stub = bound_first(&state->stubs.bound[i]), next; stub;
		     stub = next) {
			if (outlive_stub_entries[stub].returned)
				ring_set_flag(RING_COPIES_STACKS);
			next = outlive_stub_entries[stub].bound;
			next = next == stub ? 0 : next;
		}
	}
}

/*
 * Check what has become of the stubs in limbo. Call while no signal may have interrupted a
 * stub. Stubs that have run are reused. If stubs are scarce, those that are no longer on the
 * stack become bound stubs. `sp`: where the thread's own stack ends now; 0: unknown.
 */
static void limbo_sweep(struct thread_state *state, uintptr_t sp)
{
	bool may_bind = sp && stub_pool_is_low() && !recorder.stub_copies_were_seen;
	uint32_t left = 0;

	for (uint32_t i = 0; i < state->stubs.limbo_count; i++) {
		const struct limbo_stub *limbo = &state->stubs.limbo[i];

		limbo_ask(limbo);
		if (outlive_stub_entries[limbo->stub].returned)
			frame_give_stub_slow(state, limbo->stub);
		else if (!may_bind || !limbo_is_gone(state, limbo, sp) ||
		         !bound_put(state, limbo->stub))
			state->stubs.limbo[left++] = *limbo;
	}
	state->stubs.limbo_count = left;
	state->stubs.limbo_thrown = 0;
}

static bool limbo_grow(struct thread_state *state)
{
	uint32_t capacity = state->stubs.limbo_capacity * 4;
	struct limbo_stub *limbo = own_memory_map(capacity * sizeof(*limbo));

	if (capacity > STUB_COUNT * 4 || !limbo)
		return false;
	memcpy(limbo, state->stubs.limbo, state->stubs.limbo_count * sizeof(*limbo));
	if (state->stubs.limbo != state->stubs.limbo_first)
		own_memory_unmap(state->stubs.limbo,
		                 state->stubs.limbo_capacity * sizeof(*limbo));
	state->stubs.limbo = limbo;
	state->stubs.limbo_capacity = capacity;
	return true;
}

static void limbo_thrown_from(struct thread_state *state, uint32_t index)
{
	if (state->stubs.limbo_thrown > index)
		state->stubs.limbo_thrown = index;
}

static void limbo_put(struct thread_state *state, const struct walk_frame *frame)
{
	if (state->stubs.limbo_count == state->stubs.limbo_capacity && !limbo_grow(state))
		return;
	if (state->throwing.exception)
		limbo_thrown_from(state, state->stubs.limbo_count);
	state->stubs.limbo[state->stubs.limbo_count++] = (struct limbo_stub){
		.slot = frame->slot,
		.exception = state->throwing.exception,
		.stub = frame->stub,
		.is_left = frame->flags & FRAME_LEFT,
	};
}

/* Take the stub at the frame's slot out of limbo. 0: it is not in limbo. */
static stub_id limbo_adopt(struct thread_state *state, const struct walk_frame *frame)
{
	uintptr_t address = *(const uintptr_t *)frame->slot;
	stub_id stub;

	if (!stub_is(address))
		return 0;
	stub = stub_of(address);
	for (uint32_t i = state->stubs.limbo_count; i-- > 0;) {
		if (state->stubs.limbo[i].stub != stub ||
		    state->stubs.limbo[i].slot != frame->slot)
			continue;
		if (state->stubs.limbo[i].is_left)
			ring_set_flag(RING_COPIES_STACKS);
		state->stubs.limbo[i] = state->stubs.limbo[--state->stubs.limbo_count];
		limbo_thrown_from(state, i);
		return stub;
	}
	return 0;
}

/*
 * Reuse the stubs of frames that the exception has passed. Between a throw and its landing,
 * cleanups may allocate. Their events found these frames gone, but only now is it proven that
 * they have ended. Those in limbo for good, of which there may be thousands, are passed over.
 */
static void limbo_land(struct thread_state *state, uintptr_t sp, const void *exception)
{
	struct limbo_stub *limbo = state->stubs.limbo;
	uint32_t left = state->stubs.limbo_thrown, thrown = UINT32_MAX;

	if (left >= state->stubs.limbo_count)
		return;
	for (uint32_t i = left; i < state->stubs.limbo_count; i++) {
		if (limbo[i].exception == exception && limbo[i].slot < sp &&
		    !recorder.stub_reuse_is_off) {
			frame_give_stub_slow(state, limbo[i].stub);
			continue;
		}
		if (limbo[i].exception && thrown == UINT32_MAX)
			thrown = left;
		limbo[left++] = limbo[i];
	}
	state->stubs.limbo_count = left;
	state->stubs.limbo_thrown = thrown < left ? thrown : left;
}

void frames_forget_exception(struct thread_state *state, const void *exception)
{
	struct limbo_stub *limbo = state->stubs.limbo;
	uint32_t i = state->stubs.limbo_thrown, thrown = UINT32_MAX;

	for (; i < state->stubs.limbo_count; i++) {
		if (limbo[i].exception == exception)
			limbo[i].exception = NULL;
		else if (limbo[i].exception && thrown == UINT32_MAX)
			thrown = i;
	}
	state->stubs.limbo_thrown = thrown < i ? thrown : i;
}

void frames_land(struct thread_state *state, uintptr_t sp, const void *exception)
{
	if (!stack_bounds_hold(&state->stacks.own, sp))
		return;
	for (uint32_t i = state->stack.depth; i-- > 0;) {
		struct walk_frame *frame = &state->stack.frames[i];

		if (!stack_bounds_hold(&state->stacks.own, frame->slot))
			continue;
		if (frame->slot >= sp)
			break;
		frame->flags |= exception ? FRAME_DEAD : FRAME_JUMPED;
	}
	if (exception)
		limbo_land(state, sp, exception);
}

void frames_withdraw(struct thread_state *state, uintptr_t sp)
{
	for (uint32_t i = 0; i < state->stack.depth; i++) {
		struct walk_frame *frame = &state->stack.frames[i];

		if (frame->slot < sp || !stack_bounds_hold(&state->stacks.own, frame->slot) ||
		    frame->flags & FRAME_OLD || !frame_is_standing(frame))
			continue;
		*(uintptr_t *)frame->slot = frame->return_address;
		limbo_put(state, frame); /* a signal may have interrupted it */
		frame->stub = 0;
		frame->flags &= (uint16_t)~FRAME_BOUND;
	}
}

/*
 * Whether a signal frame is among the outer `count` frames, or may be in a gap there. The
 * signal may have interrupted a stub after the stub had recorded that it ran.
 */
static bool frames_hold_signal(const struct thread_state *state, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (state->stack.frames[i].flags & (FRAME_SIGNAL | FRAME_CUT))
			return true;
	}
	return false;
}

/* Returns the slot of the innermost frame; 0: the walk was not on the thread's own stack. */
static uintptr_t innermost_slot(const struct thread_state *state,
                                const struct walk_result *walk)
{
	uintptr_t slot = walk->pushed ? walk->frames[walk->pushed - 1].slot
	                 : walk->keep ? state->stack.frames[walk->keep - 1].slot
	                              : 0;

	return stack_bounds_hold(&state->stacks.own, slot) ? slot : 0;
}

/*
 * Release the stubs of the frames [from, to), which are no longer on the stack, or no longer
 * followed. `reuse`: stubs of these frames that have run may be reused, and so may those in
 * limbo. `sp`: see limbo_sweep().
 */
static void frames_release(struct thread_state *state, uint32_t from, uint32_t to,
                           bool reuse, uintptr_t sp)
{
	for (uint32_t i = from; i < to; i++) {
		const struct walk_frame *frame = &state->stack.frames[i];

		if (!frame->stub)
			continue;
		if (!reuse || !frame_has_ended(frame) || recorder.stub_reuse_is_off)
			limbo_put(state, frame);
		else if (frame->flags & FRAME_JUMPED && !(frame->flags & FRAME_BOUND) &&
		         !outlive_stub_entries[frame->stub].returned)
			stub_give_jumped(frame->stub);
		else
			frame_give_stub(state, frame->stub);
	}
	if (unlikely(state->stubs.limbo_count > state->stubs.limbo_swept && reuse &&
	             !recorder.stub_reuse_is_off && !frames_hold_signal(state, from))) {
		limbo_sweep(state, sp);
		state->stubs.limbo_swept = state->stubs.limbo_count + LIMBO_FIRST / 2 +
		                           (state->stubs.limbo_count < SWEEP_STUBS_MAX
		                                ? state->stubs.limbo_count
		                                : SWEEP_STUBS_MAX);
	}
}

/* ---- putting ------------------------------------------------------------------ */

/*
 * Notice that a copy of the stack has come back: the stub at the frame's slot has run already,
 * or is a bound stub that was not known to be there.
 */
static void copies_find(const struct walk_frame *frame)
{
	uintptr_t address = *(const uintptr_t *)frame->slot;
	const struct stub_entry *entry;

	if (!stub_is(address))
		return;
	entry = &outlive_stub_entries[stub_of(address)];
	if (entry->returned || (entry->bound && !frame->stub))
		bound_set_copies();
}

/*
 * Give the frame a stub if it can have one. False: no stub was left. Without `may_take`, only a
 * stub that is already there is taken over.
 */
static bool frame_patch(struct thread_state *state, uint32_t index, bool may_take)
{
	struct walk_frame *frame = &state->stack.frames[index];
	stub_id stub;

	if (frame->flags & FRAME_STUBBED) {
		frame->stub = limbo_adopt(state, frame);
		copies_find(frame);
		frame->flags &= (uint16_t)~FRAME_STUBBED;
		outlive_stub_entries[frame->stub].frame = index;
		return true;
	}
	if (!may_take || frame->stub || !(frame->flags & FRAME_PATCHABLE) ||
	    (state->throwing.ceiling && frame->slot >= state->throwing.ceiling))
		return true;
	/*
	 * A kept frame is only known to stand: its slot may be in a part of the stack that was
	 * replaced.
	 */
	if (*(const uintptr_t *)frame->slot != frame->return_address)
		return true;
	if (unlikely(frame->flags & FRAME_BEYOND) && !bound_is_allowed(state, frame))
		return true;
	stub = frame_take_stub(state, frame);
	if (!stub)
		return false;
	if (unlikely(frame->flags & FRAME_BEYOND)) {
		frame->flags |= FRAME_BOUND;
		if (!outlive_stub_entries[stub].bound)
			outlive_stub_entries[stub].bound = (uint16_t)stub;
	}
	frame_put_stub(frame, index, stub);
	return true;
}

static void frames_renumber(struct thread_state *state, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		if (state->stack.frames[i].stub)
			outlive_stub_entries[state->stack.frames[i].stub].frame = i;
	}
}

/* Flag the frames from `from` on as left, as the event recorded. */
static void frames_set_left(struct thread_state *state, uint32_t from)
{
	for (uint32_t i = from; i < state->stack.depth; i++) {
		if (state->stack.frames[i].stub && !frame_has_ended(&state->stack.frames[i]))
			state->stack.frames[i].flags |= FRAME_LEFT;
	}
	limbo_ask_some(state);
}

void frames_apply_slow(struct thread_state *state, const struct walk_result *walk)
{
	uint32_t keep = walk->keep, depth = keep + walk->pushed;
	bool may_take = true;

	if (unlikely(walk->left))
		frames_set_left(state, keep);
	if (walk->carried)
		frames_release(state, keep, walk->carried_from, false, 0);
	frames_release(state, walk->carried ? walk->carried_from + walk->carried : keep,
	               state->stack.depth, walk->reuse, innermost_slot(state, walk));
	memmove(state->stack.frames + keep, walk->frames,
	        walk->pushed * sizeof(*walk->frames));
	state->stack.depth = depth;
	frames_renumber(state, keep, keep + walk->carried);
	if (!walk->patch)
		return;
	for (uint32_t i = keep + walk->carried; i + 1 < depth; i++) {
		if (state->stack.frames[i].flags & (FRAME_PATCHABLE | FRAME_STUBBED) &&
		    !frame_patch(state, i, true))
			ring_count_loss(LOST_STUBS, 1);
	}
	/*
	 * Kept frames may get a stub now: one was the innermost, others had found no stub left.
	 * If there is still none, do not try again for each of them: there may be thousands in
	 * every event.
	 */
	for (uint32_t i = keep < depth ? keep
	                  : depth      ? depth - 1
	                               : 0;
	     i-- > 0 && !state->stack.frames[i].stub &&
	     !frame_has_key(&state->stack.frames[i]);)
		may_take = frame_patch(state, i, may_take) && may_take;
}

bool frames_are_patched(const struct thread_state *state)
{
	for (uint32_t i = 0; i + 1 < state->stack.depth; i++) {
		if (!state->stack.frames[i].stub &&
		    state->stack.frames[i].flags & FRAME_PATCHABLE)
			return false;
	}
	return true;
}

/* ---- cutting ------------------------------------------------------------------ */

void frames_cut(struct thread_state *state, struct walk_result *walk)
{
	struct walk_frame *scratch = state->stack.frames + state->stack.capacity;
	uint32_t carried = 0;

	if (walk->pushed >= STACK_DEPTH_CUT) {
		walk->pushed = STACK_DEPTH_CUT;
	} else if (!state->walked.beneath) {
		carried = STACK_DEPTH_CUT - walk->pushed;
		carried = carried < walk->keep ? carried : walk->keep;
	}
	memmove(scratch - walk->pushed - carried,
	        state->stack.frames + walk->keep - carried, carried * sizeof(*scratch));
	for (uint32_t i = 1; i <= carried; i++)
		(scratch - walk->pushed - i)->flags &= (uint16_t)~FRAME_SIZED;
	walk->carried = carried;
	walk->carried_from = walk->keep - carried;
	walk->pushed += carried;
	walk->frames = scratch - walk->pushed;
	if (walk->pushed)
		(scratch - walk->pushed)->flags |= FRAME_DROPPED;
	walk->keep = walk->sure = state->walked.beneath = 0;
	walk->cut = CUT_DEPTH;
	walk->plain = true;
	walk->left = false;
}

void frames_drop_outer(struct thread_state *state, uint32_t count)
{
	uint32_t drop = state->stack.depth - count;

	frames_release(state, 0, drop, false, 0);
	memmove(state->stack.frames, state->stack.frames + drop,
	        count * sizeof(*state->stack.frames));
	if (count)
		state->stack.frames->flags |= FRAME_DROPPED;
	state->stack.depth = count;
	state->strand.beneath -= state->strand.beneath < drop ? state->strand.beneath
	                                                      : drop;
	state->waiting.frames = STRAND_FRAMES_UNKNOWN;
	for (uint32_t i = 0; i < state->throwing.count; i++) {
		struct throw_entry *entry = &state->throwing.throws[i];

		entry->keep = entry->keep > drop ? entry->keep - drop : 0;
	}
	frames_renumber(state, 0, count);
}

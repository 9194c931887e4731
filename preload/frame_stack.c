/*
 * frame_stack.c - put stubs into frames, and take them back. Layer 6.
 */
#include "frame_stack.h"

#include "own_memory.h"
#include "ring_file.h"
#include "system.h"

/* ---- taking back -------------------------------------------------------------- */

/* Stubs in limbo that have run since. Called when none is in a signal's middle. */
static void limbo_sweep(struct thread_state *state)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < state->limbo_count; i++) {
		if (outlive_stub_entries[state->limbo[i].stub].returned)
			stub_give(&state->supply, state->limbo[i].stub);
		else
			state->limbo[left++] = state->limbo[i];
	}
	state->limbo_count = left;
}

static bool limbo_grow(struct thread_state *state)
{
	uint32_t capacity = state->limbo_capacity * 4;
	struct limbo_stub *limbo = own_memory_map(capacity * sizeof(*limbo));

	if (capacity > STUB_COUNT * 4 || !limbo)
		return false;
	memcpy(limbo, state->limbo, state->limbo_count * sizeof(*limbo));
	if (state->limbo != state->limbo_first)
		own_memory_unmap(state->limbo, state->limbo_capacity * sizeof(*limbo));
	state->limbo = limbo;
	state->limbo_capacity = capacity;
	return true;
}

static void limbo_put(struct thread_state *state, const struct walk_frame *frame)
{
	if (state->limbo_count == state->limbo_capacity && !limbo_grow(state))
		return;
	state->limbo[state->limbo_count++] = (struct limbo_stub){
		.slot = frame->slot,
		.exception = state->exception,
		.stub = frame->stub,
	};
}

/* Take the stub that stands at the frame's slot out of limbo; 0: it is not there. */
static stub_id limbo_adopt(struct thread_state *state, const struct walk_frame *frame)
{
	uintptr_t address = *(const uintptr_t *)frame->slot;
	stub_id stub;

	if (!stub_is(address))
		return 0;
	stub = stub_of(address);
	for (uint32_t i = state->limbo_count; i-- > 0;) {
		if (state->limbo[i].stub != stub || state->limbo[i].slot != frame->slot)
			continue;
		state->limbo[i] = state->limbo[--state->limbo_count];
		return stub;
	}
	return 0;
}

/*
 * Between a throw and its landing the cleanups it runs may allocate: the events of those
 * found frames gone whose end is proven only now.
 */
static void limbo_land(struct thread_state *state, uintptr_t sp, const void *exception)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < state->limbo_count; i++) {
		if (state->limbo[i].exception == exception && state->limbo[i].slot < sp &&
		    !stub_reuse_is_off)
			stub_give(&state->supply, state->limbo[i].stub);
		else
			state->limbo[left++] = state->limbo[i];
	}
	state->limbo_count = left;
}

void frames_forget_exception(struct thread_state *state, const void *exception)
{
	for (uint32_t i = 0; i < state->limbo_count; i++) {
		if (state->limbo[i].exception == exception)
			state->limbo[i].exception = NULL;
	}
}

void frames_land(struct thread_state *state, uintptr_t sp, const void *exception)
{
	if (!stack_bounds_hold(&state->own_stack, sp))
		return;
	for (uint32_t i = state->depth; i-- > 0;) {
		struct walk_frame *frame = &state->frames[i];

		if (!stack_bounds_hold(&state->own_stack, frame->slot))
			continue;
		if (frame->slot >= sp)
			break;
		frame->flags |= exception ? FRAME_DEAD : FRAME_JUMPED;
	}
	if (exception)
		limbo_land(state, sp, exception);
}

/*
 * True if a signal frame is among the outer `count` frames, or may be, in a gap: the signal
 * may have come in a stub's middle, after the stub noted that it ran.
 */
static bool frames_hold_signal(const struct thread_state *state, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (state->frames[i].flags & (FRAME_SIGNAL | FRAME_CUT))
			return true;
	}
	return false;
}

/* The frames [from, to) are no longer on the stack, or no longer followed. */
static void frames_release(struct thread_state *state, uint32_t from, uint32_t to,
                           bool reuse)
{
	for (uint32_t i = from; i < to; i++) {
		const struct walk_frame *frame = &state->frames[i];

		if (!frame->stub)
			continue;
		if (!reuse || !frame_has_ended(frame) || stub_reuse_is_off)
			limbo_put(state, frame);
		else if (frame->flags & FRAME_JUMPED &&
		         !outlive_stub_entries[frame->stub].returned)
			stub_give_jumped(frame->stub);
		else
			stub_give(&state->supply, frame->stub);
	}
	if (unlikely(state->limbo_count > state->limbo_swept && reuse &&
	             !stub_reuse_is_off && !frames_hold_signal(state, from))) {
		limbo_sweep(state);
		state->limbo_swept = state->limbo_count * 2 + LIMBO_FIRST / 2;
	}
}

/* ---- putting ------------------------------------------------------------------ */

/* False: no stub was left for it. `may_take`: else only one that stands is looked at. */
static bool frame_patch(struct thread_state *state, uint32_t index, bool may_take)
{
	struct walk_frame *frame = &state->frames[index];
	stub_id stub;

	if (frame->flags & FRAME_STUBBED) {
		frame->stub = limbo_adopt(state, frame);
		frame->flags &= (uint16_t)~FRAME_STUBBED;
		outlive_stub_entries[frame->stub].frame = index;
		return true;
	}
	if (!may_take || frame->stub || !(frame->flags & FRAME_PATCHABLE) ||
	    (state->ceiling && frame->slot >= state->ceiling))
		return true;
	stub = stub_take(&state->supply, frame->return_address);
	if (stub)
		frame_put_stub(frame, index, stub);
	return stub != 0;
}

static void frames_renumber(struct thread_state *state, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		if (state->frames[i].stub)
			outlive_stub_entries[state->frames[i].stub].frame = i;
	}
}

void frames_apply_slow(struct thread_state *state, const struct walk_result *walk)
{
	uint32_t keep = walk->keep, depth = keep + walk->news;
	bool may_take = true;

	if (walk->carried) {
		frames_release(state, keep, walk->carried_from, false);
		frames_release(state, walk->carried_from + walk->carried, state->depth,
		               walk->reuse);
	} else {
		frames_release(state, keep, state->depth, walk->reuse);
	}
	memmove(state->frames + keep, walk->frames, walk->news * sizeof(*walk->frames));
	state->depth = depth;
	frames_renumber(state, keep, keep + walk->carried);
	if (!walk->patch)
		return;
	for (uint32_t i = keep + walk->carried; i + 1 < depth; i++) {
		if (!frame_patch(state, i, true))
			ring_count_loss(LOST_STUBS, 1);
	}
	/*
	 * What was the innermost, or found no stub left, may have one by now. If there is
	 * still none, the others need not ask: they may be thousands, in every event.
	 */
	for (uint32_t i = keep < depth ? keep : depth - 1;
	     i-- > 0 && !state->frames[i].stub;)
		may_take = frame_patch(state, i, may_take) && may_take;
}

bool frames_are_patched(const struct thread_state *state)
{
	for (uint32_t i = 0; i + 1 < state->depth; i++) {
		if (!state->frames[i].stub && state->frames[i].flags & FRAME_PATCHABLE)
			return false;
	}
	return true;
}

/* ---- comparing ----------------------------------------------------------------- */

bool frames_stand(const struct walk_frame *frames, uint32_t count, uintptr_t bp)
{
	for (uint32_t i = count; i-- > 0;) {
		const uintptr_t *slot = (const uintptr_t *)frames[i].slot;

		if (frames[i].stub)
			return frame_is_standing(&frames[i]);
		if (*slot != frames[i].return_address)
			return false;
		if (frames[i].bp_words)
			bp = slot[-(long)frames[i].bp_words];
		if (frames[i].bp != bp)
			return false;
	}
	return true;
}

/* ---- cutting ------------------------------------------------------------------ */

void frames_cut(struct thread_state *state, struct walk_result *walk)
{
	struct walk_frame *scratch = state->frames + state->frames_capacity;
	uint32_t carried = 0;

	if (walk->news >= STACK_DEPTH_CUT) {
		walk->news = STACK_DEPTH_CUT;
	} else {
		carried = STACK_DEPTH_CUT - walk->news;
		carried = carried < walk->keep ? carried : walk->keep;
	}
	memmove(scratch - walk->news - carried, state->frames + walk->keep - carried,
	        carried * sizeof(*scratch));
	for (uint32_t i = 1; i <= carried; i++)
		(scratch - walk->news - i)->flags &= (uint16_t)~FRAME_TOLD;
	walk->carried = carried;
	walk->carried_from = walk->keep - carried;
	walk->news += carried;
	walk->frames = scratch - walk->news;
	if (walk->news)
		(scratch - walk->news)->flags |= FRAME_DROPPED;
	walk->keep = 0;
	walk->cut = true;
	walk->plain = true;
}

void frames_drop_outer(struct thread_state *state, uint32_t count)
{
	uint32_t drop = state->depth - count;

	frames_release(state, 0, drop, false);
	memmove(state->frames, state->frames + drop, count * sizeof(*state->frames));
	if (count)
		state->frames->flags |= FRAME_DROPPED;
	state->depth = count;
	for (uint32_t i = 0; i < state->throw_count; i++) {
		struct throw_mark *mark = &state->throws[i];

		mark->keep = mark->keep > drop ? mark->keep - drop : 0;
	}
	frames_renumber(state, 0, count);
}

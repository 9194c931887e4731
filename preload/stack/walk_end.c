/*
 * stack/walk_end.c - which frames stand and which have ended, from what a walk has met.
 */
#include "stack/walk_end.h"

#include "go/labels.h"

bool frames_stand(const struct walk_frame *frames, uint32_t count, uintptr_t fp)
{
	for (uint32_t i = count; i-- > 0;) {
		const uintptr_t *slot = (const uintptr_t *)frames[i].slot;

		if (frame_has_key(&frames[i]))
			return false; /* it takes a walk to know */
		if (frames[i].stub)
			return frame_is_standing(&frames[i]);
		if (*slot != frames[i].return_address)
			return false;
		if (frames[i].fp_words)
			fp = slot[-(long)frames[i].fp_words];
		if (frames[i].fp != fp)
			return false;
	}
	return true;
}

/*
 * The walk met nothing. Returns how many frames of the last event are known to stand all the
 * same: those out from the innermost that has a live stub and is further out than the walk
 * came. There are some if the walk broke off (at a JIT compiler's frame), or was on a stack of
 * its own (a coroutine's).
 */
static uint32_t frames_beyond(const struct walk *walk, uintptr_t start_slot)
{
	const struct thread_state *state = walk->state;
	uintptr_t from = walk->cut ? walk->point.sp : start_slot;

	for (uint32_t i = state->stack.depth; i-- > 0;) {
		const struct walk_frame *frame = &state->stack.frames[i];

		if ((!walk->view.is_own || frame->slot >= from) && frame_is_standing(frame))
			return i + 1;
	}
	return 0;
}

/*
 * Whether the walk ended in Go's runtime, on the thread's own stack: the scheduler runs there, for
 * no goroutine. Goroutines, and C that has called Go, may wait further out on the same stack.
 */
static bool is_in_scheduler(const struct walk *walk)
{
	const struct thread_state *state = walk->state;

	return walk->view.is_own && !walk->has_crossed && !walk->met && !walk->cut &&
	       walk->pushed &&
	       go_runtime_at(state->stack.frames[state->stack.capacity - walk->pushed]
	                         .return_address);
}

/*
 * The scheduler runs, and frames of C stand further out: C has called a goroutine back, and this
 * goroutine, which only this thread may run, waits. Returns how many frames the last event of
 * what waits had. They are kept as they are, so that its next event is compared with them.
 */
static uint32_t frames_waiting(const struct walk *walk, bool is_exact)
{
	const struct thread_state *state = walk->state;
	uint32_t count = state->strand.id & STRAND_SCHEDULER ? state->strand.beneath
	                                                     : state->stack.depth;

	return is_exact && !recorder.stub_copies_were_seen &&
	               count + walk->pushed <= STACK_DEPTH_MAX / 2
	           ? count
	           : 0;
}

/* What the outer `keep` frames of the last event belong to. */
static struct strand strand_kept(const struct thread_state *state, uint32_t keep)
{
	if (!keep)
		return (struct strand){ 0 };
	return keep <= state->strand.beneath ? state->waiting : state->strand;
}

/*
 * Returns what the event belongs to. A walk that has met a frame leaves the rest as it was; but
 * the goroutine's stack may have grown since.
 */
static struct strand strand_of(const struct walk *walk, uint32_t keep)
{
	const struct goroutine *goroutine = &walk->state->goroutine;
	struct strand strand;

	if (is_in_scheduler(walk)) {
		return (struct strand){ .id = STRAND_SCHEDULER | walk->state->serial,
			                    .beneath = keep };
	}
	strand = strand_kept(walk->state, keep);
	if (!walk->has_crossed || walk->is_of_thread || (keep && !strand.id))
		return strand;
	strand = (struct strand){
		.id = goroutine->id,
		.start = goroutine->start,
		.low = goroutine->low,
		.high = goroutine->high,
		.depth_bytes = walk->goroutine_depth,
		.labels = goroutine->labels,
	};
	walk->state->are_labels_read = true;
	if (unlikely(strand.labels))
		strand.label_bytes = go_labels_read(goroutine, walk->state->walked_labels);
	return strand;
}

/* Whether the frames that are gone are another strand's, and may still run. */
static bool is_of_another(const struct walk *walk, uint32_t keep)
{
	return keep <= walk->state->walked.beneath && !walk->cut &&
	       walk->state->walked.id != walk->state->strand.id;
}

/* Whether a frame that is no longer on the stack is not known to have ended. */
static bool ends_are_inferred(const struct thread_state *state, uint32_t keep, bool met,
                              uintptr_t start_slot)
{
	/* The innermost frame was the allocator's caller: it has ended with its call. */
	for (uint32_t i = keep; i < state->stack.depth; i++) {
		const struct walk_frame *frame = &state->stack.frames[i];

		/*
		 * A throw has unwound it: this event comes from a cleanup, or a function that
		 * it called.
		 */
		if (thread_state_unwinds(state) &&
		    stack_bounds_hold(&state->stacks.own, start_slot))
			continue;
		if (frame->stub ? !frame_has_ended(frame) : !met && i + 1 < state->stack.depth)
			return true;
	}
	return false;
}

/* Whether the frame found may be this one of the last event, by slot and return address. */
static bool frame_may_be(const struct walk_frame *frame, const struct walk_frame *found)
{
	return !frame->stub && !(frame->flags & (FRAME_DEAD | FRAME_JUMPED)) &&
	       found->slot == frame->slot &&
	       found->return_address == frame->return_address &&
	       (!frame_has_key(frame) || found->fp == frame->fp);
}

/*
 * Of the `keep` kept frames, the inner ones without a stub are kept only because they compare
 * equal. (For the innermost and the first frame that is enough.) Returns how many are further
 * out. These stand for sure if the walk reached their stub: only a call in progress has its
 * return address where call frame information finds one. That is not so beyond a gap, nor if
 * parts of the stack are copied back.
 */
static uint32_t frames_compared(struct walk *walk, uint32_t keep)
{
	const struct walk_frame *frames = walk->state->stack.frames;
	uint32_t depth = walk->state->stack.depth, i = keep;
	uint32_t beneath = walk->state->walked.beneath;
	bool is_sure = walk->met && !walk->strayed && !recorder.stub_copies_were_seen;

	for (; i > beneath && !frames[i - 1].stub; i--) {
		uint16_t flags = frames[i - 1].flags;

		if (walk->has_met_call && i <= walk->known)
			break; /* all that is further out waits for this call */
		if (walk->has_met_goroutine && i <= walk->known) {
			walk->is_compared = true;
			walk->plain |= !walk->standing && frames[0].flags & FRAME_CUT;
			i = walk->standing;
			break;
		}
		if ((!(flags & FRAME_CUT) || (beneath && i == beneath + 1)) &&
		    (frame_has_key(&frames[i - 1]) ||
		     go_runtime_at(frames[i - 1].return_address))) {
			walk->is_compared = true;
			continue;
		}
		walk->plain |= flags & FRAME_CUT || (i < depth && !(flags & FRAME_FIRST));
		walk->in_unwinder |= (flags & FRAME_UNWINDER) != 0;
		is_sure &= !(flags & FRAME_CUT);
	}
	return is_sure ? i : 0;
}

/*
 * `keep` frames of the last event stand. Of the frames that the walk found, the outermost may
 * be frames of the last event as well, if no stub contradicts: a plain walk has to pass a frame
 * whose fp differs to see that its caller is the same.
 */
struct walk_result walk_end(struct walk *walk, uintptr_t start_slot, bool is_exact)
{
	struct thread_state *state = walk->state;
	struct walk_frame *pushed = state->stack.frames + state->stack.capacity -
	                            walk->pushed;
	bool is_complete = !walk->cut && (walk->view.is_own || walk->is_on_goroutine);
	uint32_t beyond = walk->met || (walk->has_crossed && is_complete)
	                      ? 0
	                      : frames_beyond(walk, start_slot);
	/* Which of them a walk that crossed would have met is not known. */
	uint32_t keep = walk->met                ? walk->known
	                : walk->has_crossed      ? 0
	                : !is_in_scheduler(walk) ? beyond
	                : beyond                 ? frames_waiting(walk, is_exact)
	                                         : 0;
	bool whole = walk->met || !beyond, is_inferred, is_left;
	uint32_t sure;

	/*
	 * It is unknown whether the function that calls from beyond a gap is in the same call.
	 */
	if (walk->cut && !walk->met) {
		walk->plain = true;
		if (walk->pushed)
			pushed->flags |= FRAME_CUT;
	}
	state->are_labels_read = false;
	state->walked = strand_of(walk, keep);
	if (walk->pushed && !walk->met && state->walked.beneath)
		pushed->flags |= FRAME_CUT; /* what it returns to is not the frame beneath */
	while (walk->pushed && keep < state->stack.depth &&
	       state->walked.id == state->strand.id &&
	       frame_may_be(&state->stack.frames[keep], pushed)) {
		state->stack.frames[keep++] = *pushed++;
		walk->pushed--;
	}
	sure = frames_compared(walk, keep);
	is_inferred = !is_of_another(walk, keep) &&
	              ends_are_inferred(state, keep, walk->met || is_complete, start_slot);
	/*
	 * The frame that called the frames that are gone has control again. If nothing is
	 * copied, all frames further in have ended, though no stub has run: a jump passed them.
	 */
	is_left = is_inferred && is_exact && walk->met && !walk->plain && sure == keep &&
	          stack_bounds_hold(&state->stacks.own, start_slot);
	return (struct walk_result){
		.keep = keep,
		.sure = is_exact ? sure : 0,
		.pushed = walk->pushed,
		.frames = pushed,
		.cut = walk->cut,
		.plain = !is_exact || walk->plain || is_inferred,
		.compared = walk->is_compared,
		.left = is_left,
		.patch = is_exact && whole && !walk->in_unwinder,
		.reuse = whole && !walk->in_signal,
	};
}

/*
 * stack/walk.h - finds the stack of an event, as a difference to the event before.
 *
 * Exact: each walk replaces the return addresses that it read by return stubs. A later walk
 * that meets a stub knows everything further out; a frame whose stub has run has ended. Plain:
 * frames are compared by slot and return address.
 */
#ifndef OUTLIVE_PRELOAD_STACK_WALK_H
#define OUTLIVE_PRELOAD_STACK_WALK_H

#include <stdint.h>

#include "system/recorder.h"
#include "modules/frame_rule.h"
#include "stack/frames.h"
#include "stack/goroutine_walk.h"
#include "stack/thread_state.h"
#include "stack/view.h"

/* Where a walk begins: at the caller of a hook. */
struct walk_start {
	uintptr_t slot;           /* where the return address is */
	uintptr_t return_address; /* its value: a stub after a tail call */
	uintptr_t fp;             /* the caller's fp */
};

/*
 * Walk from `start` outwards until a frame is met that is known to stand, or to the end. Takes
 * no lock and makes no libc call if every frame's rule is cached. libgcc's unwinder steps over
 * frames that have no simple rule. Never fails: the worst result is no frame at all, and `cut`.
 * The result is valid until the thread's next walk. Call frames_apply() with it once it is
 * written.
 */
struct walk_result stack_walk(struct thread_state *state,
                              const struct walk_start *start);

/*
 * The same on a stack other than the thread's own, which may be small: uses some hundred bytes
 * of it, and takes no lock, because it only uses cached rules. False: a rule is not cached, or
 * the stack is unusual. Then call stack_walk() where there is room.
 */
bool stack_walk_other(struct thread_state *state, const struct walk_start *start,
                      struct walk_result *result);

/*
 * The same from where the thread was interrupted. `at` is what it would be for a call there,
 * with the instruction's address + 1 as the return address; the word at the slot is not read.
 * Puts no stub anywhere. If nothing is known of the instruction, a call to a wrong address is
 * assumed. `is_own`: the code ran on the thread's own stack, and may have left it at its low
 * end.
 */
struct walk_result stack_walk_interrupted(struct thread_state *state,
                                          const struct walk_start *at, bool is_own);

/* Whether the inner frames from `keep` on have ended, and their stubs can be reused. */
static inline bool frames_have_returned(const struct thread_state *state, uint32_t keep)
{
	const struct walk_frame *frame = state->stack.frames + keep;
	const struct walk_frame *end = state->stack.frames + state->stack.depth;

	for (; frame < end; frame++) {
		/* Stub 0, which stands for none, never runs. */
		if (likely(outlive_stub_entries[frame->stub].returned &&
		           !(frame->flags & (FRAME_DEAD | FRAME_JUMPED))))
			continue;
		/* The innermost frame, without a stub, was the allocator's caller. */
		return frame + 1 == end && !frame->stub &&
		       !(frame->flags & (FRAME_DEAD | FRAME_JUMPED | FRAME_CUT));
	}
	return true;
}

/*
 * A short walk has come to this stub, at `slot`, after `pushed` frames. Returns its result: none
 * if it is not the thread's own, where it was put, has run (the stack was copied back), or not
 * all frames further in have ended.
 */
static inline __attribute__((always_inline)) struct short_walk short_walk_meets(
	const struct thread_state *state, uintptr_t stub_address, uintptr_t slot,
	uint32_t pushed)
{
	const struct walk_frame *frames = state->stack.frames;
	stub_id stub = stub_of(stub_address);
	uint32_t index = outlive_stub_entries[stub].frame;

	if (unlikely(index >= state->stack.depth || frames[index].stub != stub ||
	             frames[index].slot != slot || outlive_stub_entries[stub].returned ||
	             index + 1 + pushed + STACK_DEPTH_CUT > state->stack.capacity ||
	             index + pushed > STACK_DEPTH_MAX / 2 ||
	             !frames_have_returned(state, index + 1)))
		return (struct short_walk){ 0, 0 };
	return (struct short_walk){ index + 1, pushed };
}

/*
 * Make the step of a short walk from a frame whose rule is not the usual one. Returns the CFA;
 * 0: the walk cannot go on. `is_first`: nothing was pushed yet.
 */
static inline uintptr_t short_walk_step(const struct stack_bounds *own, frame_rule rule,
                                        uintptr_t slot, uintptr_t fp, bool is_first)
{
	uintptr_t cfa = frame_rule_cfa_offset(rule);

	/*
	 * No stub may be put into an unwinder's stack; and frames that cannot have one are
	 * rare. The innermost gets none.
	 */
	if (frame_rule_is_unwinder(rule) || !(is_first || frame_rule_is_patchable(rule)))
		return 0;
	if (frame_rule_kind(rule) == CFI_SP)
		return arch_cfa_of(slot) + cfa;
	cfa += fp;
	return frame_rule_kind(rule) == CFI_FP && cfa > arch_cfa_of(slot) &&
	               cfa <= own->high && cfa % sizeof(cfa) == 0 &&
	               frame_rule_fp_below(rule) <= cfa - own->low
	           ? cfa
	           : 0;
}

/*
 * Make a short walk from `start`, which lies in state->stacks.seen. If it is not possible, or
 * would push more frames than `pushed_max`, call stack_walk(). Changes only the far end of the
 * array of frames.
 */
static inline __attribute__((always_inline)) struct short_walk stack_walk_short(
	const struct thread_state *state, const struct walk_start *start,
	const uint32_t pushed_max)
{
	const struct short_walk none = { 0, 0 };
	const struct walk_frame *innermost;
	struct walk_frame *frame = state->stack.frames + state->stack.capacity;
	const struct walk_frame *const first = frame, *const last = frame - pushed_max;
	const struct stack_bounds *own = &state->stacks.seen;
	uintptr_t ip = start->return_address, slot = start->slot, fp = start->fp, cfa;
	uint64_t fp_words = 0, flags = FRAME_PATCHABLE;
	uint32_t depth = state->stack.depth;

	/* Capacity for the deepest cut is left beyond the frames. */
	invariant(depth + pushed_max <= state->stack.capacity);
	if (unlikely(depth < 2 || !recorder.is_exact || state->throwing.ceiling ||
	             recorder.stub_reuse_is_off || slot % sizeof(slot)))
		return none;
	innermost = &state->stack.frames[depth - 1];
	if (innermost->slot == slot && innermost->return_address == ip &&
	    !(innermost->flags & FRAME_CUT) && frame_is_standing(innermost - 1))
		return (struct short_walk){ depth, 0 };
	if (unlikely(stub_is(ip))) /* the allocator was called last, by a jump */
		return short_walk_meets(state, ip, slot, 0);
	do {
		frame_rule rule = frame_rule_get(ip);
		uint32_t below = frame_rule_fp_below(rule);

		cfa = arch_cfa_of(slot) + frame_rule_cfa_offset(rule);
		if (unlikely(!frame_rule_is_usual(rule))) {
			uint32_t pushed = (uint32_t)(first - frame), keep;

			if (frame_rule_kind(rule) == CFI_SWITCH && pushed &&
			    goroutine_walk_short(state, slot, ip, pushed, &keep))
				return frames_have_returned(state, keep)
				           ? (struct short_walk){ keep, pushed }
				           : none;
			cfa = short_walk_step(own, rule, slot, fp, !pushed);
			flags = frame_rule_is_patchable(rule) ? FRAME_PATCHABLE : 0;
		}
		if (unlikely(cfa - 1 >= own->high))
			return none;
		*--frame = (struct walk_frame){
			.slot = slot,
			.return_address = ip,
			.fp = fp,
			.rest = frame_rest(flags, fp_words),
		};
		flags = FRAME_PATCHABLE;
		fp_words = 0;
		if (below) {
			fp_words = below / sizeof(uintptr_t) - 1;
			fp = *(const uintptr_t *)(cfa - below);
		}
		slot = arch_slot_of(cfa);
		ip = *(const uintptr_t *)slot;
		if (stub_is(ip))
			return short_walk_meets(state, ip, slot, (uint32_t)(first - frame));
	} while (likely(frame != last));
	return none;
}

/* stack_walk_short() with MIDDLE_FRAMES, for longer ways to write an event. */
struct short_walk stack_walk_middle(const struct thread_state *state,
                                    const struct walk_start *start);

/*
 * Find all frames of another stack, at the far end of state->other_frames. Returns how many there
 * are; 0: too many, or a rule is not known, or frames lie beyond the page of `start`.
 */
static inline __attribute__((always_inline)) uint32_t frames_find_other(
	struct thread_state *state, const struct walk_start *start)
{
	struct walk_frame *frame = state->other_frames + SHORT_FRAMES - 1;
	uintptr_t ip = start->return_address, slot = start->slot, cfa;

	frame->fp = start->fp;
	frame->fp_words = 0;
	for (;; frame--) {
		frame_rule rule = frame_rule_known(ip);
		enum cfi_kind kind = frame_rule_kind(rule);
		uintptr_t below = frame_rule_fp_below(rule);

		if (unlikely((kind != CFI_SP && kind != CFI_FP && kind != CFI_END) ||
		             frame_rule_is_unwinder(rule) || stub_is(ip)))
			return 0;
		frame->slot = slot;
		frame->return_address = ip;
		frame->stub = 0;
		frame->flags = 0;
		if (kind == CFI_END)
			break;
		cfa = frame_rule_cfa_offset(rule) +
		      (likely(kind == CFI_SP) ? arch_cfa_of(slot) : frame->fp);
		/* As in stack_view_can_step(), but within the page, which is readable. */
		if (unlikely(cfa <= arch_cfa_of(slot) || cfa % sizeof(cfa) ||
		             stack_page_end(cfa - 1) != stack_page_end(slot) ||
		             below > cfa - arch_cfa_of(slot)))
			return 0;
		slot = arch_slot_of(cfa);
		ip = *(const uintptr_t *)slot;
		if (!ip)
			break;
		if (unlikely(frame == state->other_frames))
			return 0;
		frame[-1].fp = below ? *(const uintptr_t *)(cfa - below) : frame->fp;
		frame[-1].fp_words = below ? (uint16_t)(below / sizeof(below) - 1) : 0;
	}
	return SHORT_FRAMES - (uint32_t)(frame - state->other_frames);
}

/*
 * Make a short walk on another stack. False: not possible, call stack_walk_other(). Then only
 * state->other_frames was changed. Otherwise the kept frames and *walk are as walk_end() leaves
 * them.
 */
static inline __attribute__((always_inline)) bool stack_walk_other_short(
	struct thread_state *state, const struct walk_start *start, struct other_walk *walk)
{
	const struct walk_frame *found = state->other_frames + SHORT_FRAMES;
	struct walk_frame *frames = state->stack.frames;
	uint32_t depth = state->stack.depth, keep = depth, beyond, pushed;

	pushed = frames_find_other(state, start);
	if (unlikely(!pushed))
		return false;
	while (keep && !frames[keep - 1].stub)
		keep--;
	if (unlikely((keep && !frame_is_standing(&frames[keep - 1])) ||
	             keep + SHORT_FRAMES + STACK_DEPTH_CUT > state->stack.capacity))
		return false;
	found -= pushed;
	for (beyond = keep; pushed && keep < depth; keep++, pushed--, found++) {
		if (frames[keep].slot != found->slot ||
		    frames[keep].return_address != found->return_address)
			break;
		frames[keep] = *found;
	}
	walk->keep = keep;
	walk->pushed = pushed;
	/* Frames other than the innermost were kept by comparing alone, or ended without proof. */
	walk->plain = !recorder.is_exact || keep + 1 < depth ||
	              (keep > beyond && beyond + 1 < depth);
	return true;
}

/*
 * Decide whether walks put stubs. Call before the first. False: they cannot, and all walks are
 * plain.
 */
bool stack_walk_start(bool wants_exact);

#endif

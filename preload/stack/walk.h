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
	for (uint32_t i = keep; i < state->stack.depth; i++) {
		const struct walk_frame *frame = &state->stack.frames[i];

		/* The innermost frame, without a stub, was the allocator's caller. */
		if (unlikely(frame->flags & (FRAME_DEAD | FRAME_JUMPED) ||
		             (frame->stub ? !outlive_stub_entries[frame->stub].returned
		                          : i + 1 < state->stack.depth)))
			return false;
	}
	return true;
}

/*
 * A short walk has come to this stub, at `slot`: whether it is the thread's own, and where it was
 * put, and all frames further in have ended. Sets walk->keep.
 */
static inline __attribute__((always_inline)) bool short_walk_meets(
	const struct thread_state *state, uintptr_t stub_address, uintptr_t slot,
	struct short_walk *walk)
{
	const struct walk_frame *frames = state->stack.frames;
	stub_id stub = stub_of(stub_address);
	uint32_t index = outlive_stub_entries[stub].frame;

	if (unlikely(index >= state->stack.depth || frames[index].stub != stub ||
	             frames[index].slot != slot ||
	             index + 1 + walk->pushed + STACK_DEPTH_CUT > state->stack.capacity ||
	             index + walk->pushed > STACK_DEPTH_MAX / 2 ||
	             !frames_have_returned(state, index + 1)))
		return false;
	walk->keep = index + 1;
	return true;
}

/*
 * Make a short walk from `start`, which lies in state->stacks.seen. False: not possible, call
 * stack_walk(). Changes nothing but *walk.
 */
static inline __attribute__((always_inline)) bool stack_walk_short(
	const struct thread_state *state, const struct walk_start *start,
	struct short_walk *walk)
{
	const struct walk_frame *frames = state->stack.frames;
	const struct stack_bounds *own = &state->stacks.seen;
	uintptr_t ip = start->return_address, slot = start->slot, fp = start->fp, cfa;
	uint32_t depth = state->stack.depth, pushed = 0;
	uint16_t fp_words = 0;

	if (unlikely(depth < 2 || !recorder.is_exact || state->throwing.ceiling ||
	             recorder.stub_reuse_is_off))
		return false;
	walk->keep = depth;
	walk->pushed = 0;
	if (frames[depth - 1].slot == slot && frames[depth - 1].return_address == ip &&
	    !(frames[depth - 1].flags & FRAME_CUT) && frame_is_standing(&frames[depth - 2]))
		return true;
	do {
		frame_rule rule = frame_rule_get(ip);
		uint32_t below = frame_rule_fp_below(rule);

		if (unlikely(frame_rule_kind(rule) == CFI_SWITCH && pushed &&
		             goroutine_walk_short(state, slot, ip, pushed, &walk->keep))) {
			walk->pushed = pushed;
			return frames_have_returned(state, walk->keep);
		}
		/*
		 * No stub may be put into an unwinder's stack; and frames that cannot have one
		 * are rare.
		 */
		if (unlikely(frame_rule_is_unwinder(rule) ||
		             (pushed && !frame_rule_is_patchable(rule))))
			return false;
		walk->frames[pushed++] = (struct walk_frame){
			.slot = slot,
			.return_address = ip,
			.fp_words = fp_words,
			.fp = fp,
			.flags = frame_rule_is_patchable(rule) ? FRAME_PATCHABLE : 0,
		};
		if (likely(frame_rule_kind(rule) == CFI_SP))
			cfa = arch_cfa_of(slot) + frame_rule_cfa_offset(rule);
		else if (frame_rule_kind(rule) == CFI_FP)
			cfa = fp + frame_rule_cfa_offset(rule);
		else
			return false;
		if (unlikely(cfa <= arch_cfa_of(slot) || cfa > own->high ||
		             below > cfa - own->low || cfa % sizeof(uintptr_t)))
			return false;
		fp_words = 0;
		if (below) {
			fp_words = (uint16_t)(below / sizeof(uintptr_t) - 1);
			fp = *(const uintptr_t *)(cfa - below);
		}
		slot = arch_slot_of(cfa);
		ip = *(const uintptr_t *)slot;
	} while (!stub_is(ip) && pushed < SHORT_FRAMES);
	walk->pushed = pushed;
	return likely(stub_is(ip)) && short_walk_meets(state, ip, slot, walk);
}

/*
 * Find all frames of another stack. Returns how many there are; 0: too many, or a rule is not
 * known, or frames lie beyond the page of `start`.
 */
static inline __attribute__((always_inline)) uint32_t frames_find_other(
	struct thread_state *state, const struct walk_start *start)
{
	struct walk_frame *frame = state->other_frames;
	uintptr_t ip = start->return_address, slot = start->slot, cfa;

	frame->fp = start->fp;
	frame->fp_words = 0;
	for (;; frame++) {
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
		if (unlikely(frame == state->other_frames + SHORT_FRAMES - 1))
			return 0;
		frame[1].fp = below ? *(const uintptr_t *)(cfa - below) : frame->fp;
		frame[1].fp_words = below ? (uint16_t)(below / sizeof(below) - 1) : 0;
	}
	return (uint32_t)(frame - state->other_frames) + 1;
}

/*
 * Make a short walk on another stack. False: not possible, call stack_walk_other(). Then only
 * state->other_frames was changed. Otherwise the kept frames and *walk are as walk_end() leaves
 * them.
 */
static inline __attribute__((always_inline)) bool stack_walk_other_short(
	struct thread_state *state, const struct walk_start *start, struct other_walk *walk)
{
	const struct walk_frame *found = state->other_frames;
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
	for (beyond = keep; pushed && keep < depth; keep++, pushed--) {
		if (frames[keep].slot != found[pushed - 1].slot ||
		    frames[keep].return_address != found[pushed - 1].return_address)
			break;
		frames[keep] = found[pushed - 1];
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

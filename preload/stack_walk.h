/*
 * stack_walk.h - the stack of an event, as a difference to the event before. Layer 7.
 *
 * Exact: each walk leaves return stubs in place of the return addresses it read. A later
 * walk that comes upon one knows everything further out; a frame whose stub has run has
 * ended. Plain: frames are compared by slot and return address.
 */
#ifndef OUTLIVE_STACK_WALK_H
#define OUTLIVE_STACK_WALK_H

#include <stdint.h>

#include "frame_rule.h"
#include "frame_stack.h"
#include "thread_state.h"

/* Where the walk begins: the caller of the interposed function. */
struct walk_start {
	uintptr_t slot;           /* where its return address lies */
	uintptr_t return_address; /* what lies there: a stub after a tail call */
	uintptr_t bp;             /* rbp as the caller had it */
};

/*
 * Walk from `start` outwards until a frame is met that is known to stand, or the end. No
 * lock, no libc call while every frame's rule is cached; libgcc's unwinder steps over
 * frames whose rule is not simple. Never fails: the worst is no frame at all and `cut`.
 * The result is good until the next walk of the thread; frames_apply() it once it is
 * written down.
 */
struct walk_result stack_walk(struct thread_state *state,
                              const struct walk_start *start);

extern bool stack_walk_is_exact; /* walks leave stubs */

/*
 * What most walks come to: the allocator's caller is a function that runs since the last
 * event, or was called since from one that does. Returns how many frames stand, at least
 * one; the caller's return address is then one more, or with *is_same the last of them.
 * 0: it is not so, call stack_walk(). *flags: of the new frame.
 */
static inline __attribute__((always_inline)) uint32_t stack_walk_quick(
	const struct thread_state *state, const struct walk_start *start, bool *is_same,
	uint16_t *flags)
{
	uint32_t depth = state->depth, index;
	const struct walk_frame *frames = state->frames;
	uintptr_t cfa, ip;
	frame_rule rule;
	stub_id stub;

	if (unlikely(depth < 2 || !stack_walk_is_exact ||
	             !stack_bounds_hold(&state->own_stack, start->slot)))
		return 0;
	*is_same = frames[depth - 1].slot == start->slot &&
	           frames[depth - 1].return_address == start->return_address;
	if (*is_same && frame_is_standing(&frames[depth - 2]))
		return depth;
	*is_same = false;
	rule = frame_rule_get(start->return_address);
	if (likely(frame_rule_kind(rule) == CFI_SP))
		cfa = start->slot + sizeof(uintptr_t) + frame_rule_cfa_offset(rule);
	else if (frame_rule_kind(rule) == CFI_BP)
		cfa = start->bp + frame_rule_cfa_offset(rule);
	else
		return 0;
	if (unlikely(cfa <= start->slot + sizeof(uintptr_t) ||
	             cfa > state->own_stack.high || cfa % sizeof(uintptr_t)))
		return 0;
	ip = *(const uintptr_t *)(cfa - sizeof(uintptr_t));
	if (unlikely(!stub_is(ip)))
		return 0;
	stub = stub_of(ip);
	index = outlive_stub_entries[stub].frame;
	if (unlikely(index >= depth || frames[index].stub != stub ||
	             frames[index].slot != cfa - sizeof(uintptr_t) || depth > index + 2 ||
	             (depth == index + 2 && frames[depth - 1].stub)))
		return 0;
	*flags = frame_rule_is_patchable(rule) ? FRAME_PATCHABLE : 0;
	return index + 1;
}

/*
 * Decide whether walks leave stubs, before the first. False: they cannot, and everything
 * will be plain.
 */
bool stack_walk_start(bool wants_exact);

#endif

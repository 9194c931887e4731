/*
 * stack_walk.h - the stack of an event, as a difference to the event before. Layer 6.
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
struct walk_result stack_walk(struct thread_state *state, const struct walk_start *start);

extern bool stack_walk_is_exact; /* walks leave stubs */

/*
 * What most walks come to: the allocator's caller is a function that runs since the last
 * event, or was called since from one that does. True: *walk is the result, its one new
 * frame, if any, in *leaf. Else call stack_walk().
 */
static inline bool stack_walk_quick(const struct thread_state *state,
				    const struct walk_start *start,
				    struct walk_frame *leaf, struct walk_result *walk)
{
	uint32_t depth = state->depth, index;
	const struct walk_frame *last;
	uintptr_t cfa, ip;
	frame_rule rule;
	stub_id stub;

	if (depth < 2 || !stack_walk_is_exact ||
	    !stack_bounds_hold(&state->own_stack, start->slot))
		return false;
	last = &state->frames[depth - 1];
	*walk = (struct walk_result){ .patch = true, .reuse = true, .frames = leaf };
	if (last->slot == start->slot && last->return_address == start->return_address &&
	    frame_is_standing(&last[-1])) {
		walk->keep = depth;
		return true;
	}
	rule = frame_rule_get(start->return_address);
	if (frame_rule_kind(rule) == CFI_SP)
		cfa = start->slot + sizeof(uintptr_t) + frame_rule_cfa_offset(rule);
	else if (frame_rule_kind(rule) == CFI_BP)
		cfa = start->bp + frame_rule_cfa_offset(rule);
	else
		return false;
	if (cfa <= start->slot + sizeof(uintptr_t) || cfa > state->own_stack.high ||
	    cfa % sizeof(uintptr_t))
		return false;
	ip = *(const uintptr_t *)(cfa - sizeof(uintptr_t));
	if (!stub_is(ip))
		return false;
	stub = stub_of(ip);
	index = outlive_stub_entries[stub].frame;
	if (index >= depth || state->frames[index].stub != stub ||
	    state->frames[index].slot != cfa - sizeof(uintptr_t) || depth > index + 2 ||
	    (depth == index + 2 && last->stub))
		return false;
	*leaf = (struct walk_frame){ .slot = start->slot,
				     .return_address = start->return_address,
				     .bp = start->bp };
	walk->keep = index + 1;
	walk->news = 1;
	return true;
}

/*
 * Decide whether walks leave stubs, before the first. False: they cannot, and everything
 * will be plain.
 */
bool stack_walk_start(bool wants_exact);

#endif

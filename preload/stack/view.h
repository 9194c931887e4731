/*
 * stack/view.h - what of a stack a walk may look at.
 *
 * Of the thread's own stack all can be read, within its bounds. Another may have been unmapped
 * where the program no longer needs it, or have been given up for one that is smaller: where
 * it ends is known from its pages alone, and each is asked for in each walk. That of the stack
 * pointer goes without saying, and that is all that most walks on such stacks need.
 */
#ifndef OUTLIVE_PRELOAD_STACK_VIEW_H
#define OUTLIVE_PRELOAD_STACK_VIEW_H

#include "system/stack_bounds.h"
#include "system/system.h"

/* Of a stack that is not the thread's, so much is looked at, from the walk's start on. */
#define OTHER_STACK_BYTES (UINT64_C(512) << 10)

#define STACK_PAGE_BYTES 4096

struct stack_view {
	struct stack_bounds bounds;
	uintptr_t readable_end; /* what lies below it can be read, from the last word on */
	bool is_own;            /* it is the thread's own stack */
};

static inline uintptr_t stack_page_end(uintptr_t address)
{
	return (address & ~(uintptr_t)(STACK_PAGE_BYTES - 1)) + STACK_PAGE_BYTES;
}

/* From `sp` on. `is_sure`: the word there can be read. */
static inline struct stack_view stack_view_of(const struct stack_bounds *own,
                                              uintptr_t sp, bool is_sure)
{
	if (likely(stack_bounds_hold(own, sp)))
		return (struct stack_view){ *own, UINTPTR_MAX, true };
	return (struct stack_view){ { sp, sp + OTHER_STACK_BYTES },
		                        is_sure ? stack_page_end(sp) : sp,
		                        false };
}

/* The kernel says whether the word there can be read. */
bool stack_view_asks(struct stack_view *view, uintptr_t address);

/* True if the word at `address` can be read, all asked for so far being lower. */
static inline bool stack_view_can_read(struct stack_view *view, uintptr_t address)
{
	return likely(address < view->readable_end) || stack_view_asks(view, address);
}

/*
 * True if a frame whose stack pointer is `sp` may end at `cfa`, and what is to be loaded
 * there can be: its return address, and its caller's fp, `below` it (0: that is not there).
 */
static inline bool stack_view_can_step(struct stack_view *view, uintptr_t sp,
                                       uintptr_t cfa, uintptr_t below)
{
	/* A caller's frame lies further out: anything else would not end. */
	if (cfa <= sp || !stack_bounds_hold(&view->bounds, cfa - sizeof(cfa)) ||
	    cfa % sizeof(cfa))
		return false;
	if (likely(view->is_own))
		return below <= cfa - view->bounds.low;
	/* A frame keeps what it saved within itself; what lies further in was not asked for. */
	return below <= cfa - sp && (!below || stack_view_can_read(view, cfa - below)) &&
	       stack_view_can_read(view, cfa - sizeof(cfa));
}

#endif

/*
 * stack/view.h - which part of a stack a walk may read.
 *
 * The thread's own stack can be read within its bounds. Another stack may have been unmapped in
 * part when the program no longer needed it, or have been replaced by a smaller one. Only its
 * pages show where it ends, so each page is checked in each walk. The page of the stack pointer
 * needs no check, and most walks on such stacks need no other.
 */
#ifndef OUTLIVE_PRELOAD_STACK_VIEW_H
#define OUTLIVE_PRELOAD_STACK_VIEW_H

#include "system/stack_bounds.h"
#include "system/system.h"

/* Bytes of a stack that is not the thread's which may be read, from the walk's start on. */
#define OTHER_STACK_BYTES (UINT64_C(512) << 10)

struct stack_view {
	struct stack_bounds bounds;
	uintptr_t readable_end; /* memory below it is readable, from the last word on */
	bool is_own;            /* it is the thread's own stack */
};

static inline uintptr_t stack_page_end(uintptr_t address)
{
	return (address & ~(uintptr_t)(ARCH_PAGE_BYTES - 1)) + ARCH_PAGE_BYTES;
}

/* Returns the view from `sp` on. `is_sure`: the word there can be read. */
static inline struct stack_view stack_view_of(const struct stack_bounds *own,
                                              uintptr_t sp, bool is_sure)
{
	if (likely(stack_bounds_hold(own, sp)))
		return (struct stack_view){ *own, UINTPTR_MAX, true };
	return (struct stack_view){ { sp, sp + OTHER_STACK_BYTES },
		                        is_sure ? stack_page_end(sp) : sp,
		                        false };
}

/* Ask the kernel whether the word at `address` can be read. */
bool stack_view_asks(struct stack_view *view, uintptr_t address);

/* Whether the word at `address` can be read. Addresses must be asked for in ascending order. */
static inline bool stack_view_can_read(struct stack_view *view, uintptr_t address)
{
	return likely(address < view->readable_end) || stack_view_asks(view, address);
}

/*
 * Whether a frame with stack pointer `sp` may end at `cfa`, and the words to be loaded can be
 * read: its return address, and its caller's fp at `cfa` - `below` (0: fp is not saved).
 */
static inline bool stack_view_can_step(struct stack_view *view, uintptr_t sp,
                                       uintptr_t cfa, uintptr_t below)
{
	/* A caller's frame is further out; otherwise the walk would not end. */
	if (cfa <= sp || !stack_bounds_hold(&view->bounds, cfa - sizeof(cfa)) ||
	    cfa % sizeof(cfa))
		return false;
	if (likely(view->is_own))
		return below <= cfa - view->bounds.low;
	/* A frame saves registers within itself; words further in were not checked. */
	return below <= cfa - sp && (!below || stack_view_can_read(view, cfa - below)) &&
	       stack_view_can_read(view, cfa - sizeof(cfa));
}

#endif

/*
 * event/nesting.h - what a hook is that is called while its thread's guard is held.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_NESTING_H
#define OUTLIVE_PRELOAD_EVENT_NESTING_H

#include <stdbool.h>

#include "stack/walk.h"

/*
 * Whether the guard can never be given back: the call that took it was further in, and a jump that
 * was not seen has left it. On a stack of unknown bounds this cannot be decided: false.
 */
bool nesting_is_stale(const struct walk_start *caller);

/*
 * Whether a longjmp to the stack pointer `target` leaves the call that holds the guard: a handler
 * that interrupted it jumps. On any stack.
 */
bool nesting_is_left(const struct walk_start *caller, uintptr_t target);

/*
 * Whether the real allocator itself makes this call, inside the call that holds the guard: its
 * realloc() may call malloc(). Not if a signal handler runs in between. The block is then
 * recorded with the outer call. On a stack of unknown bounds this cannot be decided: false.
 */
bool nesting_is_allocators_own(const struct walk_start *caller);

/*
 * Whether this call was made by an outer one, which was called from `slot` and `return_address`
 * and has not returned: not if a signal handler runs in between. On any stack.
 */
bool nesting_is_inside(const struct walk_start *caller, uintptr_t slot,
                       uintptr_t return_address);

/*
 * Before a longjmp to the stack pointer `target`, with the guard held: gives the guard back, if the
 * jump comes from the real allocator, and not from a handler: nothing of ours was interrupted.
 * False: it does not.
 */
bool nesting_jump(const struct walk_start *caller, uintptr_t target);

/*
 * Count a call that came while the guard was held as lost, unless it is part of another call.
 */
void nesting_count(const struct walk_start *caller);

#endif

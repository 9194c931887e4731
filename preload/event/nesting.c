/* event/nesting.c - calls of hooks inside hooks: an allocator's own, a handler's, lost ones. */
#include "event/nesting.h"

#include "ring/ring.h"
#include "stack/signal_frame.h"
#include "stack/stub_pool.h"
#include "stack/thread_state.h"
#include "system/guard.h"
#include "system/stack_bounds.h"
#include "system/system.h"

#define NESTED_BYTES_MAX (64 * 1024) /* frames of an allocator itself */
#define LOST_BYTES_MAX 4096          /* the same for a lost call; two pages at most */

bool nesting_is_stale(const struct walk_start *caller)
{
	struct thread_state *state = guard.state;

	return state && !(guard.flags & GUARD_INTERNAL) && caller->slot >= guard.sp &&
	       stack_bounds_hold(&state->stacks.own, guard.sp) &&
	       stack_bounds_hold(&state->stacks.own, caller->slot);
}

bool nesting_is_allocators_own(const struct walk_start *caller)
{
	struct stack_bounds stack = { guard.stack_low, guard.stack_high };

	if (caller->slot >= guard.sp || guard.sp - caller->slot > NESTED_BYTES_MAX)
		return false;
	if (guard.state)
		stack = guard.state->stacks.own;
	else if (!stack.high && !stack_bounds_find(guard.sp, &stack))
		return false;
	return stack_bounds_hold(&stack, guard.sp) &&
	       stack_bounds_hold(&stack, caller->slot) &&
	       !signal_frame_between(caller->slot, guard.sp);
}

void nesting_jump(const struct walk_start *caller, uintptr_t target)
{
	if (recorder.is_recording && guard.state && target > guard.sp &&
	    !(guard.flags & GUARD_INTERNAL) && nesting_is_allocators_own(caller))
		guard_leave();
}

/*
 * Returns how many events the thread has written. If there are more than at the lost call, what
 * that call left on the stack is old.
 */
static uint64_t events_count(void)
{
	return guard.state ? guard.state->cursor.events : 0;
}

/*
 * The outer call has not returned as long as its return address is in its slot, or a stub that an
 * event inside it put there.
 */
bool nesting_is_inside(const struct walk_start *caller, uintptr_t slot,
                       uintptr_t return_address)
{
	const uintptr_t *at = (const uintptr_t *)slot;

	return caller->slot < slot && slot - caller->slot <= LOST_BYTES_MAX &&
	       system_is_surely_readable(at) && (*at == return_address || stub_is(*at)) &&
	       !signal_frame_between(caller->slot, slot);
}

/* The same for a call inside a lost call. */
static bool is_lost_ones_own(const struct walk_start *caller)
{
	return guard.lost_events == events_count() &&
	       nesting_is_inside(caller, guard.lost_slot, guard.lost_return_address);
}

void nesting_count(const struct walk_start *caller)
{
	if (nesting_is_allocators_own(caller) || is_lost_ones_own(caller))
		return;
	guard.lost_slot = caller->slot;
	guard.lost_return_address = caller->return_address;
	guard.lost_events = events_count();
	ring_count_loss(LOST_NESTED, 1);
}

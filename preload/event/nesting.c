/* event/nesting.c - calls of hooks inside hooks: an allocator's own, a handler's, lost ones. */
#include "event/nesting.h"

#include "ring/ring.h"
#include "stack/signal_frame.h"
#include "stack/signal_stack.h"
#include "stack/stub_pool.h"
#include "stack/thread_state.h"
#include "system/guard.h"
#include "system/stack_bounds.h"
#include "system/system.h"

#define NESTED_BYTES_MAX (64 * 1024) /* frames of an allocator itself */
#define LOST_BYTES_MAX 4096          /* the same for a lost call; two pages at most */

/* The bounds of the stack on which the guard was taken. False: they cannot be known. */
static bool own_stack(struct stack_bounds *stack)
{
	*stack = (struct stack_bounds){ guard.stack_low, guard.stack_high };
	if (guard.state)
		*stack = guard.state->stacks.own;
	return (guard.state || stack->high || stack_bounds_find(guard.sp, stack)) &&
	       stack_bounds_hold(stack, guard.sp);
}

/*
 * Whether one of the two addresses is on the thread's signal stack, and the other is not. That stack
 * may be in the memory of the thread's own.
 */
static bool is_signal_stack_between(uintptr_t a, uintptr_t b)
{
	struct stack_bounds bounds;
	stack_t stack;

	signal_stack_check(&stack);
	if (stack.ss_flags & SS_DISABLE)
		return false;
	bounds.low = (uintptr_t)stack.ss_sp;
	bounds.high = bounds.low + stack.ss_size;
	return stack_bounds_hold(&bounds, a) != stack_bounds_hold(&bounds, b);
}

bool nesting_is_stale(const struct walk_start *caller)
{
	struct stack_bounds stack;

	return !(guard.flags & GUARD_INTERNAL) && caller->slot >= guard.sp &&
	       own_stack(&stack) && stack_bounds_hold(&stack, caller->slot) &&
	       !is_signal_stack_between(caller->slot, guard.sp);
}

bool nesting_is_allocators_own(const struct walk_start *caller)
{
	struct stack_bounds stack;

	if (caller->slot >= guard.sp || guard.sp - caller->slot > NESTED_BYTES_MAX)
		return false;
	return own_stack(&stack) && stack_bounds_hold(&stack, caller->slot) &&
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

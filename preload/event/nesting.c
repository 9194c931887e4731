/* event/nesting.c - calls of hooks inside hooks: an allocator's own, a handler's, lost ones. */
#include "event/nesting.h"

#include "arch.h"
#include "modules/cfi.h"
#include "ring/ring.h"
#include "stack/call_chain.h"
#include "stack/signal_frame.h"
#include "stack/signal_stack.h"
#include "stack/stub_pool.h"
#include "stack/thread_state.h"
#include "system/guard.h"
#include "system/stack_bounds.h"
#include "system/system.h"

#define NESTED_BYTES_MAX (64 * 1024) /* frames of an allocator itself */
#define LOST_BYTES_MAX 4096          /* the same for a lost call; two pages at most */

/*
 * The bounds of the stack on which the guard was taken, at `held`. (guard.sp may change meanwhile:
 * a handler switches to the coroutine that holds it.) False: they cannot be known.
 */
static bool own_stack(uintptr_t held, struct stack_bounds *stack)
{
	*stack = (struct stack_bounds){ guard.stack_low, guard.stack_high };
	if (guard.state)
		*stack = guard.state->stacks.own;
	return held && (guard.state || stack->high || stack_bounds_find(held, stack)) &&
	       stack_bounds_hold(stack, held);
}

/*
 * Whether one of the two addresses is on the thread's signal stack, and the other is not. That
 * stack may be in the memory of the thread's own.
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

static bool is_code(uintptr_t word)
{
	struct cfi_module module;

	return stub_is(word) || (cfi_module_find(word - ARCH_CALL_BYTES_MAX, &module) &&
	                         cfi_module_code_end(&module, word - 1));
}

/*
 * Where the return address of the call that holds the guard may still be; NULL: it was overwritten.
 * The guard may have been taken where the hook saved its caller's frame pointer.
 */
static const uintptr_t *held_return(uintptr_t held)
{
	const uintptr_t *slot = (const uintptr_t *)held;

	return is_code(slot[0]) ? slot : is_code(slot[1]) ? slot + 1 : NULL;
}

/* Whether the call whose return address is at `slot` leads to where the thread began. */
static bool is_of_thread(const uintptr_t *slot, const struct stack_bounds *stack)
{
	/* Each hook keeps a frame pointer: its caller's is beside the return address. */
	const struct walk_start there = { (uintptr_t)slot, slot[0], slot[-1] };

	return call_chain_find(stack, &there, 0, 0) == CALL_CHAIN_OUTERMOST;
}

/*
 * Where a call is, compared with the one that holds the guard, is no proof. That one may wait: for
 * a handler on a signal stack, or for a coroutine to which a handler has switched, whose stacks may
 * be in the memory of the thread's own. But of the calls that lead to where the thread began, those
 * that cannot be found from here are over.
 */
bool nesting_is_stale(const struct walk_start *caller)
{
	uintptr_t held = guard.sp;
	struct stack_bounds stack;
	enum call_chain chain;
	const uintptr_t *slot;

	if (guard.flags & GUARD_INTERNAL || !own_stack(held, &stack) ||
	    !stack_bounds_hold(&stack, caller->slot) || nesting_is_allocators_own(caller) ||
	    is_signal_stack_between(caller->slot, held))
		return false;
	chain = call_chain_find(&stack, caller, held, 0);
	slot = held_return(held);
	return guard.sp == held && chain != CALL_CHAIN_MEETS &&
	       (!slot || (chain == CALL_CHAIN_OUTERMOST &&
	                  (caller->slot >= held || is_of_thread(slot, &stack))));
}

struct leaving {
	const struct walk_start *caller;
	uintptr_t target;
	bool is_left;
};

static void leaving_find(void *argument)
{
	struct leaving *leaving = argument;

	leaving->is_left = call_chain_find(&guard.state->stacks.own, leaving->caller,
	                                   guard.sp, leaving->target) == CALL_CHAIN_MEETS;
}

bool nesting_is_left(const struct walk_start *caller, uintptr_t target)
{
	struct leaving leaving = { caller, target, false };

	if (guard.state && !(guard.flags & GUARD_INTERNAL))
		thread_state_call(guard.state, caller->slot, leaving_find, &leaving);
	return leaving.is_left;
}

/*
 * An allocator makes the same call again and again: that it is inside the call that holds the guard
 * is found out once.
 */
static bool is_inside_held(const struct walk_start *caller, uintptr_t held,
                           const struct stack_bounds *stack)
{
	enum call_chain chain;

	if (guard.inside_held == held && guard.inside_slot == caller->slot &&
	    guard.inside_return_address == caller->return_address)
		return true;
	chain = call_chain_find(stack, caller, held, 0);
	if (chain != CALL_CHAIN_MEETS) /* no table may cover the allocator's code */
		return chain == CALL_CHAIN_CUT && held_return(held);
	guard.inside_held = 0;
	guard_barrier();
	guard.inside_slot = caller->slot;
	guard.inside_return_address = caller->return_address;
	guard_barrier();
	guard.inside_held = held;
	return true;
}

bool nesting_is_allocators_own(const struct walk_start *caller)
{
	uintptr_t held = guard.sp;
	struct stack_bounds stack;

	if (caller->slot >= held || held - caller->slot > NESTED_BYTES_MAX)
		return false;
	return own_stack(held, &stack) && stack_bounds_hold(&stack, caller->slot) &&
	       !signal_frame_between(caller->slot, held) &&
	       is_inside_held(caller, held, &stack);
}

bool nesting_jump(const struct walk_start *caller, uintptr_t target)
{
	if (!recorder.is_recording || !guard.state || target <= guard.sp ||
	    guard.flags & GUARD_INTERNAL || !nesting_is_allocators_own(caller))
		return false;
	guard_leave();
	return true;
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

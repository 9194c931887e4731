/*
 * faults/record.c - classifies a fault and writes its record.
 *
 * Nothing goes on after the record: the recorder may have been interrupted anywhere. If a fault
 * happens here, the signal is blocked and the kernel ends the process.
 */
#include "faults/record.h"

#include <stdatomic.h>

#include "modules/cfi.h"
#include "ring/definitions.h"
#include "call_on_stack.h"
#include "self/fault_passed.h"
#include "event/lifecycle.h"
#include "event/record.h"
#include "ring/ring.h"
#include "stack/signal_stack.h"

#define WALK_BYTES 12288  /* stack needed for a walk and for reading /proc */
#define RECORD_BYTES 2560 /* stack needed for a record without them */

/*
 * An instruction accesses memory at most this far below the stack pointer: a red zone, or a
 * probe of the frame that it is about to make.
 */
#define BELOW_BYTES UINT64_C(65536)

/* A frame that does not fit moves the stack pointer at most this far beyond the end. */
#define BEYOND_BYTES (UINT64_C(1) << 30)

struct fault_point {
	uintptr_t ip, sp, fp;
	bool
		has_mapping; /* depth of the thread's own stack, whatever stack the fault was on */
	struct stack_mapping mapping;
};

/* Bytes left on the stack that we are on. */
static uint64_t room_bytes(void)
{
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	stack_t stack;

	signal_stack_check(&stack);
	if (stack.ss_flags & SS_DISABLE || here - (uintptr_t)stack.ss_sp >= stack.ss_size)
		return UINT64_MAX; /* the thread's own stack: the program had to leave some room */
	return here - (uintptr_t)stack.ss_sp;
}

/* The end of the thread's own stack; 0: unknown. */
static uintptr_t own_high(void)
{
	return guard.state ? guard.state->stacks.own.high : guard.stack_high;
}

static void mapping_find(struct fault_point *point)
{
	const struct stack_bounds *own = &guard.state->stacks.own;
	struct stack_mapping *mapping = &point->mapping;

	point->has_mapping = own->high && stack_mapping_find(own->high - 1, mapping);
	/* Without a guard page, other memory may follow in the same mapping. */
	if (point->has_mapping && !mapping->is_main && mapping->guard_low == mapping->low &&
	    mapping->low < own->low)
		mapping->low = mapping->guard_low = own->low;
}

/*
 * The frame begins on the thread's own stack, and the stack pointer is below that whole stack:
 * it is on no other stack, but the frame is larger than what was left plus the guard.
 */
static bool is_frame_too_large(const struct fault_point *point)
{
	struct cfi_module module;
	struct cfi_rule rule;
	uintptr_t slot;

	if (point->sp >= point->mapping.low || !cfi_module_find(point->ip, &module))
		return false;
	rule = cfi_rule_find(&module, point->ip + 1);
	if (rule.kind != CFI_SP && rule.kind != CFI_FP)
		return false;
	slot = (rule.kind == CFI_SP ? point->sp : point->fp) + rule.cfa_offset -
	       sizeof(slot);
	return slot >= point->mapping.low && slot < own_high();
}

/* The access was near the stack pointer, or above it. */
static bool is_near_stack(const struct fault_point *point,
                          const struct fault_cause *cause)
{
	return cause->signal == SIGSEGV &&
	       (cause->code == SEGV_MAPERR || cause->code == SEGV_ACCERR) &&
	       cause->address + BELOW_BYTES >= point->sp;
}

/*
 * The stack ran into its end: the access was below the stack, and near the stack pointer, or
 * near where a large frame had moved it. Below the main thread's stack there is only what it
 * could have grown into without its limit. (An access to anything else, such as another
 * thread's guard page, is no overflow.)
 */
static bool is_overflow(const struct fault_point *point,
                        const struct fault_cause *cause)
{
	uintptr_t address = cause->address;
	const struct stack_mapping *mapping = &point->mapping;

	if (!point->has_mapping || !is_near_stack(point, cause) || address >= mapping->low)
		return false;
	if (mapping->is_main && point->sp + BEYOND_BYTES > mapping->low)
		return true;
	return (!mapping->is_main && address >= mapping->guard_low) ||
	       is_frame_too_large(point);
}

static enum fault_kind kind_of(const struct fault_point *point,
                               const struct fault_cause *cause)
{
	if (cause->code <= 0)
		return FAULT_SENT;
	if (cause->code == SI_KERNEL)
		return FAULT_NO_ADDRESS;
	return is_overflow(point, cause) ? FAULT_STACK_OVERFLOW : FAULT_OTHER;
}

static void fault_write(struct fault_point *point, const struct fault_cause *cause,
                        enum fault_end end, uintptr_t inner_slot)
{
	struct walk_start at = { point->sp - sizeof(uintptr_t), point->ip + 1, point->fp };
	struct fault fault = {
		.signal = cause->signal,
		.address = cause->address,
		.instruction = point->ip,
		.kind = kind_of(point, cause), /* as far as it is known without the mapping */
		.end = end,
	};
	const struct stack_mapping *mapping = NULL;
	uintptr_t high;

	if (!thread_state_get()) /* the stack's bounds are needed */
		return;
	high = own_high();
	if (room_bytes() < WALK_BYTES) {
		if (fault.kind == FAULT_OTHER && cause->signal == SIGSEGV)
			fault.kind = FAULT_NOT_CLASSIFIED;
		record_fault_only(&fault);
		return;
	}
	mapping_find(point);
	fault.kind = kind_of(point, cause);
	if (fault.kind == FAULT_STACK_OVERFLOW ||
	    (point->has_mapping && point->sp >= point->mapping.low && point->sp < high)) {
		fault.depth_bytes = high - point->sp;
		mapping = &point->mapping;
	}
	record_fault(&at, &fault, mapping, inner_slot);
}

/* ---- on a stack with room -------------------------------------------------------- */

/*
 * The stack that a program gives its handlers may be a page or two: this one is for one thread
 * at a time. None of the program's handlers may run meanwhile: the kernel would see that we are
 * not on the signal stack, and would start again at its top, over the handler that is running
 * there.
 */
static char spare_stack[65536] __attribute__((aligned(ARCH_PAGE_BYTES)));
static _Atomic bool spare_is_taken;

static void call_with_room(void (*function)(void *), void *argument)
{
	bool is_taken = false;
	uint64_t mask;

	system_signals_block(&mask);
	if (atomic_compare_exchange_strong(&spare_is_taken, &is_taken, true)) {
		arch_call_on_stack(function, argument, spare_stack + sizeof(spare_stack));
		atomic_store_explicit(&spare_is_taken, false, memory_order_release);
	} else {
		function(argument);
	}
	system_signals_restore(&mask);
}

/* What to examine there. */
struct fault_case {
	struct fault_cause cause;
	const void *context;
	const struct passed_fault *passed; /* in place of a context that is gone */
	enum fault_end end;
	struct walk_start caller;   /* the fault that ends the process */
	bool is_overflow, is_found; /* answers */
};

static struct fault_point point_of(const void *context)
{
	struct fault_point point = { .ip = 0 };

	arch_context_registers(context, &point.ip, &point.sp, &point.fp);
	return point;
}

static void case_record(const struct fault_case *at)
{
	struct fault_point point = { .ip = 0 };
	struct walk_start here = { .slot = 0 };
	uintptr_t inner_slot = guard.sp;

	if (at->passed)
		point = (struct fault_point){ .ip = at->passed->ip,
			                          .sp = at->passed->sp,
			                          .fp = at->passed->fp };
	else
		point = point_of(at->context);
	here.slot = point.sp;
	if (!recorder.is_recording || guard.flags & GUARD_INTERNAL ||
	    room_bytes() < RECORD_BYTES)
		return;
	if (inner_slot) {
		if (lifecycle_is_forked())
			return;
		/* What the thread was doing may be half done. */
		if (guard.state)
			thread_state_abandon(guard.state);
		definitions_abandon();
	} else if (!lifecycle_enter(&here)) {
		return;
	}
	/* The child of a vfork() has its parent's memory. */
	if (recorder.pid == system_pid())
		fault_write(&point, &at->cause, at->end, inner_slot);
	if (!inner_slot)
		guard_leave();
}

/* How far up from `sp` the stack reaches that the thread is on. */
static uintptr_t stack_high_of(uintptr_t sp, bool *is_signal)
{
	stack_t stack;

	signal_stack_check(&stack);
	*is_signal = !(stack.ss_flags & SS_DISABLE) &&
	             sp - (uintptr_t)stack.ss_sp < stack.ss_size;
	return *is_signal ? (uintptr_t)stack.ss_sp + stack.ss_size : own_high();
}

/* ---- a signal kills ---------------------------------------------------------------- */

static void record_run(void *argument)
{
	struct fault_case *at = argument;
	struct fault_point point = point_of(at->context);
	struct passed_fault passed;
	uintptr_t high;
	bool is_signal;

	if (at->cause.code <= 0) {
		if (fault_passed_again(at->context, &passed)) {
			at->cause = passed.cause;
		} else {
			high = stack_high_of(point.sp, &is_signal);
			while (fault_passed_find(point.sp, high, &passed)) {
				at->cause = passed.cause;
				at->context = passed.context;
				if (!is_signal) /* memory further out may be long out of date */
					break;
			}
		}
	}
	case_record(at);
}

void fault_record(const siginfo_t *info, const void *context)
{
	struct fault_case at = { .cause = fault_cause_of(info), .context = context };

	call_with_room(record_run, &at);
}

/* ---- the program's handler ends the process --------------------------------------- */

/*
 * On a stack that is not for signals, an old signal frame may remain in a gap of another frame:
 * its return address must be one of those that the call returns to.
 */
static bool is_called_from(const struct walk_start *caller, const void *context)
{
	uintptr_t slot = (uintptr_t)context - sizeof(slot);
	struct thread_state *state;
	struct walk_result walk;
	bool is_found = false;

	if (guard.sp || !lifecycle_enter(caller))
		return false;
	state = thread_state_get();
	if (state) {
		walk = stack_walk(state, caller);
		for (uint32_t i = 0; i < walk.pushed; i++)
			is_found = is_found || walk.frames[i].slot == slot;
		for (uint32_t i = 0; i < walk.keep; i++)
			is_found = is_found || state->stack.frames[i].slot == slot;
	}
	guard_leave();
	return is_found;
}

/* If a handler ran into a fault itself, report the first fault, with which it began. */
static void end_run(void *argument)
{
	struct fault_case *at = argument;
	struct passed_fault passed, first;
	bool is_signal;
	uintptr_t high = stack_high_of(at->caller.slot, &is_signal);

	while (fault_passed_find(at->caller.slot, high, &passed)) {
		if (!is_signal && !is_called_from(&at->caller, passed.context))
			continue;
		first = passed;
		at->is_found = true;
	}
	if (!at->is_found)
		return;
	at->cause = first.cause;
	at->context = first.context;
	case_record(at);
	if (at->end == FAULT_END_ABORTED)
		fault_passed_keep(&first);
}

bool fault_record_end(const struct walk_start *caller, enum fault_end end)
{
	struct fault_case at = { .end = end, .caller = *caller };

	/* Between vfork() and exec the memory is another process's. */
	if (recorder.is_recording && fault_passed_any() && lifecycle_is_here())
		call_with_room(end_run, &at);
	return at.is_found;
}

static void passed_run(void *argument)
{
	case_record(argument);
}

void fault_record_passed(const struct passed_fault *passed)
{
	struct fault_case at = { .cause = passed->cause,
		                     .passed = passed,
		                     .end = FAULT_END_HANDLED };

	call_with_room(passed_run, &at);
}

/* ---- questions -------------------------------------------------------------------- */

bool fault_is_near_stack(const siginfo_t *info, const void *context)
{
	struct fault_cause cause = fault_cause_of(info);
	struct fault_point point = point_of(context);

	return is_near_stack(&point, &cause);
}

static void question_run(void *argument)
{
	struct fault_case *at = argument;
	struct fault_point point = point_of(at->context);
	struct walk_start here = { .slot = point.sp };
	bool is_entered = false;

	if (guard.flags & GUARD_INTERNAL || !lifecycle_is_here())
		return;
	if (!guard.state) { /* the stack's bounds are needed */
		is_entered = !guard.sp && lifecycle_enter(&here);
		if (is_entered)
			thread_state_get();
	}
	if (guard.state) {
		mapping_find(&point);
		at->is_overflow = is_overflow(&point, &at->cause);
	}
	if (is_entered)
		guard_leave();
}

/* Not on the thread's own stack: no overflow of it, and /proc need not be read. */
static bool is_above_own(const struct fault_case *at)
{
	uintptr_t high = own_high();

	return high && at->cause.address >= high;
}

bool fault_is_overflow(const siginfo_t *info, const void *context)
{
	struct fault_case at = { .cause = fault_cause_of(info), .context = context };

	if (fault_is_near_stack(info, context) && !is_above_own(&at))
		call_with_room(question_run, &at);
	return at.is_overflow;
}

/*
 * faults/go_end.c - the end of a program by Go's runtime.
 *
 * A fault in C code ends the program in the runtime's handler, or (Go 1.19) in a function that the
 * handler lets it return to: the FAULT record says so. A fault in Go code becomes a panic of its
 * goroutine, after the handler has returned. A panic and a fatal
 * error end the program on the system stack of the thread, beneath which the goroutine's stack
 * is; os.Exit does so on the goroutine's.
 */
#include "faults/go_end.h"

#include "event/control.h"
#include "event/lifecycle.h"
#include "event/record.h"
#include "faults/record.h"
#include "go/runtime.h"
#include "self/fault_passed.h"

/* Where a fault has become a panic, the frame that faulted "returns" to the instruction itself. */
static bool fault_find(const struct thread_state *state, struct passed_fault *found)
{
	for (uint32_t i = state->stack.depth; i-- > 0;) {
		if (fault_passed_at(state->stack.frames[i].return_address, found))
			return true;
	}
	return false;
}

static void end_write(struct thread_state *state, int status,
                      const struct passed_fault *fault)
{
	const uint64_t fields[] = { (uint32_t)status, (uint64_t)fault->cause.signal,
		                        fault->cause.address, fault->ip };

	control_put(state, CONTROL_GO_END, fields, sizeof(fields) / sizeof(*fields));
}

/* Returns whether it was a fault of C code: then *fault is it. */
static bool end_record(const struct walk_start *caller, int status,
                       struct passed_fault *fault)
{
	struct thread_state *state = thread_state_get();

	if (!state || !stack_bounds_hold(&state->stacks.own, caller->slot) ||
	    !record_stack(caller))
		return false;
	if (fault_find(state, fault) && !go_runtime_at(fault->ip))
		return true;
	end_write(state, status, fault);
	return false;
}

void go_end_record(const struct walk_start *caller, int status)
{
	struct passed_fault fault = { .ip = 0 };
	bool is_of_c;

	if (fault_record_end(caller, FAULT_END_HANDLED) || !status || guard.sp ||
	    !lifecycle_enter(caller))
		return;
	is_of_c = end_record(caller, status, &fault);
	guard_leave();
	if (is_of_c)
		fault_record_passed(&fault);
}

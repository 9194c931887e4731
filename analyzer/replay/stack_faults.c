/* replay/stack_faults.c - drop the faults that did not end the process. */
#include "replay/stack_faults.h"

/* abort() was called, but later events show that a handler of SIGABRT jumped out of it. */
static bool is_outlived(const struct stack_depths *depths, uint32_t at,
                        uint64_t exit_start)
{
	const struct stack_fault *fault = &depths->faults[at];
	uint32_t i;

	if (fault->end != FAULT_END_ABORTED)
		return false;
	for (i = at + 1; i < depths->fault_count; i++) {
		if (depths->faults[i].thread == fault->thread)
			return true;
	}
	return exit_start != UINT64_MAX && fault->time < exit_start;
}

void stack_faults_settle(struct stack_depths *depths, uint64_t exit_start)
{
	uint32_t i, kept = 0;

	for (i = 0; i < depths->fault_count; i++) {
		struct stack_fault fault = depths->faults[i];

		if (is_outlived(depths, i, exit_start))
			stack_path_release(&fault.path);
		else
			depths->faults[kept++] = fault;
	}
	depths->fault_count = kept;
}

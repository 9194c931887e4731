/*
 * stack/late_function.h - what hooked names of an unwinder, or of what throws, would have reached
 * without us. A plugin may bring its own when the process is long running.
 */
#ifndef OUTLIVE_PRELOAD_STACK_LATE_FUNCTION_H
#define OUTLIVE_PRELOAD_STACK_LATE_FUNCTION_H

#include <stdint.h>

/* By the names of modules/hook_list.h; and one that is needed, but not hooked. */
enum late_name {
#define HOOK_LATE(family, type, name, parameters) LATE_##name,
#include "modules/hook_list.h"
	LATE__Unwind_GetIP,
	LATE_COUNT
};

/*
 * The function as the caller that goes on at `return_address` would have found it: the next
 * in the search order of the start, else one that the caller's module has or needs. Takes
 * no lock, no memory; errno stays. Aborts if there is none.
 */
void *late_function(enum late_name name, uintptr_t return_address);

/* A module is gone: what was found for one may be another's now. */
void late_functions_forget(void);

#endif

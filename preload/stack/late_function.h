/*
 * stack/late_function.h - finds the real function behind a hook of an unwinder, or of code that
 * throws. A plugin may bring its own, long after the start.
 */
#ifndef OUTLIVE_PRELOAD_STACK_LATE_FUNCTION_H
#define OUTLIVE_PRELOAD_STACK_LATE_FUNCTION_H

#include <stdint.h>

/* Named as in modules/hook_list.h, and one that is needed, but not hooked. */
enum late_name {
#define HOOK_LATE(family, type, name, parameters) LATE_##name,
#include "modules/hook_list.h"
	LATE__Unwind_GetIP,
	LATE_COUNT
};

/*
 * Returns the function that the caller which continues at `return_address` would have found:
 * the next in the search order of the start, else one in the caller's module or in objects that
 * it needs. Takes no lock, allocates nothing, keeps errno. Aborts if there is none.
 */
void *late_function(enum late_name name, uintptr_t return_address);

/* The same; 0: there is none. */
uintptr_t late_function_find(enum late_name name, uintptr_t return_address);

/*
 * Call when a module is gone: forgets the functions found, as another module may be mapped
 * there.
 */
void late_functions_forget(void);

#endif

/*
 * real_function.h - what a hooked name would have reached without us. Layer 8.
 */
#ifndef OUTLIVE_REAL_FUNCTION_H
#define OUTLIVE_REAL_FUNCTION_H

#include "stack_walk.h"

/*
 * The function `name` as `caller` would have found it: the next in the search order, else
 * the one of the caller's module, for an unwinder that a plugin brings is not in the
 * global scope. The former is kept in *cached. Aborts if there is none. errno stays.
 */
void *real_function_find(void **cached, const char *name,
                         const struct walk_start *caller);

#endif

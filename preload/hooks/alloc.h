/*
 * hooks/alloc.h - the allocator's names, by which it is also asked for.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_ALLOC_H
#define OUTLIVE_PRELOAD_HOOKS_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

/* The function of ours that stands before `function`; `function` itself, if none does. */
void *interpose_ours(void *function);

/*
 * The function of ours that stands before the one that `name` leads to, if `function` is that
 * one; NULL: it is another, or none of ours does. (libc's malloc has two names: an allocator
 * between us and libc asks for it by the first, and gets it.)
 */
void *interpose_ours_named(const char *name, const void *function);

/* True if a function of ours has that name. */
bool interpose_has(const char *name);

#endif

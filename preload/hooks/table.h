/*
 * hooks/table.h - the hooks as data: what stands before what.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_TABLE_H
#define OUTLIVE_PRELOAD_HOOKS_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum hook_family {
	HOOKS_ALLOCATOR,
	HOOKS_THREADS,
	HOOKS_LOOKUP,
	HOOKS_UNWINDING,
	HOOKS_EXEC,
	HOOKS_FAULTS,
	HOOKS_PHASES,
	HOOKS_FILTERS,
	HOOKS_LIMITS,
	HOOKS_RUNTIMES,
};

struct hook {
	const char *name;   /* that is exported */
	void (*ours)(void); /* of whatever type */
	void *const *real;  /* once real_resolve() has returned; NULL: there is not one */
	enum hook_family family;
};

extern const struct hook hooks[];
extern const size_t hooks_count;

/* The function of ours that stands before `function`, if that is the allocator's; else itself. */
void *hook_before(void *function);

/*
 * The function of ours that stands before the allocator's that `name` leads to, if `function` is
 * that one; NULL: it is another, or none of ours does. (libc's malloc has two names: an
 * allocator between us and libc asks for it by the first, and gets it.)
 */
void *hook_before_named(const char *name, const void *function);

/* True if a function of the allocator has that name. */
bool hook_is_allocators(const char *name);

#endif

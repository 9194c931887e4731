/*
 * hooks/table.h - the hooks as data: which function of ours replaces which real one.
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
	HOOKS_MAPPINGS,
};

struct hook {
	const char *name;   /* the exported name */
	void (*ours)(void); /* cast from its own type */
	void *const *real;  /* set by real_resolve(); NULL: not in the table */
	enum hook_family family;
};

extern const struct hook hooks[];
extern const size_t hooks_count;

/*
 * Returns our hook of `function` if that is a function of the allocator, else `function`
 * itself.
 */
void *hook_before(void *function);

/*
 * Returns our hook of the allocator's function `name` if `function` is the real one behind it.
 * NULL: it is another function, or there is no such hook. (libc's malloc has two names: an
 * allocator between us and libc asks for it by the first, and gets it.)
 */
void *hook_before_named(const char *name, const void *function);

/* Whether a function of the allocator has that name. */
bool hook_is_allocators(const char *name);

#endif

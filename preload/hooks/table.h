/*
 * hooks/table.h - the hooks as data: which function of ours replaces which real one.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_TABLE_H
#define OUTLIVE_PRELOAD_HOOKS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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
	int late; /* enum late_name, if the real function depends on the caller; else -1 */
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

/* What a word that calls a hooked function may hold. */
struct hook_choice {
	uintptr_t ours, real;
	bool is_unwinding; /* of HOOKS_UNWINDING */
	bool is_resume;    /* goes on with an exception after a cleanup */
};

/*
 * Choose for a word of the module at `module`, which calls `name`, in a process that was attached
 * to. False: the function is not hooked there, or its real function is not known. What only serves
 * to pass the recorder on to other programs is not hooked, nor is what a server has long arranged:
 * its handlers of faults, its limits.
 */
bool hook_choose(const char *name, uintptr_t module, struct hook_choice *choice);

/* Whether a function of the allocator has that name. */
bool hook_is_allocators(const char *name);

#endif

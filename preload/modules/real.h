/*
 * modules/real.h - the functions that our exported names stand in front of: for each the next
 * in the search order, be it libc's, one that the program links, or one preloaded after us.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_REAL_H
#define OUTLIVE_PRELOAD_MODULES_REAL_H

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <threads.h>

typedef int main_function(int, char **, char **);
typedef void plain_handler(int);

/* By the names of modules/hook_list.h. NULL: this release of libc has none. */
struct real_functions {
#define HOOK(family, type, name, parameters) type(*name) parameters;
#include "modules/hook_list.h"

	/* Where a failure of the loader's lands. */
	uintptr_t dl_catch_exception;
	size_t dl_catch_exception_bytes; /* 0: not known */

	size_t exit_bytes; /* of exit()'s code; 0: not known */
	bool is_bypassed;  /* another malloc comes before ours: the executable's own */
};

/* Valid once real_resolve() has returned. */
extern struct real_functions real;

extern _Atomic bool real_is_resolved;
void real_resolve_now(void);

/*
 * Every hook's first step. It reads the loader's tables, and asks nobody: no lock, no memory,
 * errno stays. So it may be done anywhere, also by a malloc of the program's that holds its
 * own lock, and by several threads at a time.
 */
static inline void real_resolve(void)
{
	if (__builtin_expect(!atomic_load_explicit(&real_is_resolved, memory_order_acquire),
	                     0))
		real_resolve_now();
}

#endif

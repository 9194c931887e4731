/*
 * modules/real.h - the real functions behind the hooks. Each is the next one in the search
 * order: libc's, one that the program links, or one that is preloaded after us. In a process
 * that was attached to, where this library is the last, it is the first one in that order.
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

/* Named as in modules/hook_list.h. NULL: this release of libc does not have the function. */
struct real_functions {
#define HOOK(family, type, name, parameters) type(*name) parameters;
#include "modules/hook_list.h"

	/* Where an error of the loader lands. */
	uintptr_t dl_catch_exception;
	size_t dl_catch_exception_bytes; /* 0: unknown */

	size_t exit_bytes; /* of exit()'s code; 0: unknown */
	bool is_bypassed;  /* another malloc comes before ours */
	bool is_preceded;  /* .. and it is a library's, which may call ours */
};

/* Valid once real_resolve() has returned. */
extern struct real_functions real;

extern _Atomic bool real_is_resolved;
void real_resolve_now(void);

/*
 * Call first in every hook. Only reads the loader's tables: takes no lock, allocates nothing,
 * keeps errno. So it may be called anywhere, also from a malloc() of the program's that holds
 * its own lock, and by several threads at a time.
 */
static inline void real_resolve(void)
{
	if (__builtin_expect(!atomic_load_explicit(&real_is_resolved, memory_order_acquire),
	                     0))
		real_resolve_now();
}

#endif

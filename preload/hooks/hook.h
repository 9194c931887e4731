/*
 * hooks/hook.h - declares the hooks, which are exported under the names of the functions that
 * they hook.
 *
 * Each is hook_NAME, a symbol that no other object can define before us: an executable may have
 * a malloc of its own. NAME is a second symbol for the same address.
 */
#ifndef OUTLIVE_PRELOAD_HOOKS_HOOK_H
#define OUTLIVE_PRELOAD_HOOKS_HOOK_H

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <threads.h>

#include "modules/real.h"

/* The result of a system call as libc's functions return it. */
static inline long result_of(long result)
{
	if (result < 0 && result > -4096) {
		errno = (int)-result;
		return -1;
	}
	return result;
}

struct _Unwind_Exception;
struct _Unwind_Context;

#define HOOK(family, type, name, parameters) \
	type hook_##name parameters __attribute__((visibility("hidden")));
#define HOOK_ALSO(family, type, name, parameters, other) \
	type hook_##name parameters __attribute__((visibility("hidden")));
#define HOOK_LATE(family, type, name, parameters) \
	type hook_##name parameters __attribute__((visibility("hidden")));
#define HOOK_ONLY(family, type, name, parameters) \
	type hook_##name parameters __attribute__((visibility("hidden")));
#include "modules/hook_list.h"

/* Export hook_NAME as NAME. Stands after the function, in the same file. */
#define EXPORT(name) __asm__(".globl " #name "\n.set " #name ", hook_" #name)

#endif

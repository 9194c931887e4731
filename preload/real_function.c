/*
 * real_function.c - what a hooked name would have reached without us. Layer 8.
 */
#include "real_function.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>

#include "cfi.h"
#include "guard.h"
#include "real_alloc.h"

/*
 * `name` as the module of `caller` sees it, for what is not in the global scope. Nothing is
 * kept: the module may be unloaded, and the next one bring another unwinder.
 */
static void *plugin_find(const char *name, const struct walk_start *caller)
{
	struct cfi_module module;
	void *handle, *function;

	if (!cfi_module_find(caller->return_address, &module) || !module.link_map)
		return NULL;
	/* A link map is not a handle: those of dependencies have no search list. */
	handle = dlopen(((const struct link_map *)module.link_map)->l_name,
	                RTLD_NOLOAD | RTLD_LAZY);
	if (!handle)
		return NULL;
	function = dlsym(handle, name);
	real.dlclose(handle);
	return function;
}

void *real_function_find(void **cached, const char *name,
                         const struct walk_start *caller)
{
	void *function = *cached;
	struct guard held = guard;
	int saved_errno = errno;
	struct walk_start behind = *caller;

	if (function)
		return function;
	if (stub_is(behind.return_address)) /* a tail call */
		behind.return_address = outlive_stub_entries[stub_of(behind.return_address)]
		                            .return_address;
	real_alloc_resolve();
	/* What dlsym allocates for itself is not the program's. */
	guard.sp = caller->slot;
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	function = dlsym(RTLD_NEXT, name);
	*cached = function;
	if (!function)
		function = plugin_find(name, &behind);
	guard_barrier();
	guard.sp = held.sp;
	guard.flags = held.flags;
	errno = saved_errno;
	if (!function)
		abort(); /* cannot be: the caller was linked against it */
	return function;
}

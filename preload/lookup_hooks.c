/*
 * lookup_hooks.c - a function that asks who called it is told the truth. Layer 11.
 *
 * dlsym(RTLD_NEXT, ..) searches after the module that it returns into. Called by a jump,
 * as the last thing of a function, it would return into a stub, which is this library's.
 */
#include <dlfcn.h>
#include <stdatomic.h>

#include "lifecycle.h"
#include "stub_pool.h"

typedef void *lookup_function(void *, const char *);

/*
 * The frame is left without its stub, which has not run and so is not used again: what
 * becomes of the frame is inferred.
 */
static void stub_uncover(uintptr_t *slot)
{
	if (stub_is(*slot))
		*slot = outlive_stub_entries[stub_of(*slot)].return_address;
}

static lookup_function *real_dlsym(void)
{
	static _Atomic(lookup_function *) real;
	lookup_function *found = atomic_load_explicit(&real, memory_order_relaxed);

	if (likely(found != NULL))
		return found;
	found = (lookup_function *)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
	if (!found) /* in libdl, then */
		found = (lookup_function *)dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
	atomic_store_explicit(&real, found, memory_order_relaxed);
	return found;
}

/*
 * It goes on by a jump (-foptimize-sibling-calls): the real one is to see our caller, not
 * us.
 */
EXPORT void *dlsym(void *handle, const char *name)
{
	lookup_function *real = real_dlsym();

	stub_uncover(
		(uintptr_t *)((uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t)));
	return real ? real(handle, name) : NULL; /* NULL: libc has none we know of */
}

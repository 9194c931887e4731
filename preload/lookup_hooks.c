/*
 * lookup_hooks.c - a function that asks who called it is told the truth. Layer 11.
 *
 * dlsym(RTLD_NEXT, ..) searches after the module that it returns into; dlopen() searches
 * where that module says ($ORIGIN, its RUNPATH), and in its namespace. Called by a jump, as
 * the last thing of a function, they would return into a stub, which is this library's.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>

#include "dynamic_symbols.h"
#include "lifecycle.h"
#include "stub_pool.h"

typedef void *dlvsym_function(void *, const char *, const char *);

static bool is_libc(const char *path)
{
	const char *name = path;

	for (const char *at = path; *at; at++) {
		if (*at == '/')
			name = at + 1;
	}
	return names_are_equal(name, "libc.so.6") || names_are_equal(name, "libdl.so.2");
}

/*
 * libc's dlvsym, that looks the others up: by hand, because to ask for it by name needs one
 * of them.
 */
static dlvsym_function *real_dlvsym(void)
{
	static _Atomic(dlvsym_function *) real;
	dlvsym_function *found = atomic_load_explicit(&real, memory_order_relaxed);

	for (const struct link_map *map = _r_debug.r_map; map && !found;
	     map = map->l_next) {
		struct dynamic_symbols dynamic;

		if (is_libc(map->l_name) && dynamic_symbols_read(map, &dynamic))
			found = (dlvsym_function *)dynamic_symbols_find(&dynamic, "dlvsym");
	}
	atomic_store_explicit(&real, found, memory_order_relaxed);
	return found;
}

/* What comes after us; NULL: nothing we know of. */
static void *real_find(_Atomic(void *) *real, const char *name, const char *version)
{
	void *found = atomic_load_explicit(real, memory_order_relaxed);
	dlvsym_function *look;

	if (likely(found != NULL))
		return found;
	look = real_dlvsym();
	found = look ? look(RTLD_NEXT, name, "GLIBC_2.34") : NULL;
	if (look && !found) /* in libdl, then */
		found = look(RTLD_NEXT, name, version);
	atomic_store_explicit(real, found, memory_order_relaxed);
	return found;
}

/*
 * The frame is left without its stub, which has not run and so is not used again: what
 * becomes of the frame is inferred.
 */
static void stub_uncover(uintptr_t *slot)
{
	if (stub_is(*slot))
		*slot = outlive_stub_entries[stub_of(*slot)].return_address;
}

/*
 * Each goes on by a jump (-foptimize-sibling-calls): the real one is to see our caller, not
 * us.
 */
#define LOOKUP(name, version, parameters, arguments)                                   \
	EXPORT void *name parameters                                                       \
	{                                                                                  \
		static _Atomic(void *) cached;                                                 \
		void *(*real)parameters;                                                       \
                                                                                       \
		*(void **)&real = real_find(&cached, #name, version);                          \
		stub_uncover(                                                                  \
			(uintptr_t *)((uintptr_t)__builtin_frame_address(0) + sizeof(uintptr_t))); \
		return real ? real arguments : NULL;                                           \
	}

LOOKUP(dlsym, "GLIBC_2.2.5", (void *handle, const char *name), (handle, name))
LOOKUP(dlvsym, "GLIBC_2.2.5", (void *handle, const char *name, const char *version),
       (handle, name, version))
LOOKUP(dlopen, "GLIBC_2.2.5", (const char *file, int mode), (file, mode))
LOOKUP(dlmopen, "GLIBC_2.3.4", (Lmid_t space, const char *file, int mode),
       (space, file, mode))

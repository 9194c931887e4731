/*
 * hooks/lookup.c - the hooks of dlsym(), dlopen() and the like.
 *
 * A program that has a handle of libc's (ctypes, Fiddle, JNA) asks libc alone for malloc(), and
 * its blocks would all bypass the recorder. It gets the function that the linker would have
 * given it.
 *
 * Functions that depend on their caller must see the real one: dlsym(RTLD_NEXT, ..) searches
 * after the module that contains its return address; dlopen() uses that module's $ORIGIN,
 * RUNPATH and namespace. If they are called by a jump, as the last thing in a function, their
 * return address may be a stub, which belongs to this library. So the stub is removed first.
 */
#include <dlfcn.h>
#include <link.h>

#include "modules/cfi.h"
#include "hooks/hook.h"
#include "hooks/table.h"
#include "modules/go_finder.h"
#include "event/lifecycle.h"
#include "modules/loaded_objects.h"
#include "ring/ring.h"
#include "stack/stub_pool.h"

/*
 * Restore the real return address. The frame has lost its stub, which has not run and so is not
 * reused; the end of the frame is inferred.
 */
static void stub_uncover(uintptr_t *slot)
{
	if (stub_is(*slot))
		*slot = outlive_stub_entries[stub_of(*slot)].return_address;
}

/*
 * Returns our hook of the next `name` after the module that contains `return_address`. NULL:
 * there is no such function, or we have no hook of it.
 */
static __attribute__((noinline)) void *next_ours(uintptr_t return_address,
                                                 const char *name)
{
	struct loaded_function found;
	struct cfi_module caller;

	if (!cfi_module_find(return_address, &caller) || !caller.link_map)
		return NULL;
	if (loaded_is_of_start(caller.link_map)
	        ? !loaded_after(caller.link_map, name, &found)
	        : !loaded_needed(caller.link_map, name, &found) ||
	              found.map == caller.link_map)
		return NULL;
	return hook_before_named(name, (const void *)found.address);
}

/*
 * Returns our hook that the caller is to get, whose return address is at `slot`. NULL: call the
 * real function.
 */
static void *lookup(uintptr_t *slot, void *handle, const char *name)
{
	real_resolve();
	stub_uncover(slot);
	return handle == RTLD_NEXT && hook_is_allocators(name) ? next_ours(*slot, name)
	                                                       : NULL;
}

/* Whether `handle` is a real handle: then the result does not depend on the caller. */
static bool is_handle(const void *handle)
{
	return handle != RTLD_NEXT && handle != RTLD_DEFAULT;
}

/*
 * The handle is the loader's description of a library. If it is a Go library, walks must know
 * it before Go code runs in it. What is opened is used by this call, or creates threads when it
 * is opened: see hooks/thread.c.
 */
static void handle_check(const void *handle)
{
	bool is_held;

	if (hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held)) {
		go_finder_check(handle);
		hold_give_also(is_held);
	}
}

/*
 * Without a real handle, continue in the real function by a jump (-foptimize-sibling-calls): it
 * must see our caller, not us.
 */
void *hook_dlsym(void *handle, const char *name)
{
	void *ours;

	if (is_handle(handle)) {
		real_resolve();
		handle_check(handle);
		return hook_before(real.dlsym(handle, name));
	}
	ours = lookup(ARCH_CALLER_SLOT(), handle, name);
	return ours ? ours : real.dlsym(handle, name);
}
EXPORT(dlsym);

/* Whether this library's `name` is the next after the module with `return_address`. */
static bool is_next(uintptr_t return_address, const char *name)
{
	struct loaded_function found;
	struct cfi_module caller;

	return cfi_module_find(return_address, &caller) && caller.link_map &&
	       loaded_is_of_start(caller.link_map) &&
	       loaded_after(caller.link_map, name, &found) && found.map == loaded_self();
}

/*
 * Returns our hook of an allocator's function with a version. No name of ours has a version, so
 * the loader would pass it over.
 */
static __attribute__((noinline)) void *versioned_ours(uintptr_t return_address,
                                                      void *handle, const char *name,
                                                      const char *version)
{
	void *found, *ours;

	if (!hook_is_allocators(name) ||
	    (handle == RTLD_NEXT && !is_next(return_address, name)))
		return NULL;
	found = real.dlvsym(handle, name, version);
	ours = hook_before(found);
	return ours == found ? NULL : ours;
}

void *hook_dlvsym(void *handle, const char *name, const char *version)
{
	void *ours;

	if (is_handle(handle)) {
		real_resolve();
		return hook_before(real.dlvsym(handle, name, version));
	}
	ours = lookup(ARCH_CALLER_SLOT(), handle, name);
	if (!ours)
		ours = versioned_ours(*ARCH_CALLER_SLOT(), handle, name, version);
	return ours ? ours : real.dlvsym(handle, name, version);
}
EXPORT(dlvsym);

/*
 * Flag that allocations may bypass the recorder: a library opened in this way finds libc's
 * malloc before ours, or has a libc of its own.
 */
static void past_us_set(bool is_past_us)
{
	bool is_held;

	if (is_past_us && hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held)) {
		ring_set_flag(RING_PAST_US);
		hold_give_also(is_held);
	}
}

void *hook_dlopen(const char *file, int mode)
{
	real_resolve();
	past_us_set(mode & RTLD_DEEPBIND);
	lifecycle_offer(file);
	stub_uncover(ARCH_CALLER_SLOT());
	return real.dlopen(file, mode);
}
EXPORT(dlopen);

void *hook_dlmopen(Lmid_t space, const char *file, int mode)
{
	real_resolve();
	past_us_set(mode & RTLD_DEEPBIND || space != LM_ID_BASE);
	lifecycle_offer(file);
	stub_uncover(ARCH_CALLER_SLOT());
	return real.dlmopen(space, file, mode);
}
EXPORT(dlmopen);

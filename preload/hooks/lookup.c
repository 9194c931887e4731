/*
 * hooks/lookup.c - the exported names by which functions are looked up.
 *
 * A program that has a handle of libc's asks libc alone for malloc(), and would go past us
 * with every block: ctypes, Fiddle, JNA. It is given what the linker would have given it.
 *
 * Who asks where it was called from is told the truth: dlsym(RTLD_NEXT, ..) searches after the
 * module that it returns into; dlopen() searches where that module says ($ORIGIN, its
 * RUNPATH), and in its namespace. Called by a jump, as the last thing of a function, they
 * would return into a stub, which is this library's.
 */
#include <dlfcn.h>
#include <link.h>

#include "modules/cfi.h"
#include "hooks/hook.h"
#include "hooks/table.h"
#include "event/lifecycle.h"
#include "modules/loaded_objects.h"
#include "ring/ring.h"
#include "stack/stub_pool.h"

/*
 * The frame is left without its stub, which has not run and so is not used again: what
 * becomes of the frame is inferred.
 */
static void stub_uncover(uintptr_t *slot)
{
	if (stub_is(*slot))
		*slot = outlive_stub_entries[stub_of(*slot)].return_address;
}

/* What comes next after the module that `return_address` lies in, and if ours stands before
 * it, ours. NULL: none does. */
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

/* What the caller, whose return address lies at `slot`, is to get; NULL: ask the real one. */
static void *lookup(uintptr_t *slot, void *handle, const char *name)
{
	real_resolve();
	stub_uncover(slot);
	return handle == RTLD_NEXT && hook_is_allocators(name) ? next_ours(*slot, name)
	                                                       : NULL;
}

/* Nobody who has a handle is asked where it was called from. */
static bool is_handle(const void *handle)
{
	return handle != RTLD_NEXT && handle != RTLD_DEFAULT;
}

/*
 * Otherwise each goes on by a jump (-foptimize-sibling-calls): the real one is to see our
 * caller, not us.
 */
void *hook_dlsym(void *handle, const char *name)
{
	void *ours;

	if (is_handle(handle)) {
		real_resolve();
		return hook_before(real.dlsym(handle, name));
	}
	ours = lookup(ARCH_CALLER_SLOT(), handle, name);
	return ours ? ours : real.dlsym(handle, name);
}
EXPORT(dlsym);

void *hook_dlvsym(void *handle, const char *name, const char *version)
{
	void *ours;

	if (is_handle(handle)) {
		real_resolve();
		return hook_before(real.dlvsym(handle, name, version));
	}
	ours = lookup(ARCH_CALLER_SLOT(), handle, name);
	return ours ? ours : real.dlvsym(handle, name, version);
}
EXPORT(dlvsym);

/* What is opened so finds libc's malloc before ours, or has a libc of its own. */
static void past_us_note(bool is_past_us)
{
	if (is_past_us && recorder.is_recording && !lifecycle_is_forked())
		ring_note_flag(RING_PAST_US);
}

void *hook_dlopen(const char *file, int mode)
{
	real_resolve();
	past_us_note(mode & RTLD_DEEPBIND);
	lifecycle_offer(file);
	stub_uncover(ARCH_CALLER_SLOT());
	return real.dlopen(file, mode);
}
EXPORT(dlopen);

void *hook_dlmopen(Lmid_t space, const char *file, int mode)
{
	real_resolve();
	past_us_note(mode & RTLD_DEEPBIND || space != LM_ID_BASE);
	lifecycle_offer(file);
	stub_uncover(ARCH_CALLER_SLOT());
	return real.dlmopen(space, file, mode);
}
EXPORT(dlmopen);

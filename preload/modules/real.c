/*
 * modules/real.c - find the real functions, once, before anything is recorded.
 *
 * Not by dlsym(), which allocates an error message for a missing name. The caller may be a
 * malloc() that holds its own lock (PartitionAlloc, mozjemalloc), and would deadlock.
 */
#include "modules/real.h"

#include "modules/loaded_objects.h"

struct real_functions real;
_Atomic bool real_is_resolved;

static void *next(const char *name)
{
	struct loaded_function found;

	return loaded_after(loaded_self(), name, &found) ? (void *)found.address : NULL;
}

static size_t next_bytes(const char *name)
{
	struct loaded_function found;

	return loaded_after(loaded_self(), name, &found) ? found.size_bytes : 0;
}

void real_resolve_now(void)
{
	struct real_functions found = { 0 };
	struct loaded_function before;

#define HOOK(family, type, name, parameters) *(void **)&found.name = next(#name);
#include "modules/hook_list.h"
	found.dl_catch_exception = (uintptr_t)next("_dl_catch_exception");
	found.dl_catch_exception_bytes = next_bytes("_dl_catch_exception");
	found.exit_bytes = next_bytes("exit");
	/* Calls of malloc() go to the first object that defines it. */
	found.is_bypassed = loaded_after(NULL, "malloc", &before) &&
	                    before.map != loaded_self();
	loaded_start_ends();
	/* Another thread that does this at the same time writes the same values. */
	real = found;
	atomic_store_explicit(&real_is_resolved, true, memory_order_release);
}

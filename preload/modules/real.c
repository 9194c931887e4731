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

static void *real_of(const char *name)
{
	struct loaded_function found;

	return loaded_real(name, &found) ? (void *)found.address : NULL;
}

static size_t real_bytes(const char *name)
{
	struct loaded_function found;

	return loaded_real(name, &found) ? found.size_bytes : 0;
}

void real_resolve_now(void)
{
	struct real_functions found = { 0 };
	struct loaded_function first;

	loaded_start_ends();
#define HOOK(family, type, name, parameters) *(void **)&found.name = real_of(#name);
#include "modules/hook_list.h"
	found.dl_catch_exception = (uintptr_t)real_of("_dl_catch_exception");
	found.dl_catch_exception_bytes = real_bytes("_dl_catch_exception");
	found.exit_bytes = real_bytes("exit");
	/*
	 * Calls of malloc() go to the first object that defines it. A library that is late is
	 * called through the words of other objects; the program's own calls of its own malloc()
	 * go through none.
	 */
	found.is_bypassed = loaded_after(NULL, "malloc", &first) &&
	                    first.map != loaded_self() &&
	                    (!loaded_is_late() || first.map == _r_debug.r_map);
	/* A library before us in LD_PRELOAD may only wrap malloc(): then its next one is ours. */
	found.is_preceded = found.is_bypassed && first.map != _r_debug.r_map;
	/* Another thread that does this at the same time writes the same values. */
	real = found;
	atomic_store_explicit(&real_is_resolved, true, memory_order_release);
}

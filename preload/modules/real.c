/*
 * modules/real.c - look up what comes after us, once, before anything is recorded.
 *
 * Not by dlsym(): for a name that is not there it allocates the text of an error. Whoever
 * called us may be a malloc that holds its own lock (PartitionAlloc, mozjemalloc), and would
 * wait for itself.
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

#define LOOK(name) (*(void **)&found.name = next(#name))
	LOOK(malloc);
	LOOK(calloc);
	LOOK(realloc);
	LOOK(free);
	LOOK(posix_memalign);
	LOOK(aligned_alloc);
	LOOK(memalign);
	LOOK(valloc);
	LOOK(pvalloc);
	LOOK(free_sized);
	LOOK(free_aligned_sized);
	LOOK(__libc_malloc);
	LOOK(__libc_calloc);
	LOOK(__libc_realloc);
	LOOK(__libc_free);
	LOOK(__libc_memalign);
	LOOK(__libc_valloc);
	LOOK(__libc_pvalloc);
	LOOK(pthread_create);
	LOOK(thrd_create);
	LOOK(pthread_setname_np);
	LOOK(dlopen);
	LOOK(dlmopen);
	LOOK(dlsym);
	LOOK(dlvsym);
	LOOK(dlclose);
	LOOK(execve);
	LOOK(execv);
	LOOK(execvpe);
	LOOK(execvp);
	LOOK(fexecve);
	LOOK(execveat);
	LOOK(posix_spawn);
	LOOK(posix_spawnp);
	LOOK(pidfd_spawn);
	LOOK(pidfd_spawnp);
	LOOK(system);
	LOOK(popen);
	LOOK(secure_getenv);
	LOOK(__libc_start_main);
	LOOK(exit);
	LOOK(quick_exit);
	LOOK(_exit);
	LOOK(_Exit);
	LOOK(abort);
	LOOK(sigaction);
	LOOK(signal);
	LOOK(sysv_signal);
	LOOK(sigset);
	LOOK(sigaltstack);
	LOOK(getrlimit);
	LOOK(setrlimit);
	LOOK(prlimit);
	LOOK(prctl);
	LOOK(syscall);
	LOOK(_dl_signal_exception);
	LOOK(_dl_signal_error);
	found.dl_catch_exception = (uintptr_t)next("_dl_catch_exception");
	found.dl_catch_exception_bytes = next_bytes("_dl_catch_exception");
#undef LOOK
	found.exit_bytes = next_bytes("exit");
	/* Whoever calls malloc comes to the first that defines it. */
	found.is_bypassed = loaded_after(NULL, "malloc", &before) &&
	                    before.map != loaded_self();
	loaded_start_ends();
	/* Whoever is at it as well writes the same. */
	real = found;
	atomic_store_explicit(&real_is_resolved, true, memory_order_release);
}

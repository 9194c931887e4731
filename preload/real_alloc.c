/*
 * real_alloc.c - dlsym(RTLD_NEXT), and an arena that answers until it returns. Layer 2.
 */
#include "real_alloc.h"

#include <dlfcn.h>
#include <link.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>

#include "system.h"

#define BOOTSTRAP_HEADER_BYTES 16 /* before each block: its size */

struct real_alloc real;

_Alignas(4096) unsigned char bootstrap_arena[BOOTSTRAP_BYTES];
static _Atomic size_t bootstrap_used;

enum { UNRESOLVED, RESOLVING, RESOLVED };
static _Atomic int resolve_state;

/* By the linker: where this library begins and ends. */
extern const char library_start[] __asm__("__ehdr_start")
	__attribute__((visibility("hidden")));
extern const char library_end[] __asm__("_end") __attribute__((visibility("hidden")));

/* Whether whoever calls malloc comes to us first. */
static bool is_first(void)
{
	void *first = dlsym(RTLD_DEFAULT, "malloc");
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	if ((uintptr_t)first >= (uintptr_t)library_start &&
	    (uintptr_t)first < (uintptr_t)library_end)
		return true;
	/* A program at a fixed address that takes malloc's has an entry of its own for it. */
	return dladdr1(first, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol &&
	       symbol->st_shndx == SHN_UNDEF;
}

static size_t code_bytes(const void *function)
{
	const ElfW(Sym) *symbol = NULL;
	Dl_info info;

	return dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) && symbol
	           ? symbol->st_size
	           : 0;
}

static void resolve_all(void)
{
	struct real_alloc found = { 0 };

#define LOOK(name) (*(void **)&found.name = dlsym(RTLD_NEXT, #name))
	LOOK(calloc);
	LOOK(malloc);
	LOOK(realloc);
	LOOK(free);
	LOOK(posix_memalign);
	LOOK(aligned_alloc);
	LOOK(memalign);
	LOOK(valloc);
	LOOK(pvalloc);
	LOOK(free_sized);
	LOOK(free_aligned_sized);
	LOOK(pthread_create);
	LOOK(thrd_create);
	LOOK(pthread_setname_np);
	LOOK(dlclose);
	LOOK(execve);
	LOOK(execv);
	LOOK(execvpe);
	LOOK(execvp);
	LOOK(fexecve);
	LOOK(execveat);
	LOOK(posix_spawn);
	LOOK(posix_spawnp);
#if __GLIBC_PREREQ(2, 39)
	LOOK(pidfd_spawn);
	LOOK(pidfd_spawnp);
#endif
	LOOK(system);
	LOOK(popen);
	LOOK(secure_getenv);
	LOOK(exit);
	LOOK(quick_exit);
	LOOK(_exit);
	LOOK(_Exit);
	LOOK(abort);
	LOOK(prctl);
	LOOK(syscall);
#undef LOOK
	*(void **)&found.libc_start_main = dlsym(RTLD_NEXT, "__libc_start_main");
	found.exit_bytes = code_bytes(*(void **)&found.exit);
	found.is_bypassed = !is_first();
	real = found;
}

bool real_alloc_resolve(void)
{
	int expected = UNRESOLVED;

	if (atomic_load_explicit(&resolve_state, memory_order_acquire) == RESOLVED)
		return true;
	if (!atomic_compare_exchange_strong(&resolve_state, &expected, RESOLVING))
		return expected == RESOLVED;
	resolve_all();
	atomic_store_explicit(&resolve_state, RESOLVED, memory_order_release);
	return true;
}

void *bootstrap_alloc(size_t size_bytes, size_t alignment)
{
	size_t used = atomic_load_explicit(&bootstrap_used, memory_order_relaxed);
	size_t start, end;

	if (alignment < BOOTSTRAP_HEADER_BYTES)
		alignment = BOOTSTRAP_HEADER_BYTES;
	if (size_bytes > BOOTSTRAP_BYTES || alignment > 4096)
		return NULL;
	do {
		start = (used + BOOTSTRAP_HEADER_BYTES + alignment - 1) & ~(alignment - 1);
		end = start + size_bytes;
		if (end > BOOTSTRAP_BYTES)
			return NULL;
	} while (!atomic_compare_exchange_weak(&bootstrap_used, &used, end));
	memcpy(bootstrap_arena + start - BOOTSTRAP_HEADER_BYTES, &size_bytes,
	       sizeof(size_bytes));
	return bootstrap_arena + start;
}

void *bootstrap_realloc(void *old, size_t size_bytes)
{
	void *block;
	size_t old_bytes;

	if (!size_bytes)
		return NULL;
	block = real_alloc_resolve() ? real.malloc(size_bytes)
	                             : bootstrap_alloc(size_bytes, 16);
	memcpy(&old_bytes, (char *)old - BOOTSTRAP_HEADER_BYTES, sizeof(old_bytes));
	if (block)
		memcpy(block, old, old_bytes < size_bytes ? old_bytes : size_bytes);
	return block;
}

/*
 * hooks/mapping.c - the hooks of functions by which a program maps and unmaps memory.
 *
 * Not here: sbrk() and brk(), since all that lies between is the heap, which others grow, too;
 * mprotect() and madvise(), which map nothing. libc maps memory for its own malloc, for stacks
 * of threads and for libraries without these functions.
 *
 * The guard is not held during the real call, which may take long: a handler of a signal that
 * comes meanwhile may allocate.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>

#include "hooks/hook.h"
#include "hooks/mapping.h"
#include "event/lifecycle.h"
#include "event/record.h"
#include "go/arenas.h"
#include "go/heap.h"
#include "system/clock.h"
#include "system/guard.h"
#include "system/system.h"

/* The real functions are variadic, or missing in a libc that we do not know. */
typedef void *variadic_mremap(void *, size_t, size_t, int, ...);

/* Returns the time before a call that may end a mapping, in quanta; 0: nothing is recorded. */
static uint64_t time_before(const struct walk_start *caller)
{
	uintptr_t held;
	uint64_t time;

	if (!lifecycle_enter_also(caller, &held))
		return 0;
	time = clock_before();
	lifecycle_leave_also(held);
	return time;
}

static void record(const struct walk_start *caller, const struct mapping *mapping,
                   uint64_t time)
{
	uintptr_t held;

	if (!lifecycle_enter_also(caller, &held))
		return;
	record_mapping(caller, mapping, time);
	go_heap_record_sometimes();
	lifecycle_leave_also(held);
}

static long missing(void)
{
	errno = ENOSYS;
	return -1;
}

#define BODY static inline __attribute__((always_inline))

/* ---- mmap and its like ------------------------------------------------------------- */

/* A mapping call while its real function runs. */
struct running {
	bool is_part;                   /* of an outer one, which records both */
	uintptr_t slot, return_address; /* of the outer one; see struct guard */
};

/*
 * The real function may be another library's, which makes its call by syscall(): that is the same
 * call. Other calls inside it may be a handler's that a sanitizer runs there.
 */
static struct running running_begin(const struct walk_start *caller, bool is_raw)
{
	struct running running = { .slot = guard.mapping_slot,
		                       .return_address = guard.mapping_return_address };

	running.is_part = is_raw && running.slot &&
	                  nesting_is_inside(caller, running.slot, running.return_address);
	if (!running.is_part && !is_raw) {
		guard.mapping_return_address = caller->return_address;
		guard_barrier();
		guard.mapping_slot = caller->slot;
		guard_barrier();
	}
	return running;
}

static void running_end(const struct running *running)
{
	guard_barrier();
	guard.mapping_slot = 0;
	guard_barrier();
	guard.mapping_return_address = running->return_address;
	guard_barrier();
	guard.mapping_slot = running->slot;
}

static void *raw_mmap(void *address, size_t size_bytes, int protection, int flags,
                      int file, long offset)
{
	return (void *)result_of(arch_syscall(SYS_mmap, (long)address, (long)size_bytes,
	                                      protection, flags, file, offset));
}

BODY void *mmap_by(__typeof__(real.mmap) serve, struct walk_start caller, void *address,
                   size_t size_bytes, int protection, int flags, int file, long offset)
{
	struct running running = running_begin(&caller, serve == raw_mmap);
	void *result = serve(address, size_bytes, protection, flags, file, offset);
	bool failed = result == MAP_FAILED;

	if (running.is_part)
		return result;
	running_end(&running);
	go_arenas_see(caller.return_address, address, result, size_bytes, protection,
	              flags);
	record(&caller,
	       &(struct mapping){ .call = MAPPING_MMAP,
	                          .error = failed ? errno : 0,
	                          .address = failed ? 0 : (uintptr_t)result,
	                          .size_bytes = size_bytes,
	                          .protection = protection,
	                          .flags = flags,
	                          .file = flags & MAP_ANONYMOUS || failed ? -1 : file },
	       0);
	return result;
}

void *hook_mmap(void *address, size_t size_bytes, int protection, int flags, int file,
                long offset)
{
	real_resolve();
	if (!real.mmap)
		return (void *)missing();
	return mmap_by(real.mmap, CALLER(), address, size_bytes, protection, flags, file,
	               offset);
}
EXPORT(mmap);

void *hook_mmap64(void *address, size_t size_bytes, int protection, int flags, int file,
                  long offset)
{
	real_resolve();
	if (!real.mmap)
		return (void *)missing();
	return mmap_by(real.mmap, CALLER(), address, size_bytes, protection, flags, file,
	               offset);
}
EXPORT(mmap64);

long mapping_hooks_mmap(void *address, size_t size_bytes, int protection, int flags,
                        int file, long offset)
{
	return (long)mmap_by(raw_mmap, CALLER(), address, size_bytes, protection, flags,
	                     file, offset);
}

static int raw_munmap(void *address, size_t size_bytes)
{
	return (int)result_of(
		arch_syscall(SYS_munmap, (long)address, (long)size_bytes, 0, 0, 0, 0));
}

BODY int munmap_by(__typeof__(real.munmap) serve, struct walk_start caller,
                   void *address, size_t size_bytes)
{
	struct running running = running_begin(&caller, serve == raw_munmap);
	uint64_t time;
	int result;

	if (running.is_part)
		return serve(address, size_bytes);
	time = time_before(&caller);
	result = serve(address, size_bytes);
	running_end(&running);
	if (time)
		record(&caller,
		       &(struct mapping){ .call = MAPPING_MUNMAP,
		                          .error = result ? errno : 0,
		                          .address = (uintptr_t)address,
		                          .size_bytes = size_bytes,
		                          .file = -1 },
		       time);
	return result;
}

int hook_munmap(void *address, size_t size_bytes)
{
	real_resolve();
	if (!real.munmap)
		return (int)missing();
	return munmap_by(real.munmap, CALLER(), address, size_bytes);
}
EXPORT(munmap);

long mapping_hooks_munmap(void *address, size_t size_bytes)
{
	return munmap_by(raw_munmap, CALLER(), address, size_bytes);
}

static void *raw_mremap(void *old, size_t old_bytes, size_t size_bytes, int flags, ...)
{
	va_list list;
	void *address;

	va_start(list, flags);
	address = va_arg(list, void *);
	va_end(list);
	return (void *)result_of(arch_syscall(SYS_mremap, (long)old, (long)old_bytes,
	                                      (long)size_bytes, flags, (long)address, 0));
}

/*
 * A call without an old range makes a second mapping of shared memory, and MREMAP_DONTUNMAP
 * leaves the old range mapped: then nothing ends.
 */
BODY void *mremap_by(variadic_mremap *serve, struct walk_start caller, void *old,
                     size_t old_bytes, size_t size_bytes, int flags, void *address)
{
	struct running running = running_begin(&caller, serve == raw_mremap);
	void *result;
	uint64_t time;
	bool failed;

	if (running.is_part)
		return serve(old, old_bytes, size_bytes, flags, address);
	time = time_before(&caller);
	result = serve(old, old_bytes, size_bytes, flags, address);
	running_end(&running);
	if (!time)
		return result;
	failed = result == MAP_FAILED;
	if (!failed && old_bytes && !(flags & MREMAP_DONTUNMAP))
		record(&caller,
		       &(struct mapping){ .call = MAPPING_MREMAP_FROM,
		                          .address = (uintptr_t)old,
		                          .size_bytes = old_bytes,
		                          .flags = flags,
		                          .file = -1 },
		       time);
	record(&caller,
	       &(struct mapping){ .call = MAPPING_MREMAP_TO,
	                          .error = failed ? errno : 0,
	                          .address = failed ? 0 : (uintptr_t)result,
	                          .size_bytes = size_bytes,
	                          .flags = flags,
	                          .file = -1 },
	       0);
	return result;
}

void *hook_mremap(void *old, size_t old_bytes, size_t size_bytes, int flags,
                  void *address)
{
	real_resolve();
	if (!real.mremap)
		return (void *)missing();
	return mremap_by((variadic_mremap *)real.mremap, CALLER(), old, old_bytes,
	                 size_bytes, flags, address);
}
EXPORT(mremap);

long mapping_hooks_mremap(void *old, size_t old_bytes, size_t size_bytes, int flags,
                          void *address)
{
	return (long)mremap_by(raw_mremap, CALLER(), old, old_bytes, size_bytes, flags,
	                       address);
}

/* ---- System V shared memory -------------------------------------------------------- */

void *hook_shmat(int segment, const void *address, int flags)
{
	struct walk_start caller = CALLER();
	struct shmid_ds about = { .shm_segsz = 0 };
	void *result;
	bool failed;

	real_resolve();
	if (!real.shmat)
		return (void *)missing();
	result = real.shmat(segment, address, flags);
	failed = result == MAP_FAILED;
	if (recorder.is_recording && !failed)
		system_call(SYS_shmctl, segment, IPC_STAT, (long)&about, 0, 0, 0);
	record(&caller,
	       &(struct mapping){ .call = MAPPING_SHMAT,
	                          .error = failed ? errno : 0,
	                          .address = failed ? 0 : (uintptr_t)result,
	                          .size_bytes = about.shm_segsz,
	                          .flags = flags,
	                          .file = -1 },
	       0);
	return result;
}
EXPORT(shmat);

int hook_shmdt(const void *address)
{
	struct walk_start caller = CALLER();
	uint64_t time;
	int result;

	real_resolve();
	if (!real.shmdt)
		return (int)missing();
	time = time_before(&caller);
	result = real.shmdt(address);
	if (!time)
		return result;
	record(&caller,
	       &(struct mapping){ .call = MAPPING_SHMDT,
	                          .error = result ? errno : 0,
	                          .address = (uintptr_t)address,
	                          .file = -1 },
	       time);
	return result;
}
EXPORT(shmdt);

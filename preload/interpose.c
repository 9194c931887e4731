/*
 * interpose.c - the exported names: guard, real call, record. Layer 11.
 *
 * Each function keeps a frame pointer, so that its caller's registers are at hand: the
 * return address, the stack pointer above it, and rbp, which it saved.
 */
#include <errno.h>

#include "guard.h"
#include "lifecycle.h"
#include "module_map.h"
#include "frame_rule.h"
#include "real_alloc.h"
#include "record.h"
#include "system.h"

static uint8_t alignment_log2(size_t alignment)
{
	return alignment ? (uint8_t)__builtin_ctzl(alignment) : 0;
}

EXPORT void *malloc(size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (!lifecycle_enter(&caller))
		return real.malloc ? real.malloc(size) : bootstrap_alloc(size, 16);
	block = real.malloc(size);
	record_alloc(&caller, OP_MALLOC, block, size, 0);
	guard_leave();
	return block;
}

EXPORT void *calloc(size_t count, size_t size)
{
	struct walk_start caller = CALLER();
	size_t total;
	void *block;

	if (!lifecycle_enter(&caller)) {
		if (real.calloc)
			return real.calloc(count, size);
		return __builtin_mul_overflow(count, size, &total) ? NULL
		                                                   : bootstrap_alloc(total, 16);
	}
	block = real.calloc(count, size);
	if (__builtin_mul_overflow(count, size, &total))
		total = SIZE_MAX; /* what was asked for has no number */
	record_alloc(&caller, OP_CALLOC, block, total, 0);
	guard_leave();
	return block;
}

/*
 * A module is gone when the loader frees its description, whoever closed it: libc closes
 * what iconv() and name lookups have opened by itself, and calls no dlclose() for that. The
 * loader still holds its lock: no other module comes to the place before this returns.
 */
static __attribute__((noinline)) void loader_frees(const void *block)
{
	struct guard held = guard;

	guard.sp = (uintptr_t)__builtin_frame_address(0);
	guard_barrier();
	if (lifecycle_recording && (*lifecycle_sentinel || lifecycle_forked()) &&
	    module_map_freed(block))
		frame_rule_flush();
	guard_barrier();
	guard.sp = held.sp;
}

EXPORT void free(void *block)
{
	struct walk_start caller = CALLER();

	if (!block || unlikely(bootstrap_owns(block)))
		return;
	if (unlikely(loader_holds(caller.return_address)))
		loader_frees(block);
	if (!lifecycle_enter(&caller)) {
		if (real.free)
			real.free(block);
		return;
	}
	record_free(&caller, block, 0);
	real.free(block);
	guard_leave();
}

/* realloc of a block that is one; the guard is held. */
static inline void *realloc_recorded(const struct walk_start *caller, void *old,
                                     size_t size)
{
	uint64_t time = clock_before();
	void *block = real.realloc(old, size);

	if (block)
		record_realloc(caller, old, block, size, time);
	else if (size == 0)
		record_free(caller, old, time); /* glibc: it is freed */
	else
		record_alloc(caller, OP_MALLOC, NULL, size, 0);
	return block;
}

EXPORT void *realloc(void *old, size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (unlikely(bootstrap_owns(old)))
		return bootstrap_realloc(old, size);
	if (!lifecycle_enter(&caller))
		return real.realloc ? real.realloc(old, size) : bootstrap_alloc(size, 16);
	if (old) {
		block = realloc_recorded(&caller, old, size);
	} else {
		block = real.realloc(NULL, size);
		record_alloc(&caller, OP_MALLOC, block, size, 0);
	}
	guard_leave();
	return block;
}

EXPORT int posix_memalign(void **result, size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	int error;

	if (!lifecycle_enter(&caller)) {
		if (real.posix_memalign)
			return real.posix_memalign(result, alignment, size);
		*result = bootstrap_alloc(size, alignment);
		return *result ? 0 : ENOMEM;
	}
	error = real.posix_memalign(result, alignment, size);
	record_alloc(&caller, OP_ALIGNED, error ? NULL : *result, size,
	             alignment_log2(alignment));
	guard_leave();
	return error;
}

EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (!lifecycle_enter(&caller))
		return real.aligned_alloc ? real.aligned_alloc(alignment, size)
		                          : bootstrap_alloc(size, alignment);
	block = real.aligned_alloc(alignment, size);
	record_alloc(&caller, OP_ALIGNED, block, size, alignment_log2(alignment));
	guard_leave();
	return block;
}

EXPORT void *memalign(size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (!lifecycle_enter(&caller))
		return real.memalign ? real.memalign(alignment, size)
		                     : bootstrap_alloc(size, alignment);
	block = real.memalign(alignment, size);
	record_alloc(&caller, OP_ALIGNED, block, size, alignment_log2(alignment));
	guard_leave();
	return block;
}

EXPORT void *valloc(size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (!lifecycle_enter(&caller))
		return real.valloc ? real.valloc(size) : bootstrap_alloc(size, 4096);
	block = real.valloc(size);
	record_alloc(&caller, OP_ALIGNED, block, size, 12);
	guard_leave();
	return block;
}

EXPORT void *pvalloc(size_t size)
{
	struct walk_start caller = CALLER();
	void *block;

	if (!lifecycle_enter(&caller))
		return real.pvalloc ? real.pvalloc(size) : bootstrap_alloc(size, 4096);
	block = real.pvalloc(size);
	record_alloc(&caller, OP_ALIGNED, block, size, 12);
	guard_leave();
	return block;
}

/* C23. Where the allocator that serves the memory has no such function, free() does. */
EXPORT void free_sized(void *block, size_t size)
{
	struct walk_start caller = CALLER();
	bool recorded;

	if (!block || unlikely(bootstrap_owns(block)))
		return;
	recorded = lifecycle_enter(&caller);
	if (recorded)
		record_free(&caller, block, 0);
	if (real.free_sized)
		real.free_sized(block, size);
	else if (real.free)
		real.free(block);
	if (recorded)
		guard_leave();
}

EXPORT void free_aligned_sized(void *block, size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	bool recorded;

	if (!block || unlikely(bootstrap_owns(block)))
		return;
	recorded = lifecycle_enter(&caller);
	if (recorded)
		record_free(&caller, block, 0);
	if (real.free_aligned_sized)
		real.free_aligned_sized(block, alignment, size);
	else if (real.free)
		real.free(block);
	if (recorded)
		guard_leave();
}

/* ---- modules ------------------------------------------------------------------ */

EXPORT int dlclose(void *handle)
{
	int result;

	if (!real_alloc_resolve() || !real.dlclose)
		return -1;
	result = real.dlclose(handle);
	if (result == 0 && lifecycle_recording && !guard.sp && *lifecycle_sentinel) {
		guard.sp = (uintptr_t)__builtin_frame_address(0);
		guard_barrier();
		if (module_map_sweep(clock_before()))
			frame_rule_flush();
		guard_leave();
	}
	return result;
}

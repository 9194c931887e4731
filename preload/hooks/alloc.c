/*
 * hooks/alloc.c - the hooks of the allocator. Each does the same: take the guard, call the real
 * function, record, leave.
 *
 * Each hook keeps a frame pointer, so that its caller's registers are at hand: the return
 * address, the stack pointer above it, and fp, which the hook saved.
 */
#include <errno.h>
#include <stdlib.h>

#include "hooks/hook.h"
#include "system/guard.h"
#include "stack/late_function.h"
#include "event/lifecycle.h"
#include "modules/map.h"
#include "modules/frame_rule.h"
#include "event/births.h"
#include "event/record.h"
#include "event/sampling.h"
#include "system/system.h"

static uint8_t alignment_log2(size_t alignment)
{
	return alignment ? (uint8_t)__builtin_ctzl(alignment) : 0;
}

/* Forget what was cached for the addresses of a module that was unloaded. */
static void modules_forget(void)
{
	frame_rule_flush();
	late_functions_forget();
}

/*
 * Each function is exported under two names: the standard name, and libc's own (__libc_malloc),
 * which stays libc's even where another allocator has taken the first. `serve`: where the
 * pointer to the real function is, to be read once the hook has been entered.
 */
#define BODY static inline __attribute__((always_inline))

/* A block was allocated: record that, and its birth. The caller holds the guard. */
BODY void block_record(const struct walk_start *caller, enum event_op op, void *block,
                       size_t size, uint8_t alignment)
{
	record_alloc(caller, op, block, size, alignment);
	births_begin(caller, block, size);
}

BODY void *malloc_by(void *(*const *serve)(size_t), struct walk_start caller,
                     size_t size)
{
	void *block;

	if (!lifecycle_enter(&caller))
		return (*serve)(size);
	block = (*serve)(size);
	if (sampling_takes(block, size))
		block_record(&caller, OP_MALLOC, block, size, 0);
	guard_leave();
	return block;
}

BODY void *calloc_by(void *(*const *serve)(size_t, size_t), struct walk_start caller,
                     size_t count, size_t size)
{
	size_t total;
	void *block;

	if (__builtin_mul_overflow(count, size, &total))
		total = SIZE_MAX; /* the requested size does not fit into size_t */
	if (sampling_skips(total) || !lifecycle_enter(&caller))
		return (*serve)(count, size);
	block = (*serve)(count, size);
	if (sampling_takes(block, total))
		block_record(&caller, OP_CALLOC, block, total, 0);
	guard_leave();
	return block;
}

/*
 * A module is gone when the loader frees its description, whoever closed it: libc itself closes
 * what iconv() and name lookups have opened, without a call of dlclose(). The loader still
 * holds its lock, so no other module is mapped at these addresses before this returns.
 */
static __attribute__((noinline)) void loader_frees(const void *block)
{
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };
	bool is_held;

	if (!lifecycle_enter_or_hold(&here, &is_held))
		return;
	if (module_map_freed(block))
		modules_forget();
	hold_give_also(is_held);
}

BODY void free_by(void (*const *serve)(void *), struct walk_start caller, void *block)
{
	bool is_entered = lifecycle_enter(&caller);

	births_end(block, NULL);
	if (is_entered)
		record_free(&caller, block, 0);
	(*serve)(block);
	if (is_entered)
		guard_leave();
}

/* Serve and record realloc() of an existing block. The caller holds the guard. */
BODY void *realloc_recorded(void *(*const *serve)(void *, size_t),
                            const struct walk_start *caller, void *old, size_t size)
{
	struct account_block kept = { 0 };
	uint64_t time = clock_before();
	void *block;

	thread_state_get();
	births_end(old, &kept);
	block = (*serve)(old, size);
	if (block) {
		record_realloc(caller, old, block, size, time);
		births_begin(caller, block, size);
		return block;
	}
	if (size == 0) {
		record_free(caller, old, time); /* glibc has freed the block */
		return NULL;
	}
	births_resume(old, &kept);
	record_alloc(caller, OP_MALLOC, NULL, size, 0);
	return NULL;
}

/*
 * The same where blocks are sampled. A realloc ends one block and begins another, which are drawn
 * each by its own size: the event has the addresses of those that are sampled. The caller holds the
 * guard.
 */
static __attribute__((noinline)) void *realloc_sampled(
	void *(*const *serve)(void *, size_t), const struct walk_start *caller, void *old,
	size_t size, bool has_old, bool has_new)
{
	struct account_block kept = { 0 };
	uint64_t time = clock_before();
	void *block;

	thread_state_get();
	if (has_old)
		births_end(old, &kept);
	block = (*serve)(old, size);
	if (block)
		has_new = has_new && sampling_takes(block, size);
	if (block && old && (has_old || has_new))
		record_realloc(caller, has_old ? old : NULL, has_new ? block : NULL, size,
		               time);
	else if (has_new)
		record_alloc(caller, OP_MALLOC, block, size, 0);
	if (block && has_new)
		births_begin(caller, block, size);
	/* It was freed; or that has failed, and it is still there. */
	if (!block && has_old && size == 0)
		record_free(caller, old, time);
	else if (!block && has_old)
		births_resume(old, &kept);
	return block;
}

/* Enter realloc() where blocks are sampled. */
static __attribute__((noinline)) void *realloc_drawn(void *(*const *serve)(void *,
                                                                           size_t),
                                                     const struct walk_start *caller,
                                                     void *old, size_t size)
{
	bool has_old = old && !sampling_passes(old), has_new = !sampling_skips(size);
	void *block;

	if (!has_old && !has_new)
		return (*serve)(old, size);
	if (!lifecycle_enter(caller)) {
		if (has_old)
			births_end(old, NULL);
		return (*serve)(old, size);
	}
	block = realloc_sampled(serve, caller, old, size, has_old, has_new);
	guard_leave();
	return block;
}

BODY void *realloc_by(void *(*const *serve)(void *, size_t), struct walk_start caller,
                      void *old, size_t size)
{
	void *block;

	if (unlikely(recorder.sampling))
		return realloc_drawn(serve, &caller, old, size);
	if (!lifecycle_enter(&caller)) {
		births_end(old, NULL);
		return (*serve)(old, size);
	}
	/* the first call of all: sampling began just now */
	if (unlikely(recorder.sampling)) {
		block = realloc_sampled(serve, &caller, old, size, false,
		                        !sampling_skips(size));
		guard_leave();
		return block;
	}
	if (old) {
		block = realloc_recorded(serve, &caller, old, size);
	} else {
		block = (*serve)(NULL, size);
		block_record(&caller, OP_MALLOC, block, size, 0);
	}
	guard_leave();
	return block;
}

BODY void *memalign_by(void *(*const *serve)(size_t, size_t), struct walk_start caller,
                       size_t alignment, size_t size)
{
	void *block;

	if (sampling_skips(size) || !lifecycle_enter(&caller))
		return (*serve)(alignment, size);
	block = (*serve)(alignment, size);
	if (sampling_takes(block, size))
		block_record(&caller, OP_ALIGNED, block, size, alignment_log2(alignment));
	guard_leave();
	return block;
}

/* valloc() and pvalloc() */
BODY void *page_aligned_by(void *(*const *serve)(size_t), struct walk_start caller,
                           size_t size)
{
	void *block;

	if (sampling_skips(size) || !lifecycle_enter(&caller))
		return (*serve)(size);
	block = (*serve)(size);
	if (sampling_takes(block, size))
		block_record(&caller, OP_ALIGNED, block, size, 12);
	guard_leave();
	return block;
}

/*
 * The two that are called most decide in a function without a frame, which jumps: a block that is
 * not sampled costs little. What is jumped to has the caller that the hook had.
 */
#define JUMPED_TO static __attribute__((noinline))

JUMPED_TO void *malloc_recorded(size_t size)
{
	return malloc_by(&real.malloc, CALLER(), size);
}

void *hook_malloc(size_t size)
{
	return sampling_skips(size) ? real.malloc(size) : malloc_recorded(size);
}
EXPORT(malloc);

void *hook_calloc(size_t count, size_t size)
{
	return calloc_by(&real.calloc, CALLER(), count, size);
}
EXPORT(calloc);

BODY void free_decide(void (*const *serve)(void *), void (*recorded)(void *),
                      uintptr_t return_address, void *block)
{
	if (!block)
		return;
	if (unlikely(loader_holds(return_address)))
		loader_frees(block);
	if (sampling_passes(block))
		(*serve)(block);
	else
		recorded(block);
}

JUMPED_TO void free_recorded(void *block)
{
	free_by(&real.free, CALLER(), block);
}

void hook_free(void *block)
{
	free_decide(&real.free, free_recorded, (uintptr_t)__builtin_return_address(0),
	            block);
}
EXPORT(free);

void *hook_realloc(void *old, size_t size)
{
	return realloc_by(&real.realloc, CALLER(), old, size);
}
EXPORT(realloc);

void *hook_aligned_alloc(size_t alignment, size_t size)
{
	return memalign_by(&real.aligned_alloc, CALLER(), alignment, size);
}
EXPORT(aligned_alloc);

void *hook_memalign(size_t alignment, size_t size)
{
	return memalign_by(&real.memalign, CALLER(), alignment, size);
}
EXPORT(memalign);

void *hook_valloc(size_t size)
{
	return page_aligned_by(&real.valloc, CALLER(), size);
}
EXPORT(valloc);

void *hook_pvalloc(size_t size)
{
	return page_aligned_by(&real.pvalloc, CALLER(), size);
}
EXPORT(pvalloc);

int hook_posix_memalign(void **result, size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	void *block;
	int error;

	if (sampling_skips(size) || !lifecycle_enter(&caller))
		return real.posix_memalign(result, alignment, size);
	error = real.posix_memalign(result, alignment, size);
	block = error ? NULL : *result;
	if (sampling_takes(block, size))
		block_record(&caller, OP_ALIGNED, block, size, alignment_log2(alignment));
	guard_leave();
	return error;
}
EXPORT(posix_memalign);

/* Record the end of a block that is about to be freed; true: guard_leave() is due. */
BODY bool free_enter(struct walk_start *caller, void *block)
{
	bool is_entered = !sampling_passes(block) && lifecycle_enter(caller);

	births_end(block, NULL);
	if (is_entered)
		record_free(caller, block, 0);
	return is_entered;
}

/* C23. An allocator that lacks these two gets a call of free() instead. */
void hook_free_sized(void *block, size_t size)
{
	struct walk_start caller = CALLER();
	bool recorded;

	if (!block)
		return;
	recorded = free_enter(&caller, block);
	if (real.free_sized)
		real.free_sized(block, size);
	else
		real.free(block);
	if (recorded)
		guard_leave();
}
EXPORT(free_sized);

void hook_free_aligned_sized(void *block, size_t alignment, size_t size)
{
	struct walk_start caller = CALLER();
	bool recorded;

	if (!block)
		return;
	recorded = free_enter(&caller, block);
	if (real.free_aligned_sized)
		real.free_aligned_sized(block, alignment, size);
	else
		real.free(block);
	if (recorded)
		guard_leave();
}
EXPORT(free_aligned_sized);

/* ---- libc's own names ------------------------------------------------------------ */

JUMPED_TO void *libc_malloc_recorded(size_t size)
{
	return malloc_by(&real.__libc_malloc, CALLER(), size);
}

void *hook___libc_malloc(size_t size)
{
	return sampling_skips(size) ? real.__libc_malloc(size) : libc_malloc_recorded(size);
}
EXPORT(__libc_malloc);

void *hook___libc_calloc(size_t count, size_t size)
{
	return calloc_by(&real.__libc_calloc, CALLER(), count, size);
}
EXPORT(__libc_calloc);

void *hook___libc_realloc(void *old, size_t size)
{
	return realloc_by(&real.__libc_realloc, CALLER(), old, size);
}
EXPORT(__libc_realloc);

JUMPED_TO void libc_free_recorded(void *block)
{
	free_by(&real.__libc_free, CALLER(), block);
}

void hook___libc_free(void *block)
{
	free_decide(&real.__libc_free, libc_free_recorded,
	            (uintptr_t)__builtin_return_address(0), block);
}
EXPORT(__libc_free);

void *hook___libc_memalign(size_t alignment, size_t size)
{
	return memalign_by(&real.__libc_memalign, CALLER(), alignment, size);
}
EXPORT(__libc_memalign);

void *hook___libc_valloc(size_t size)
{
	return page_aligned_by(&real.__libc_valloc, CALLER(), size);
}
EXPORT(__libc_valloc);

void *hook___libc_pvalloc(size_t size)
{
	return page_aligned_by(&real.__libc_pvalloc, CALLER(), size);
}
EXPORT(__libc_pvalloc);

/* ---- modules ------------------------------------------------------------------ */

int hook_dlclose(void *handle)
{
	int result;

	real_resolve();
	result = real.dlclose(handle);
	if (result == 0 && hold_take((uintptr_t)__builtin_frame_address(0))) {
		if (module_map_sweep(clock_before()))
			modules_forget();
		hold_give();
	}
	return result;
}
EXPORT(dlclose);

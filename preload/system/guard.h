/*
 * system/guard.h - the recorder's only thread-local data.
 *
 * It is initial-exec and has no destructor: other TLS models may call the allocator on first
 * use, and a destructor would run before the thread's last frees. It has only a few dozen
 * bytes, so that a late dlopen() still finds room in the static TLS block.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_GUARD_H
#define OUTLIVE_PRELOAD_SYSTEM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

struct thread_state;

enum guard_flags {
	GUARD_THREAD_ENDING = 1, /* the last key destructor has run: allocate no state */
	GUARD_INTERNAL = 2,      /* nested calls are the recorder's own, not losses */
	GUARD_COUNTED = 4,       /* it is held without a state: see event/hold.h */
};

/*
 * `sp` is nonzero while the thread is in a hook, and is the frame address of that hook. If a
 * hook is called whose frame is further out on the same stack, a signal handler may have jumped out
 * of the recorder, and the guard is stale: see event/nesting.h.
 */
/*
 * guard.session of a thread that has joined no recording. It is no value of the word by which hooks
 * know what is recorded, which is 0 in a forked child.
 */
#define GUARD_UNJOINED (UINT32_MAX - 1)

struct guard {
	uintptr_t sp;
	struct thread_state *state;      /* NULL until the thread's first event */
	uint32_t flags;                  /* enum guard_flags */
	uint32_t session;                /* the recording that the thread has joined */
	uintptr_t stack_low, stack_high; /* if the thread was seen from its start; else 0 */
	uintptr_t start;                 /* its start function, likewise */
	uint32_t creator;                /* serial number of its creator, likewise, */
	uint32_t creator_session;        /* in this recording */
	/* The last call that was lost because the guard was held; names as in walk_start. */
	uintptr_t lost_slot, lost_return_address;
	uint64_t lost_events; /* events that the thread had written by then */
	/* The last call that was found to be inside the one that held the guard at inside_held. */
	uintptr_t inside_held, inside_slot, inside_return_address;
	/* The mapping call whose real function runs, likewise; slot 0: none. */
	uintptr_t mapping_slot, mapping_return_address;
	/*
	 * Bytes until the next sampled block, and the recording that they were drawn for: see
	 * event/sampling.h. 0 where there is no sample.
	 */
	volatile uint64_t sample_left;
	uint64_t sample_random;
	uint32_t sample_session;
};

extern __thread struct guard guard
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/*
 * Keep the compiler from moving accesses: for a signal handler, only the compiler reorders
 * them.
 */
#define guard_barrier() __asm__ volatile("" ::: "memory")

/*
 * Take the guard; false: it is held. In one instruction: a handler between a test and a write could
 * switch to another coroutine, which takes it, too.
 */
static inline bool guard_take(uintptr_t slot)
{
	return arch_take(&guard.sp, slot);
}

static inline void guard_leave(void)
{
	guard_barrier();
	guard.sp = 0;
}

#endif

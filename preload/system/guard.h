/*
 * system/guard.h - the recorder's only thread-local data.
 *
 * Initial-exec and without a destructor: other TLS models may call the allocator on
 * first use, and a destructor would run before the thread's last frees. It stays a few
 * dozen bytes so that a late dlopen still finds room in the static TLS block.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_GUARD_H
#define OUTLIVE_PRELOAD_SYSTEM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

struct thread_state;

enum guard_flags {
	GUARD_THREAD_ENDING = 1, /* the last key destructor ran: keep nothing */
	GUARD_INTERNAL = 2,      /* nested calls are the recorder's own: not losses */
};

/*
 * `sp` is nonzero while the thread is inside an interposed call, and is that call's
 * frame address: a call whose frame lies further out on the same stack proves that a
 * signal handler jumped out of the recorder, and that the guard is stale.
 */
struct guard {
	uintptr_t sp;
	struct thread_state *state;      /* NULL until the thread's first event */
	uint32_t flags;                  /* enum guard_flags */
	uintptr_t stack_low, stack_high; /* of a thread seen from its start; else 0 */
	uintptr_t start;                 /* the function it began with, likewise */
	uint32_t creator;                /* serial of the thread that made it, likewise */
	/* of the last call that was lost because the guard was held, as in walk_start */
	uintptr_t lost_slot, lost_return_address;
	uint64_t lost_events; /* that the thread had written then */
};

extern __thread struct guard guard
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Keeps the compiler (the only reorderer a signal handler can see) from moving accesses. */
#define guard_barrier() __asm__ volatile("" ::: "memory")

static inline void guard_leave(void)
{
	guard_barrier();
	guard.sp = 0;
}

#endif

/*
 * system/clock.h - time in quanta, the unit of the times in events.
 *
 * A quantum is 32 ticks (about 10 ns): far less than it takes to hand a block from one thread
 * to another, so the order of events survives, and most differences fit into one byte.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_CLOCK_H
#define OUTLIVE_PRELOAD_SYSTEM_CLOCK_H

#include "system/recorder.h"
#include "system/system.h"
#include "ring_format.h"

#define CLOCK_SHIFT_TICKS 5

/* A function, so that its callers need no room on the stack for it. */
uint64_t clock_monotonic_ns(void);

static inline uint64_t clock_ticks(void)
{
	if (unlikely(recorder.clock_is_monotonic_ns))
		return clock_monotonic_ns();
	return arch_ticks();
}

/* Quanta, possibly a little early: the time of something that happens after this call. */
static inline uint64_t clock_before(void)
{
	return clock_ticks() >> CLOCK_SHIFT_TICKS;
}

/* Quanta, never early: the time of something that has happened before this call. */
static inline uint64_t clock_after(void)
{
	if (unlikely(recorder.clock_is_monotonic_ns))
		return clock_monotonic_ns() >> CLOCK_SHIFT_TICKS;
	return arch_ticks_after() >> CLOCK_SHIFT_TICKS;
}

/*
 * The same after the real allocation. If this is the only thread, it may be a little early: the
 * processor may take it before the allocation is over, and waiting for that is a tenth of what a
 * pair costs. Only the free by another thread of the block that was there before must not be
 * later. Such a thread has set has_threads before it freed. What this thread has read of that free
 * to get the address, it read before it reads has_threads here: so it finds it set, and waits.
 */
static inline uint64_t clock_after_alloc(void)
{
	return unlikely(recorder.has_threads) ? clock_after() : clock_before();
}

/* Choose the clock. Call once, before the first event. */
void clock_start(void);

#endif

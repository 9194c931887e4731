/*
 * system/clock.h - time in quanta, the unit of the times in events.
 *
 * A quantum is 32 ticks (about 10 ns): far less than it takes to hand a block from one thread
 * to another, so the order of events survives, and most differences fit into one byte.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_CLOCK_H
#define OUTLIVE_PRELOAD_SYSTEM_CLOCK_H

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

/* Choose the clock. Call once, before the first event. */
void clock_start(void);

#endif

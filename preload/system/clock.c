/*
 * system/clock.c - choose the clock of the events.
 */
#include "system/clock.h"

void clock_start(void)
{
	recorder.clock_is_monotonic_ns = !arch_ticks_are_invariant();
}

uint64_t clock_monotonic_ns(void)
{
	return system_time_ns(CLOCK_MONOTONIC);
}

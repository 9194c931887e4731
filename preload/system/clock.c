/*
 * system/clock.c - choose the clock of the events.
 */
#include "system/clock.h"

void clock_start(void)
{
	recorder.clock_is_monotonic_ns = !arch_ticks_are_invariant();
}

/*
 * system/clock.c - which clock the events carry.
 */
#include "system/clock.h"

bool clock_is_monotonic_ns;

void clock_start(void)
{
	clock_is_monotonic_ns = !arch_ticks_are_invariant();
}

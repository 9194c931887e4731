/* trace/clock_now.c - reads the clock of a process that runs on this machine. */
#include "trace/clock_now.h"

#include "base/kernel_clock.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#define CLOCK_TRIES 5

/*
 * Read ticks and time once more, later than the writer did: the longer the distance, the more
 * exact the slope.
 */
void process_clock_read(struct ring_header *header)
{
#if defined(__x86_64__)
	uint64_t before, after, best = UINT64_MAX, now_ns;
	int i;

	if (header->clock_kind == CLOCK_TSC) {
		for (i = 0; i < CLOCK_TRIES; i++) {
			before = __rdtsc();
			now_ns = kernel_now_ns();
			after = __rdtsc();
			if (after - before >= best)
				continue;
			best = after - before;
			header->last_ticks = before + best / 2;
			header->last_ns = now_ns;
		}
	}
#endif
	if (header->clock_kind == CLOCK_MONOTONIC_NS)
		header->last_ticks = header->last_ns = kernel_now_ns();
}

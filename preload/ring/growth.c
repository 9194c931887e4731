/* ring/growth.c - asks for the process's peak each time before the ring grows. */
#include "ring/growth.h"

#include <stdatomic.h>
#include <sys/resource.h>

#include "system/recorder.h"
#include "system/system.h"

static bool has_begun;
static int filter_at_start; /* when the first ring of the process was made */
/*
 * What getrusage() reported first: it is at least the peak of a program that an exec replaced,
 * and tells of this one's only when it has become more.
 */
static uint64_t peak_at_start;
static _Atomic uint64_t peak_seen; /* the most that was taken into account */

/* 0: it cannot be asked. */
static uint64_t peak_ask(void)
{
	struct rusage usage = { .ru_maxrss = 0 };

	/* A filter from before an exec is not known, and may end the process for it. */
	if (filter_at_start ||
	    system_call(SYS_getrusage, RUSAGE_SELF, (long)&usage, 0, 0, 0, 0) < 0)
		return 0;
	return (uint64_t)usage.ru_maxrss << 10;
}

void ring_growth_begin(struct ring_header *header, size_t bytes)
{
	if (!has_begun)
		filter_at_start = system_filter_mode();
	has_begun = true;
	peak_at_start = peak_ask();
	atomic_store_explicit(&peak_seen, 0, memory_order_relaxed);
	header->ring_bytes = bytes;
}

void ring_growth_peak_is(struct ring_header *header, uint64_t bytes)
{
	uint64_t seen = atomic_load_explicit(&peak_seen, memory_order_relaxed), but_ring;

	/* If it is no higher, there was less of the program's beside what the ring has now. */
	if (bytes <= seen)
		return;
	atomic_store_explicit(&peak_seen, bytes, memory_order_relaxed);
	but_ring = bytes - (bytes < header->ring_bytes ? bytes : header->ring_bytes);
	if (but_ring > header->peak_bytes)
		header->peak_bytes = but_ring;
}

void ring_growth_peak(struct ring_header *header)
{
	uint64_t bytes = peak_ask();

	if (bytes > peak_at_start)
		ring_growth_peak_is(header, bytes);
}

void ring_growth_add(struct ring_header *header, size_t bytes)
{
	atomic_fetch_add_explicit((_Atomic uint64_t *)&header->ring_bytes, bytes,
	                          memory_order_relaxed);
}

bool ring_growth_is_unfiltered(const struct ring_header *header)
{
	int mode = system_filter_mode();

	return !mode || (mode == filter_at_start && !(header->flags & RING_ATTACHED));
}

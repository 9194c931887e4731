/*
 * modules/code_map.c - the executable mappings of /proc/self/maps when it was last read.
 *
 * Readers take no lock. What they have read counts only if `version` was even before and is the
 * same after. One thread at a time rewrites the ranges.
 */
#include "modules/code_map.h"

#include <stdatomic.h>
#include <stddef.h>

#include "system/guard.h"
#include "system/maps_scan.h"
#include "system/pace.h"

/* If there are more, the last range spans all the others. */
#define RANGES_MAX 1024

struct code_range {
	_Atomic uintptr_t start, end; /* [start, end) */
};

static struct code_range ranges[RANGES_MAX]; /* sorted by address, disjoint */
static _Atomic uint32_t range_count;
static _Atomic uint64_t version;              /* odd: the ranges are being written */
static _Atomic(const struct guard *) scanner; /* of the writing thread; NULL: none */
static struct pace pace;

/* ---- asking -------------------------------------------------------------------- */

static bool ranges_hold(uintptr_t address)
{
	uint32_t low = 0, high = atomic_load_explicit(&range_count, memory_order_relaxed);

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		const struct code_range *range = &ranges[middle];

		if (address < atomic_load_explicit(&range->start, memory_order_relaxed))
			high = middle;
		else if (address < atomic_load_explicit(&range->end, memory_order_relaxed))
			return true;
		else
			low = middle + 1;
	}
	return false;
}

static bool is_known(uintptr_t address)
{
	/* Acquire: paired with the release in scan_end() that made it even. */
	uint64_t before = atomic_load_explicit(&version, memory_order_acquire);
	bool holds = ranges_hold(address);

	atomic_thread_fence(memory_order_acquire);
	return holds && !(before & 1) &&
	       atomic_load_explicit(&version, memory_order_relaxed) == before;
}

/* ---- reading it again ---------------------------------------------------------- */

static bool range_add(void *context, const struct maps_mapping *mapping)
{
	uint32_t *count = context;
	struct code_range *last = *count ? &ranges[*count - 1] : NULL;

	if (!mapping->executable)
		return true;
	if (last &&
	    (*count == RANGES_MAX ||
	     atomic_load_explicit(&last->end, memory_order_relaxed) == mapping->start)) {
		atomic_store_explicit(&last->end, mapping->end, memory_order_relaxed);
		return true;
	}
	atomic_store_explicit(&ranges[*count].start, mapping->start, memory_order_relaxed);
	atomic_store_explicit(&ranges[*count].end, mapping->end, memory_order_relaxed);
	++*count;
	return true;
}

static void scan_end(void)
{
	atomic_fetch_add_explicit(&version, 1, memory_order_release);
	atomic_store_explicit(&scanner, NULL, memory_order_release);
}

/* Read the mappings again. False: another thread does so, or it is too early. */
static bool scan(void)
{
	static char buffer[2048]; /* one scanner at a time */
	const struct guard *nobody = NULL;
	uint64_t begin = clock_before();
	uint32_t count = 0;

	if (!pace_allows(&pace, begin) ||
	    !atomic_compare_exchange_strong(&scanner, &nobody, &guard))
		return false;
	atomic_fetch_add_explicit(&version, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_release); /* odd before any range changes */
	maps_scan(buffer, sizeof(buffer), range_add, &count);
	atomic_store_explicit(&range_count, count, memory_order_relaxed);
	pace_took(&pace, begin);
	scan_end();
	return true;
}

bool code_map_holds(uintptr_t address)
{
	return is_known(address) || (scan() && is_known(address));
}

void code_map_abandon(void)
{
	if (atomic_load_explicit(&scanner, memory_order_relaxed) != &guard)
		return;
	atomic_store_explicit(&range_count, 0, memory_order_relaxed);
	/* The scan may have stopped before the version became odd, or after it became even. */
	if (atomic_load_explicit(&version, memory_order_relaxed) & 1)
		scan_end();
	else
		atomic_store_explicit(&scanner, NULL, memory_order_release);
}

void code_map_forked(void)
{
	if (atomic_load_explicit(&scanner, memory_order_relaxed))
		atomic_store_explicit(&scanner, &guard, memory_order_relaxed);
	code_map_abandon();
}

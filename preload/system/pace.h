/*
 * system/pace.h - work that is asked for again and again, and may take a small part of the time
 * only: a file to read that can be long.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_PACE_H
#define OUTLIVE_PRELOAD_SYSTEM_PACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "system/clock.h"

/* It is done whenever it is asked for, until it has taken so long: some milliseconds. */
#define PACE_FREE_QUANTA (UINT64_C(1) << 19)
/* Then for a fiftieth of the time. */
#define PACE_SHARE 50

/* Of one kind of work, for the whole process; zero at first. */
struct pace {
	_Atomic uint64_t spent; /* quanta */
	_Atomic uint64_t next;  /* not before: quanta */
};

static inline bool pace_allows(const struct pace *pace, uint64_t now)
{
	return now >= atomic_load_explicit(&pace->next, memory_order_relaxed);
}

/* It was done, from `begin` to now. */
static inline void pace_took(struct pace *pace, uint64_t begin)
{
	uint64_t end = clock_before(), took = end - begin;

	if (atomic_fetch_add_explicit(&pace->spent, took, memory_order_relaxed) >=
	    PACE_FREE_QUANTA)
		atomic_store_explicit(&pace->next, end + took * PACE_SHARE,
		                      memory_order_relaxed);
}

#endif

/*
 * system/pace.h - limits work that is requested again and again to a small part of the time,
 * such as reading a file that may be long.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_PACE_H
#define OUTLIVE_PRELOAD_SYSTEM_PACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "system/clock.h"

/* Until it has taken this long (some milliseconds), the work is done at every request. */
#define PACE_FREE_QUANTA (UINT64_C(1) << 19)
/* From then on, it takes at most a fiftieth of the time. */
#define PACE_SHARE 50

/* For one kind of work, in the whole process. Initially zero. */
struct pace {
	_Atomic uint64_t spent; /* quanta */
	_Atomic uint64_t next;  /* quanta; not to be done before */
};

static inline bool pace_allows(const struct pace *pace, uint64_t now)
{
	return now >= atomic_load_explicit(&pace->next, memory_order_relaxed);
}

/* Call after the work was done, from `begin` to now. */
static inline void pace_took(struct pace *pace, uint64_t begin)
{
	uint64_t end = clock_before(), took = end - begin;

	if (atomic_fetch_add_explicit(&pace->spent, took, memory_order_relaxed) >=
	    PACE_FREE_QUANTA)
		atomic_store_explicit(&pace->next, end + took * PACE_SHARE,
		                      memory_order_relaxed);
}

#endif

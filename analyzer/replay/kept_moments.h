/*
 * replay/kept_moments.h - what the pages of libc's heap held at the two moments of which the
 * recording has maps: when most of the heap was in memory, and at the last.
 */
#ifndef OUTLIVE_REPLAY_KEPT_MOMENTS_H
#define OUTLIVE_REPLAY_KEPT_MOMENTS_H

#include "replay/kept.h"

/* All zero: nothing is known. */
struct kept_moments {
	const struct heap_maps *maps; /* borrowed */
	struct kept moments[HEAP_MOMENTS];
	unsigned done;
	bool is_awaited; /* a moment is still to come: the caller keeps `caches` */
	struct thread_caches caches;
	bool is_failed; /* memory was out */
};

/* Set the maps, before the first event. */
void kept_moments_await(struct kept_moments *moments, const struct heap_maps *maps);

/*
 * Fill in all moments up to `time`. `heap_peak`: see struct kept. Returns the time of the next
 * moment; UINT64_MAX: none.
 */
uint64_t kept_moments_fill(struct kept_moments *moments, uint64_t time,
                           const struct live_table *live, uint64_t heap_peak);
void kept_moments_release(struct kept_moments *moments);

#endif

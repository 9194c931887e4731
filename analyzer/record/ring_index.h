/* record/ring_index.h - finds the rings of a session by name and by process. */
#ifndef OUTLIVE_RECORD_RING_INDEX_H
#define OUTLIVE_RECORD_RING_INDEX_H

#include "record/drain_ring.h"

#include <stdbool.h>

/* All zero: empty. */
struct ring_index {
	struct drain_ring *by_name;
	/*
	 * Of several rings with one pid, the one that started last. The others have ended, or
	 * are not known to: they end with the process.
	 */
	struct drain_ring *by_pid;
};

bool ring_index_has(const struct ring_index *index, const char *name);

/*
 * Add a ring with a new name. Flags the ring of the program that this one replaced by exec as
 * ended; *is_exec tells whether there was one. 0, or -1: no memory, and the ring is not added.
 */
int ring_index_add(struct ring_index *index, struct drain_ring *ring, bool *is_exec);

/* Call before the ring is freed. A ring that is not in the index is left alone. */
void ring_index_remove(struct ring_index *index, struct drain_ring *ring);

/* Call before the rings are freed that are still in it. */
void ring_index_release(struct ring_index *index);

#endif

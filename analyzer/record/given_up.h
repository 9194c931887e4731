/*
 * record/given_up.h - counts processes that reached the directory of the rings, but found no
 * room in it. Each leaves an empty file, PID.N.none; nothing else is known of it.
 */
#ifndef OUTLIVE_RECORD_GIVEN_UP_H
#define OUTLIVE_RECORD_GIVEN_UP_H

#include "record/drain_ring.h"
#include "base/error.h"
#include "ring_format.h"

#include <stdbool.h>

struct given_up {
	unsigned count;
	struct ring_header first; /* the last header of process 0; all zero: none yet */
};

/* True: it was such a file, which is now counted and removed. */
bool given_up_take(struct given_up *given_up, int directory, const char *name);

/* Call when a ring was taken to its end: keeps the header of process 0. */
void given_up_see(struct given_up *given_up, const struct drain_ring *ring);

/*
 * Call after the last ring: adds the count to way->counts and to the trace. The parents of
 * these processes are unknown, so the loss is recorded as process 0's. 0, or -1 and *error.
 */
int given_up_write(struct given_up *given_up, struct drain_way *way,
                   struct error *error);

#endif

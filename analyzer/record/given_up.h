/*
 * record/given_up.h - processes that had the directory of the rings, but no room in it: each leaves
 * an empty file, PID.N.none, and nothing else is known of it.
 */
#ifndef OUTLIVE_RECORD_GIVEN_UP_H
#define OUTLIVE_RECORD_GIVEN_UP_H

#include "record/drain_ring.h"
#include "base/error.h"
#include "ring_format.h"

#include <stdbool.h>

struct given_up {
	unsigned count;
	struct ring_header first; /* the last of process 0; zeroed: none yet */
};

/* True: it is such a file. It is counted, and removed. */
bool given_up_take(struct given_up *given_up, int directory, const char *name);

/* A ring was emptied: remember what process 0 said of itself. */
void given_up_see(struct given_up *given_up, const struct drain_ring *ring);

/*
 * After the last ring: into the counts and the trace. Whose children they were is not known:
 * they are process 0's. 0, or -1 and *error.
 */
int given_up_note(struct given_up *given_up, struct drain_way *way,
                  struct error *error);

#endif

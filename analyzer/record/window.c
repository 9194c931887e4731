/* record/window.c - copies the ring of a living process into a trace. */
#include "record/window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void nothing(void *context)
{
	(void)context;
}

/*
 * Events that a reader took, before it stopped reading, are missing here: unlike those of a reader
 * that goes on, they are in another trace than this one.
 */
static int ring_copy(struct drain_way *way, struct drain_ring *ring,
                     const struct attached *found, struct error *error)
{
	drain_ring_number(way, ring);
	if (drain_ring_announce(way, ring, error) ||
	    drain_ring_take_window(way, ring, error))
		return -1;
	if (!found->header.lost[LOST_DRAINED])
		return 0;
	ring->ring.header.lost[LOST_DRAINED] = found->header.lost[LOST_DRAINED];
	way->counts.lost[LOST_DRAINED] = found->header.lost[LOST_DRAINED];
	return drain_ring_announce(way, ring, error);
}

int window_copy(const struct attached *found, struct trace_writer *writer,
                struct kept_files *kept, struct drain_counts *counts,
                struct error *error)
{
	struct drain_way way = { .writer = writer,
		                     .kept = kept,
		                     .is_flight = true,
		                     .beat = nothing,
		                     .take_offers = nothing };
	struct drain_ring *ring;
	const char *name;
	int directory = attached_directory(found, &name), result = -1;

	if (directory < 0)
		return error_set(error, "%s: %s", found->ring, strerror(errno));
	ring = drain_ring_new(&way, directory, name, found->header.session);
	if (ring)
		result = ring_copy(&way, ring, found, error);
	else
		error_set(error, "%s: cannot be read: %s", found->ring,
		          errno ? strerror(errno) : "it is damaged");
	if (ring)
		drain_ring_free(ring);
	close(directory);
	free(way.buffer);
	*counts = way.counts;
	return result;
}

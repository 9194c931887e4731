/*
 * record/live_ring.h - one ring whose process may still write it: mapped, its chunks copied
 * out and given back.
 *
 * The reader's side of the chunk states in ring_format.h; its partners are in
 * preload/ring/ring.c. The process can scribble on all of it, so sizes are checked once,
 * kept in private, and used from there; nothing read here is believed further.
 * Every function may find that the file was cut under the mapping: then it does nothing,
 * and `is_broken` is set.
 */
#ifndef OUTLIVE_RECORD_LIVE_RING_H
#define OUTLIVE_RECORD_LIVE_RING_H

#include "base/error.h"
#include "ring_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_RING_NAME_BYTES 64

/* A chunk as the last scan found it. */
struct chunk_place {
	uint64_t word; /* its state: (ticket << CHUNK_STATE_BITS) | enum chunk_state */
	uint32_t index;
};

struct live_ring {
	char name[LIVE_RING_NAME_BYTES]; /* in the session's directory */
	struct ring_header header; /* copied when opened; refreshed by live_ring_header() */
	bool is_broken;
	uint8_t *map;
	size_t map_bytes;
	uint64_t chunks_offset, states_offset;
	uint32_t chunk_bytes, chunk_count;
	struct chunk_place *places; /* of the last scan, in the order of their tickets */
	uint32_t taken_events;      /* in the chunk taken last, and not released yet */
	uint64_t ticket_seen;       /* next_ticket at the last scan */
	unsigned quiet_scans;       /* scans since it changed */
};

/* Bits of the `states` to scan for. */
#define STATE_BIT(state) (1u << (state))

/*
 * Map the ring `name` of the directory. 0, or -1 and *error: not a ring, a ring of another
 * session or version, or one whose sizes contradict each other.
 */
int live_ring_open(struct live_ring *ring, int directory, const char *name,
                   uint64_t session, struct error *error);

void live_ring_close(struct live_ring *ring);

/*
 * Tell the writers what to do when the ring is full: wait for us (`policy` RING_DRAIN:
 * `reader_pid` is alive at `now_ns`), or overwrite the oldest (RING_FLIGHT).
 */
void live_ring_beat(struct live_ring *ring, enum ring_policy policy,
                    uint32_t reader_pid, uint64_t now_ns);

/*
 * Find the chunks in one of the `states` (STATE_BITs or'ed): how many, now in
 * ring->places. Cheap while no chunk changes hands, unless `is_thorough`: then 0 is
 * answered without looking.
 */
size_t live_ring_scan(struct live_ring *ring, unsigned states, bool is_thorough);

/* Bytes committed in a chunk, unchecked: whether it is worth another copy. */
uint32_t live_ring_commit_bytes(struct live_ring *ring, uint32_t index);

enum chunk_result {
	CHUNK_TAKEN,   /* *bytes of it, its header included, are in the buffer */
	CHUNK_CHANGED, /* somebody else has it now */
	CHUNK_EMPTY,   /* no record in it, or its writer died before it began */
	CHUNK_BAD,     /* its header cannot be true */
};

/*
 * Take a FULL chunk and copy it. It is the writers' again after live_ring_release():
 * until then it stays in the ring as DRAINING, so that should we be killed before the
 * copy is safe, whoever reads the ring finds it. `buffer` has ring->chunk_bytes.
 */
enum chunk_result live_ring_take(struct live_ring *ring,
                                 const struct chunk_place *place, uint8_t *buffer,
                                 size_t *bytes);

/*
 * Give back a chunk that live_ring_take() was asked for, whatever it answered; what was
 * taken is noted in the ring, for who reads it without the trace.
 */
void live_ring_release(struct live_ring *ring, const struct chunk_place *place);

/*
 * Copy what is committed of a chunk in any state and leave it alone. CHUNK_CHANGED if it
 * was recycled meanwhile.
 */
enum chunk_result live_ring_copy(struct live_ring *ring,
                                 const struct chunk_place *place, uint8_t *buffer,
                                 size_t *bytes);

/*
 * Refresh what may change in ring->header (losses, flags, counters) and note the clock
 * beside it.
 */
void live_ring_header(struct live_ring *ring);

#endif

/*
 * record/live_ring.h - one ring that its process may still write: mapped, its chunks copied and
 * given back.
 *
 * This is the reader's side of the chunk states in ring_format.h; preload/ring/ring.c is the
 * writer's. The process can overwrite all of the ring, so sizes are checked once, and only our
 * own copy of them is used; nothing else that is read here is trusted. Each function may find
 * that the file was truncated under the mapping: then it does nothing, and sets `is_broken`.
 */
#ifndef OUTLIVE_RECORD_LIVE_RING_H
#define OUTLIVE_RECORD_LIVE_RING_H

#include "base/error.h"
#include "record/live_account.h"
#include "ring_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_RING_NAME_BYTES 64

/* A chunk as it was in the last scan. */
struct chunk_position {
	uint64_t word; /* its state: (ticket << CHUNK_STATE_BITS) | enum chunk_state */
	uint32_t index;
};

struct live_ring {
	char name[LIVE_RING_NAME_BYTES]; /* in the session's directory */
	struct ring_header header;       /* a copy, refreshed by live_ring_header() */
	bool is_broken;
	uint8_t *map;
	size_t map_bytes;
	uint64_t chunks_offset, states_offset;
	struct live_account account;
	uint32_t chunk_bytes, chunk_count;
	struct chunk_position *positions; /* found by the last scan, ordered by ticket */
	uint32_t taken_events; /* events in the chunk that is taken and not released */
	uint64_t ticket_seen;  /* next_ticket at the last scan */
	unsigned quiet_scans;  /* scans since next_ticket changed */
};

/*
 * Ask the process for something (enum ring_wish), and wake whoever waits for that; and the flags
 * in its header now (enum ring_flags).
 */
void live_ring_wish(struct live_ring *ring, enum ring_wish wish);
uint32_t live_ring_flags(struct live_ring *ring);

/* How many snapshots the program has asked for so far; 0: it cannot be read. */
uint32_t live_ring_snapshots(struct live_ring *ring);

/* A bit of the `states` to scan for. */
#define STATE_BIT(state) (1u << (state))

/*
 * Map the ring `name` in the directory. 0, or -1 and *error: the file is not a ring, is of
 * another session or version, or has contradictory sizes.
 */
int live_ring_open(struct live_ring *ring, int directory, const char *name,
                   uint64_t session, struct error *error);

void live_ring_close(struct live_ring *ring);

/*
 * Set what writers do when the ring is full: wait for us (`policy` RING_DRAIN; process
 * `reader_pid` was alive at `now_ns`), or overwrite the oldest chunk (RING_FLIGHT).
 */
void live_ring_beat(struct live_ring *ring, enum ring_policy policy,
                    uint32_t reader_pid, uint64_t now_ns);

/*
 * Find the chunks in one of the `states` (STATE_BITs or'ed), and put them into ring->positions.
 * Returns how many. If no chunk has changed hands for some scans, returns 0 without reading the
 * states, unless `is_thorough`.
 */
size_t live_ring_scan(struct live_ring *ring, unsigned states, bool is_thorough);

/* The bytes committed in a chunk, unchecked: shows whether another copy is worthwhile. */
uint32_t live_ring_commit_bytes(struct live_ring *ring, uint32_t index);

enum chunk_result {
	CHUNK_TAKEN,   /* *bytes, including the header, are in the buffer */
	CHUNK_CHANGED, /* its state has changed: a writer has it now */
	CHUNK_EMPTY,   /* it has no record, or its writer died before it began */
	CHUNK_BAD,     /* its header is impossible */
};

/*
 * Take a FULL chunk and copy it. Until live_ring_release() gives it back to the writers, it
 * stays in the ring as DRAINING: if we are killed before the copy is safe, any reader of the
 * ring still finds it. `buffer` has ring->chunk_bytes.
 */
enum chunk_result live_ring_take(struct live_ring *ring,
                                 const struct chunk_position *position, uint8_t *buffer,
                                 size_t *bytes);

/*
 * Give back a chunk after live_ring_take(), whatever that returned. The ring's LOST_DRAINED
 * counts the events that were taken, for readers that have the ring but not the trace.
 */
void live_ring_release(struct live_ring *ring, const struct chunk_position *position);

/*
 * Copy what is committed of a chunk in any state, without changing the ring. CHUNK_CHANGED: the
 * chunk was reused meanwhile.
 */
enum chunk_result live_ring_copy(struct live_ring *ring,
                                 const struct chunk_position *position, uint8_t *buffer,
                                 size_t *bytes);

/*
 * Refresh the fields of ring->header that change (losses, flags, counters), and read the clock
 * in it.
 */
void live_ring_header(struct live_ring *ring);

/*
 * Set ring->is_broken if its file in the directory has been cut short, be it where no chunk is in
 * use.
 */
void live_ring_end_check(struct live_ring *ring, int directory);

#endif

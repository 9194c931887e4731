/*
 * record/drain_ring.h - one ring on its way into the trace.
 *
 * A chunk is given back when it is in the trace and not before: whenever we are killed,
 * it is in one of the two.
 */
#ifndef OUTLIVE_RECORD_DRAIN_RING_H
#define OUTLIVE_RECORD_DRAIN_RING_H

#include "base/error.h"
#include "record/live_ring.h"
#include "symbols/kept_files.h"
#include "trace/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What happened so far. */
struct drain_counts {
	uint32_t images;     /* rings seen; they number the processes of the trace */
	uint32_t own_malloc; /* images whose program brings its own malloc */
	uint32_t broken;     /* rings and chunks that could not be read */
	uint64_t chunks;     /* written to the trace */
	uint64_t events;     /* in them */
	uint64_t bytes;      /* of them, before compression */
	uint64_t lost[LOST_CAUSES_MAX]; /* as the rings say that were read to their end */
};

/* Where the rings of a session go. */
struct drain_way {
	struct trace_writer *writer;
	struct module_shelf *shelf;
	struct drain_counts counts;
	uint8_t *buffer; /* one chunk */
	size_t buffer_bytes;
	bool is_flight;
	bool is_busy;                /* no processor is idle: compress quickly */
	void (*beat)(void *context); /* called after each chunk: tell the writers we live */
	void *beat_context;
};

struct definitions; /* a definition chunk, and how much of it is known */

struct drain_ring {
	struct live_ring ring;
	uint32_t process; /* its number in the trace */
	pid_t pid;        /* of its process as we see it; 0: it was gone already */
	int descriptor;   /* pidfd, or -1 */
	bool has_ended;   /* its process has, or has become another program */
	struct definitions *definitions;
	size_t definition_count, definition_capacity;
	uint64_t definitions_ns;        /* when they were last written */
	uint64_t lost[LOST_CAUSES_MAX]; /* as far as it is in the counts */
};

/*
 * Map the ring `name` and give it the next process number. NULL: it is none of ours, or
 * memory is out.
 */
struct drain_ring *drain_ring_new(struct drain_way *way, int directory,
                                  const char *name, uint64_t session);

void drain_ring_free(struct drain_ring *ring);

/* Look whether its process has ended; sets has_ended. */
void drain_ring_check(struct drain_ring *ring);

/* Append the PROCESS block. 0, or -1 and *error: the trace cannot be written. */
int drain_ring_announce(struct drain_way *way, struct drain_ring *ring,
                        struct error *error);

/*
 * Take full chunks until `until_ns` (CLOCK_MONOTONIC) at most, open new modules; in the
 * flight policy modules only. 0, or -1 and *error.
 */
int drain_ring_take(struct drain_way *way, struct drain_ring *ring, uint64_t until_ns,
                    struct error *error);

/*
 * Copy all there is, whoever holds it, then the last state of its header. For a ring
 * whose process has ended, or to have the state of this moment. 0, or -1 and *error.
 */
int drain_ring_take_rest(struct drain_way *way, struct drain_ring *ring,
                         struct error *error);

#endif

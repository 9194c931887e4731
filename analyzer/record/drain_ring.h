/*
 * record/drain_ring.h - moves one ring into the trace.
 *
 * A chunk is given back to the ring only when it is in the trace: whenever we are killed, it is
 * in one of the two.
 */
#ifndef OUTLIVE_RECORD_DRAIN_RING_H
#define OUTLIVE_RECORD_DRAIN_RING_H

#include "base/error.h"
#include "base/uthash.h"
#include "record/live_ring.h"
#include "symbols/kept_files.h"
#include "trace/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What was drained so far. */
struct drain_counts {
	uint32_t images;     /* rings found; the next one is the next process's number */
	uint32_t own_malloc; /* images whose program has its own malloc */
	uint32_t broken;     /* rings and chunks that could not be read */
	uint64_t chunks;     /* chunks written to the trace */
	uint64_t events;     /* in these chunks */
	uint64_t bytes;      /* of these chunks, before compression */
	uint64_t lost[LOST_CAUSES_MAX]; /* by rings that were read to their end */
	uint64_t
		asked_late; /* calls for a snapshot that the end of the recording overtook */
};

/* The destination of a session's rings. */
struct target;

struct drain_way {
	struct trace_writer *writer;
	struct kept_files *kept;
	struct drain_counts counts;
	uint8_t *buffer; /* for one chunk */
	size_t buffer_bytes;
	bool is_flight;
	const struct target *target; /* the program, our child; NULL: there is none */
	bool is_busy;                /* no processor is idle: compress quickly */
	/* Called after each chunk: shows the writers that we are alive. */
	void (*beat)(void *context);
	/*
	 * Called before the files of new modules are opened: keeps what their processes sent. A
	 * process sends a file before it commits the module.
	 */
	void (*take_offers)(void *context);
	void *context; /* of these functions */
};

struct definitions; /* a definition chunk, and how much of it was read */

struct drain_ring {
	struct live_ring ring;
	int directory;    /* that it is in; borrowed */
	uint32_t process; /* the process's number in the trace */
	pid_t pid;        /* of the process in our pid namespace; 0: it had ended already */
	int descriptor;   /* pidfd, or -1 */
	bool
		has_ended; /* the process has ended, has become another program, or was let go */
	bool is_detached;   /* it was let go */
	uint32_t snapshots; /* that it has asked for, and that were noticed */
	struct definitions *definitions;
	size_t definition_count, definition_capacity;
	uint64_t definitions_ns;        /* when the definitions were last written */
	uint64_t lost[LOST_CAUSES_MAX]; /* the part that is in the counts already */
	UT_hash_handle by_name, by_pid; /* the ring index's */
};

/*
 * Map the ring `name`. The directory's descriptor has to stay open as long as the ring. NULL: it is
 * not a ring of this session, or memory is out.
 */
struct drain_ring *drain_ring_new(struct drain_way *way, int directory,
                                  const char *name, uint64_t session);

void drain_ring_free(struct drain_ring *ring);

/* Give the ring the next process number: it is one that will be in the trace. */
void drain_ring_number(struct drain_way *way, struct drain_ring *ring);

/* Set has_ended if the process has ended. */
void drain_ring_check(struct drain_ring *ring);

/* How often the program has asked for a snapshot since the last call of this. */
uint32_t drain_ring_snapshots_asked(struct drain_ring *ring);

/* Append the PROCESS block. 0, or -1 and *error: the trace cannot be written. */
int drain_ring_announce(struct drain_way *way, struct drain_ring *ring,
                        struct error *error);

/*
 * Take full chunks until `until_ns` (CLOCK_MONOTONIC), and open new modules; with the flight
 * policy, only open modules. 0, or -1 and *error.
 */
int drain_ring_take(struct drain_way *way, struct drain_ring *ring, uint64_t until_ns,
                    struct error *error);

/*
 * Copy all chunks, whoever owns them, then the last state of the header. For a ring whose
 * process has ended, or to save its state at this moment. 0, or -1 and *error.
 */
int drain_ring_take_rest(struct drain_way *way, struct drain_ring *ring,
                         struct error *error);

/*
 * The same of a process that goes on: all chunks are copied before the first is written, so that
 * few are overwritten meanwhile. Takes as much memory as the ring, if that is to be had.
 */
int drain_ring_take_window(struct drain_way *way, struct drain_ring *ring,
                           struct error *error);

#endif

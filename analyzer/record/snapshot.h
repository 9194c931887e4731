/*
 * record/snapshot.h - takes snapshots of one living process, and decides when the next is due.
 */
#ifndef OUTLIVE_RECORD_SNAPSHOT_H
#define OUTLIVE_RECORD_SNAPSHOT_H

#include "record/queue.h"
#include "segments/snapshot.h"
#include "segments/sizes.h"

#include <sys/types.h>

#define SNAPSHOTS_APART_NS \
	UINT64_C(20000000) /* between snapshots of a growing process */
#define WATCHED_RING_BYTES 64
#define WATCHED_STATM_BYTES 128

/* A process of which snapshots are taken. */
struct watched {
	uint32_t process; /* the process's number in the trace */
	pid_t pid;
	char ring[WATCHED_RING_BYTES];    /* file name of the ring that it has mapped */
	int statm, pages;                 /* descriptors, or -1 */
	char counts[WATCHED_STATM_BYTES]; /* statm before the last snapshot; "" */
	uint64_t next_ns;                 /* when the next snapshot is due */
	uint64_t grown_ns; /* the same, because it has grown; 0: it has not */
	uint64_t owed_ns;  /* since when it has grown; 0: it has not */
	bool is_much;      /* it has grown by a good part of its size */
	uint64_t last_ns;  /* time of the last snapshot; 0: none yet */
	uint64_t largest_pages,
		seen_pages;   /* resident: in any snapshot; in the last reading */
	uint32_t reasons; /* enum segments_reason of the next snapshot */
	unsigned quiet;   /* equal snapshots in a row */
	bool is_refused;  /* we may not read it */
	bool is_gone;     /* no more snapshots are possible */
	bool is_another;  /* because it has become another program */
	struct segments segments;
	struct segment_snapshot before;
	struct segment_packet
		*heap;           /* of the last snapshot, for the caller to take; or NULL */
	uint64_t heap_pages; /* how many pages it has in memory */
};

/* The size of a process at one time. */
struct watched_size {
	struct sizes_entry entry;
	char counts[WATCHED_STATM_BYTES]; /* the whole content of statm */
};

void watched_init(struct watched *watched, uint32_t process, pid_t pid,
                  const char *ring, bool is_exec);
void watched_release(struct watched *watched);

/* Take a snapshot of all segments. NULL: there is none to write. */
struct segment_packet *watched_whole(struct watched *watched, uint64_t every_ns);

/*
 * Read the size alone, by one or two system calls that never wait. *size: the last reading, or
 * all zero. Changes nothing else, so another thread may take a snapshot meanwhile. False: the
 * size cannot be read, or is that of another program that the process has become.
 */
bool watched_size_read(const struct watched *watched, struct watched_size *size);

/*
 * If the process has grown, schedule an early snapshot. True: no count in statm has changed
 * since the last snapshot.
 */
bool watched_size_apply(struct watched *watched, const struct watched_size *size,
                        uint64_t every_ns);

/*
 * Make a packet of all sizes that are not written yet. NULL: there are none, or memory is out.
 */
struct segment_packet *watched_sizes_packet(const struct watched *watched,
                                            struct segment_sizes *sizes);

#endif

/*
 * record/snapshot.h - one look at a living process, and when the next is due.
 */
#ifndef OUTLIVE_RECORD_SNAPSHOT_H
#define OUTLIVE_RECORD_SNAPSHOT_H

#include "record/queue.h"
#include "segments/snapshot.h"
#include "segments/sizes.h"

#include <sys/types.h>

#define LOOKS_APART_NS UINT64_C(20000000) /* at a process that grows, and at its size */
#define LOOKED_RING_BYTES 64
#define LOOKED_STATM_BYTES 128

/* A process that is looked at. */
struct looked {
	uint32_t process; /* its number in the trace */
	pid_t pid;
	char ring[LOOKED_RING_BYTES];    /* file name of its ring, which it has mapped */
	int statm, pages;                /* descriptors, or -1 */
	char counts[LOOKED_STATM_BYTES]; /* what statm said before the last look; "" */
	uint64_t next_ns;                /* when to look at all of it */
	uint64_t grown_ns;               /* and when, because it has grown; 0: it has not */
	uint64_t owed_ns;                /* since then; 0: likewise */
	bool is_much;                    /* it has grown by a good part of what it was */
	uint64_t last_ns;                /* when that was done; 0: never */
	uint64_t largest_pages, seen_pages; /* resident */
	uint32_t reasons;                   /* enum segments_reason, of the next look */
	unsigned quiet;                     /* looks that saw nothing new */
	bool is_refused;                    /* the last look was */
	bool is_gone;                       /* nothing more is to be seen of it */
	bool is_another;                    /* it had become another program */
	struct segments segments;
	struct segment_sample before;
};

/* How large it is, at one time. */
struct looked_size {
	struct sizes_entry entry;
	char counts[LOOKED_STATM_BYTES]; /* all that statm said */
};

void looked_init(struct looked *looked, uint32_t process, pid_t pid, const char *ring,
                 bool is_exec);
void looked_release(struct looked *looked);

/* All of it. NULL: nothing could be seen. */
struct segment_packet *looked_whole(struct looked *looked, uint64_t every_ns);

/*
 * Its size alone, by one or two system calls that wait for nobody; *size is what was read
 * before, or all zero. Nothing else is changed, so another thread may look at the whole
 * meanwhile. false: it is not to be seen, or is of
 * another program that the process became.
 */
bool looked_size_read(const struct looked *looked, struct looked_size *size);

/*
 * Has it outgrown what was seen? Then look at all of it soon. true: no count of its pages
 * has changed since all of it was looked at.
 */
bool looked_size_note(struct looked *looked, const struct looked_size *size,
                      uint64_t every_ns);

/* All sizes of it that are not written yet; NULL: none, or memory is out. */
struct segment_packet *looked_sizes_packet(const struct looked *looked,
                                           struct segment_sizes *sizes);

#endif

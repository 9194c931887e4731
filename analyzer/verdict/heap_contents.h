/*
 * verdict/heap_contents.h - what the heap of a process consisted of at a snapshot, as far as
 * its recorded blocks show.
 */
#ifndef OUTLIVE_VERDICT_HEAP_CONTENTS_H
#define OUTLIVE_VERDICT_HEAP_CONTENTS_H

#include "replay/profile.h"

#include <stdbool.h>

struct segment_inside {
	uint64_t rss;    /* resident bytes of the heap */
	uint64_t live;   /* bytes asked for by the blocks that live */
	uint64_t blocks; /* number of blocks that live */
	/* what glibc's malloc adds to them (headers, rounding); estimated */
	uint64_t overhead;
	bool has_overhead; /* false: another malloc, whose own data is counted in `kept` */
	/*
	 * Bytes of these blocks that are not in memory, as they were never touched, or are in
	 * swap. Only known if the pages of the heap were read while the same blocks lived.
	 */
	uint64_t absent;
	bool has_absent;
	/*
	 * Resident beyond these: freed and kept for reuse, fragments, blocks from before the
	 * recording. Without `has_absent` a lower bound.
	 */
	uint64_t kept;
	/*
	 * false: the program's own malloc served the heap unseen, only one phase was read, or
	 * too many events are missing
	 */
	bool is_known;
};

/*
 * Whether so many events were lost that the live blocks are not known: the events that a flight
 * recorder has overwritten made most of them.
 */
bool segment_inside_is_lost(const struct profile *profile);

struct segment_inside segment_inside(const struct profile *profile, size_t snapshot);

/*
 * The phase at a time since the start: "load", "main", "exit", or the program's own name for
 * it, which must be escaped.
 */
const char *segment_phase(const struct profile *profile, uint64_t time_ns);

/* Whether the process was in that phase at that time; for the program's own phases, too. */
bool segment_is_in_phase(const struct profile *profile, uint64_t time_ns,
                         uint32_t number);

/*
 * Whether unusually much of the heap was freed but kept, in more than one snapshot in a row
 * before the exit phase; *snapshot is the last of these if it is such, else the worst of all.
 */
bool segment_inside_odd(const struct profile *profile, size_t *snapshot);

#endif

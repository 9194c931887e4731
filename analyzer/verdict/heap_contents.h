/*
 * verdict/heap_contents.h - what the heap of a process was made of at the time of a sample, as
 * far as its recorded blocks tell.
 */
#ifndef OUTLIVE_VERDICT_HEAP_CONTENTS_H
#define OUTLIVE_VERDICT_HEAP_CONTENTS_H

#include "replay/profile.h"

#include <stdbool.h>

struct segment_inside {
	uint64_t rss;    /* of the heap */
	uint64_t live;   /* bytes asked for, of blocks that live */
	uint64_t blocks; /* so many */
	uint64_t
		overhead; /* what glibc's malloc adds to them: headers, rounding; estimated */
	bool has_overhead; /* false: it is another malloc; its own is among what is kept */
	/*
	 * Resident beyond these: freed and kept for reuse, fragments, blocks from before the
	 * recording. At least so much: live blocks that were never touched are not resident.
	 */
	uint64_t kept;
	/*
	 * false: the program's own malloc served it unseen, one phase only was read, or too
	 * many events are missing
	 */
	bool is_known;
};

/*
 * Whether so many events were lost that nobody knows what lived: what a flight recorder has
 * overwritten had made most of it.
 */
bool segment_inside_is_lost(const struct profile *profile);

struct segment_inside segment_inside(const struct profile *profile, size_t sample);

/*
 * The phase at a time since the start: "load", "main", "exit", or what the program named;
 * that to be escaped.
 */
const char *segment_phase(const struct profile *profile, uint64_t time_ns);

/* Whether the process was in that phase then, the named and the others alike. */
bool segment_is_in_phase(const struct profile *profile, uint64_t time_ns,
                         uint32_t number);

/*
 * Whether so much of the heap is freed and kept, for longer than from one sample to the
 * next, that it is worth a second look; *sample is the last such, or the worst of all.
 */
bool segment_inside_odd(const struct profile *profile, size_t *sample);

#endif

/*
 * report/timeline.h - how a recorded process used its memory over time.
 */
#ifndef OUTLIVE_REPORT_TIMELINE_H
#define OUTLIVE_REPORT_TIMELINE_H

#include "verdict/heap_contents.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timeline_view {
	TIMELINE_WHOLE,
	TIMELINE_AT,      /* one snapshot */
	TIMELINE_BETWEEN, /* the growth between two snapshots */
	TIMELINE_NONE,    /* no snapshot from outside: those that the process took itself */
};

struct segment_timeline {
	/* has at least one snapshot, except for TIMELINE_NONE */
	const struct profile *profile;
	/* what is missing of the recording, as completeness_text() has it; NULL: nothing */
	const char *incomplete;
	enum timeline_view view;
	bool has_tables;   /* for people: all tables, not only what matters most */
	bool is_by_thread; /* shows stacks instead of segments */
	size_t from, to;   /* indices of snapshots, for BETWEEN; for AT both are the same */
	/* the times that were asked for, since the start: for sizes */
	uint64_t from_ns, to_ns;
	uint64_t top; /* number of rows of times and of threads; 0: all */
};

/*
 * Write that the heap holds far more than its live blocks. False: it does not. The text
 * contains no name from the traced process.
 */
bool segment_timeline_oddity(char *text, size_t bytes, const struct profile *profile);

/*
 * Call `tell` for each unusual finding; `kind` as in JSON: the key of an enum oddity, or
 * "heap_kept"; `bytes`: how much memory it is about. The text contains no name from the
 * process.
 */
void segment_timeline_oddities(const struct profile *profile,
                               void (*tell)(void *context, const char *kind,
                                            uint64_t bytes, const char *text),
                               void *context);

/* The sizes that were read in that time span: returns the first index, and *count of them. */
size_t timeline_sizes(const struct segment_timeline *timeline, size_t *count);

/*
 * The stacks of threads over all snapshots: one row a thread, the highest first. `rows` has
 * room for timeline_threads_max() rows; returns how many there are.
 */
struct timeline_thread {
	struct segment_stack last; /* in the last snapshot that contains it */
	uint64_t rss_max;
	/* times of the first and the last snapshot that contain it */
	uint64_t first_ns, last_ns;
};
size_t timeline_threads_max(const struct segment_timeline *timeline);
size_t timeline_threads(const struct segment_timeline *timeline,
                        struct timeline_thread *rows);

#endif

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
	TIMELINE_AT,      /* one sample */
	TIMELINE_BETWEEN, /* two */
	TIMELINE_NONE,    /* there is no sample: what the process saw of itself */
};

struct segment_timeline {
	const struct profile *profile; /* but for TIMELINE_NONE with one sample at least */
	enum timeline_view view;
	bool is_by_thread;       /* stacks instead of segments */
	size_t from, to;         /* samples: BETWEEN; AT: both the same */
	uint64_t from_ns, to_ns; /* what was asked for, since the start: for sizes */
	uint64_t top;            /* rows of times and of threads; 0: all */
};

/*
 * That the heap holds far more than lives, in plain words; false: it does not. No name of
 * the process is in it.
 */
bool segment_timeline_oddity(char *text, size_t bytes, const struct profile *profile);

/*
 * Each thing that is odd, as enum oddity and "heap_kept" are called in JSON; `bytes` is how
 * much memory it is about. No name of the process is in the text.
 */
void segment_timeline_oddities(const struct profile *profile,
                               void (*tell)(void *context, const char *kind,
                                            uint64_t bytes, const char *text),
                               void *context);

/* The sizes that were read in that time, by number; `count` of them. */
size_t timeline_sizes(const struct segment_timeline *timeline, size_t *count);

/*
 * A stack over all samples: thread by thread, the highest first. `rows` has room for
 * timeline_threads_max(); how many there are.
 */
struct timeline_thread {
	struct segment_stack last; /* as it was seen last */
	uint64_t rss_max;
	uint64_t first_ns, last_ns; /* when it was seen */
};
size_t timeline_threads_max(const struct segment_timeline *timeline);
size_t timeline_threads(const struct segment_timeline *timeline,
                        struct timeline_thread *rows);

#endif

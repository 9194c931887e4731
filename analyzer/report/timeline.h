/*
 * report/timeline.h - how a recorded process used its memory over time: as text, JSON and
 * CSV.
 */
#ifndef OUTLIVE_REPORT_TIMELINE_H
#define OUTLIVE_REPORT_TIMELINE_H

#include "base/screen.h"
#include "verdict/heap_contents.h"

#include <stdbool.h>
#include <stdio.h>

#define SEGMENTS_TRACE_JSON_SCHEMA "outlive-segments-trace-1"

enum timeline_view {
	TIMELINE_WHOLE,
	TIMELINE_AT,      /* one sample */
	TIMELINE_BETWEEN, /* two */
	TIMELINE_NONE,    /* there is no sample: what the process saw of itself */
};

struct segment_timeline {
	const struct profile *profile; /* text, and views of samples: with one at least */
	enum timeline_view view;
	bool is_by_thread;       /* stacks instead of segments */
	size_t from, to;         /* samples: BETWEEN; AT: both the same */
	uint64_t from_ns, to_ns; /* what was asked for, since the start: for sizes */
	uint64_t top;            /* rows of times and of threads; 0: all */
};

void segment_timeline_text(const struct segment_timeline *timeline,
                           const struct screen *screen);
void segment_timeline_json(const struct segment_timeline *timeline, FILE *file);
void segment_timeline_csv(const struct segment_timeline *timeline, FILE *file);

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

/* These for people, below a heading; nothing if there are none. */
void segment_timeline_odd_lines(const struct screen *screen,
                                const struct profile *profile);

/* Why nothing is said of what lives in the heap, if events are missing. */
void segment_timeline_lost(const struct screen *screen, const struct profile *profile);

/* What of the heap of a sample lies in other mappings; nothing if nothing does. */
void segment_timeline_moved(const struct screen *screen,
                            const struct segment_sample *sample);

/* One or two lines on the default screen of a report; nothing without samples. */
void segment_timeline_summary(const struct screen *screen,
                              const struct profile *profile);

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

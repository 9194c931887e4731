/*
 * profile.h - the whole pipeline as one call: recording -> chunks -> events in order
 * -> blocks -> sites. What reporters see. Layer 6.
 */
#ifndef OUTLIVE_PROFILE_H
#define OUTLIVE_PROFILE_H

#include "address_map.h"
#include "call_tree.h"
#include "error.h"
#include "site_table.h"
#include "symbol_table.h"
#include "timeline.h"
#include "trace_reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called now and then with the share that is read; see profile_read(). */
typedef void profile_progress(void *context, uint64_t events, uint64_t events_expected);

struct profile_totals {
	uint64_t allocations; /* that succeeded: malloc, calloc, aligned and realloc alike */
	uint64_t bytes;       /* asked for, by all of them */
	uint64_t frees;       /* calls of free, of whatever block */
	uint64_t reallocs;    /* that succeeded and were given a block; also in allocations */
	uint64_t callocs, aligned; /* also in allocations */
	uint64_t failed;      /* allocations that returned NULL */
	uint64_t events;      /* read */
	uint64_t temporary;   /* freed before their thread allocated again */
	uint64_t crossed;     /* freed (or reallocated) by another thread */
	uint64_t frees_unknown; /* of a block whose allocation was not seen */
	uint64_t frees_missed;  /* an address was allocated again while it was live */
	uint64_t live_blocks, live_bytes; /* at the end */
	uint64_t peak_blocks, peak_bytes; /* when the most bytes were live */
	uint64_t peak_time_ns;  /* since the start */
	uint64_t plain;         /* events whose frames are not exact */
};

#define SIZE_HISTOGRAM_COUNT 65
struct profile_thread {
	uint32_t serial, tid;
	char name[17]; /* its last; not checked */
	uint64_t allocations, bytes, frees, temporary, crossed;
	uint64_t live_blocks, live_bytes; /* that it allocated */
	uint64_t peak_bytes; /* of these, at the process's peak */
	uint64_t events, events_missing; /* read; known to be missing in between */
};

struct profile_lost {
	uint64_t events;  /* all below but `stacks_cut` and `definitions` */
	uint64_t by_cause[LOST_CAUSES_MAX]; /* as the recorder counted */
	uint64_t damaged; /* in chunks that could not be read */
	uint64_t holes;   /* missing in the threads' counts and not explained by the others */
};

struct profile {
	const struct trace_process *process; /* the reader's */
	struct address_map *map;
	struct call_tree *tree;
	struct symbol_table *symbols;
	struct site *sites; /* 1 .. site_count - 1; number 0 is none */
	size_t site_count;
	struct profile_thread *threads;
	size_t thread_count;
	struct profile_totals totals;
	struct profile_lost lost;
	uint64_t size_histogram[SIZE_HISTOGRAM_COUNT]; /* [i]: sizes below 1 << i, and at
	                                                  least half of that; [0]: size 0 */
	struct timeline timeline; /* live bytes over time */
	uint64_t duration_ns;     /* from the start to the last event */
};

/*
 * Read everything of one process (an index of the reader's). The reader must outlive
 * the profile. progress may be NULL. NULL and *error: memory is out.
 */
struct profile *profile_read(struct trace_reader *reader, size_t process,
                             profile_progress *progress, void *context,
                             struct error *error);
void profile_free(struct profile *profile);

/* Quanta of the process's clock to nanoseconds since its start. */
uint64_t profile_time_ns(const struct ring_header *header, uint64_t time);

#endif

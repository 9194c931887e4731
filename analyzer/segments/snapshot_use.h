/*
 * segments/snapshot_use.h - the records beside a picture of the mappings: what of each was in memory,
 * the process's totals, its threads' stacks; checked.
 */
#ifndef OUTLIVE_SEGMENTS_SNAPSHOT_USE_H
#define OUTLIVE_SEGMENTS_SNAPSHOT_USE_H

#include "base/error.h"
#include "segments/segment.h"

#include <stddef.h>
#include <stdint.h>

/* A process's memory as a whole, as it saw it itself. */
struct picture_totals {
	uint64_t time_ns; /* CLOCK_MONOTONIC; 0: there are none */
	uint64_t size, rss, shared, peak_rss, swap;
	uint32_t threads;
};

/*
 * All take a record of `bytes` bytes, header included. 0, or -1 and *error, which names no
 * file; what they fill is then as far as they came.
 */
int picture_totals_take(struct picture_totals *totals, const uint8_t *record,
                        size_t bytes, struct error *error);

/* In place of what *threads had; where their stacks are is in stack_pointer. */
int picture_stacks_take(struct process_threads *threads, const uint8_t *record,
                        size_t bytes, struct error *error);

/* The sizes of the mappings that the record counts: *maps has them. */
int picture_use_take(struct process_maps *maps, const uint8_t *record, size_t bytes,
                     struct error *error);

#endif

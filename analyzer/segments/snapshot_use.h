/*
 * segments/snapshot_use.h - reads the records that belong to a process's own snapshot: the
 * resident sizes of its mappings, the process's totals, and its threads' stacks. All are
 * checked.
 */
#ifndef OUTLIVE_SEGMENTS_SNAPSHOT_USE_H
#define OUTLIVE_SEGMENTS_SNAPSHOT_USE_H

#include "base/error.h"
#include "segments/segment.h"

#include <stddef.h>
#include <stdint.h>

/* The memory of the whole process, as it read it itself. */
struct view_totals {
	uint64_t time_ns; /* CLOCK_MONOTONIC; 0: no totals */
	uint64_t size, rss, shared, peak_rss, swap;
	uint32_t threads;
};

/*
 * Each function reads a record of `bytes` bytes, header included. 0, or -1 and *error, which
 * names no file; what was read before the error stays filled in.
 */
int view_totals_take(struct view_totals *totals, const uint8_t *record, size_t bytes,
                     struct error *error);

/* Replaces the threads in *threads. stack_pointer is an address in the thread's stack. */
int view_stacks_take(struct process_threads *threads, const uint8_t *record,
                     size_t bytes, struct error *error);

/* Fills in the sizes of the mappings in *maps that the record covers. */
int view_use_take(struct process_maps *maps, const uint8_t *record, size_t bytes,
                  struct error *error);

#endif

/*
 * trace/merge_growth.h - a merge that goes on with a recording while that is being written.
 *
 * All of these are called between slices, and end the last one.
 */
#ifndef OUTLIVE_TRACE_MERGE_GROWTH_H
#define OUTLIVE_TRACE_MERGE_GROWTH_H

#include "trace/chunk_list.h"
#include "trace/merge.h"

#include <stdint.h>

/*
 * From now on go on with a recording that grows: the process's list of chunks is moved into the
 * merge, and stays empty. Call before the first slice.
 */
void event_merge_grow(struct event_merge *merge);

/*
 * A chunk was found: it is new, or has grown, or is now in the trace and whole. It may be one that
 * was handed out completely. 0, or -1 when memory is out.
 */
int event_merge_offer(struct event_merge *merge, const struct chunk_entry *entry);

/*
 * Nothing will be added to the chunk with this ticket, and what was not read of it cannot be. 0,
 * or -1 when memory is out.
 */
int event_merge_gone(struct event_merge *merge, uint64_t ticket);

/*
 * Hand out events before `time` (quanta) only: what happened later may be known only in part.
 * UINT64_MAX: all.
 */
void event_merge_until(struct event_merge *merge, uint64_t time);

/* Modules were added to the map. */
void event_merge_remap(struct event_merge *merge);

#endif

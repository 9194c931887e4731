/*
 * trace/merge.h - merges the events of all threads of a process in the order of time.
 *
 * Each chunk is in order, but chunks overlap. A heap holds a cursor for each chunk that is
 * being read, keyed by the time of its next event; a chunk enters the heap when the merge
 * reaches the chunk's first time. At equal times frees come first, since the recorder takes a
 * free's time before the real call and an allocation's time after it. A realloc that moved is a
 * free at `time` and an allocation at `time_end`: if events of other threads are between them,
 * it is handed out in two parts as EVENT_MOVE_OUT and EVENT_MOVE_IN, else whole.
 */
#ifndef OUTLIVE_TRACE_MERGE_H
#define OUTLIVE_TRACE_MERGE_H

#include "trace/address_map.h"
#include "trace/decoder.h"
#include "trace/reader.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Events of one thread without an event of another thread between them: exactly one EVENT_RUN,
 * or exactly one EVENT_STACK_RECORD, or only others. Valid until the next call.
 */
struct event_slice {
	const struct event *events;
	size_t count;                      /* >= 1 */
	const uint32_t *locations;         /* event->frame_first indexes them */
	const struct run *run;             /* the run they belong to */
	const struct stack_record *record; /* of an EVENT_STACK_RECORD */
	void **user; /* the caller's as long as the chunk lasts; NULL at first */
};

/* Called with events as soon as they are decoded, well before they are handed out. */
typedef void event_preview(void *context, const struct event *events, size_t count);

struct event_merge;

/* Borrows all arguments; preview may be NULL. NULL: memory is out. */
struct event_merge *event_merge_new(struct trace_reader *reader,
                                    struct trace_process *process,
                                    struct address_map *map, event_preview *preview,
                                    void *context);
void event_merge_free(struct event_merge *merge);

/*
 * 1: *slice is the next slice. 0: there are no more, for now. -1: memory is out. The reader
 * reports and counts chunks that cannot be read.
 */
int event_merge_next(struct event_merge *merge, struct event_slice *slice);

#endif

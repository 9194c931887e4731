/*
 * trace/merge.h - the events of all threads of a process in the order of time.
 *
 * Chunks are ordered inside and overlap: a heap of cursors, one for each chunk that is
 * being read, is keyed by their next events; a chunk enters when the merge reaches the
 * time it was taken. Equal times: frees first, since a free is stamped before the real
 * call and an allocation after it. A realloc that moved is a free at `time` and an
 * allocation at `time_end`: if events of other threads lie between them, it is handed
 * out as EVENT_MOVE_OUT and EVENT_MOVE_IN, else whole.
 */
#ifndef OUTLIVE_TRACE_MERGE_H
#define OUTLIVE_TRACE_MERGE_H

#include "trace/address_map.h"
#include "trace/decoder.h"
#include "trace/reader.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Events of one thread with none of another between them: exactly one EVENT_RUN,
 * exactly one EVENT_NOTE, or others only. Valid until the next call.
 */
struct event_slice {
	const struct event *events;
	size_t count;                  /* >= 1 */
	const uint32_t *locations;     /* event->frame_first indexes them */
	const struct run *run;         /* that they belong to */
	const struct stack_note *note; /* of an EVENT_NOTE */
	void **user; /* NULL at first, the caller's for as long as the chunk lasts */
};

/* Sees events as soon as they are decoded, well before their turn. */
typedef void event_preview(void *context, const struct event *events, size_t count);

struct event_merge;

/* All are borrowed; preview may be NULL. NULL: memory is out. */
struct event_merge *event_merge_new(struct trace_reader *reader,
                                    struct trace_process *process,
                                    struct address_map *map, event_preview *preview,
                                    void *context);
void event_merge_free(struct event_merge *merge);

/*
 * 1: *slice is the next. 0: no more. -1: memory is out. Chunks that cannot be read are
 * told and counted by the reader.
 */
int event_merge_next(struct event_merge *merge, struct event_slice *slice);

#endif

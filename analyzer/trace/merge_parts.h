/*
 * trace/merge_parts.h - what the two files of a merge share: merge.c, which hands out events, and
 * merge_growth.c, which takes what a recording has more.
 */
#ifndef OUTLIVE_TRACE_MERGE_PARTS_H
#define OUTLIVE_TRACE_MERGE_PARTS_H

#include "trace/chunk_list.h"
#include "trace/decoder.h"
#include "trace/reader.h"
#include "trace/ticket_set.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BATCH_EVENTS 64

/* A chunk that is being read. */
struct cursor {
	struct decoder *decoder;
	struct chunk_buffer buffer;
	struct chunk_entry entry;
	uint64_t key;      /* of events[at] */
	size_t at, count;  /* events of the batch handed out, and decoded */
	bool is_whole;     /* nothing will be added to its chunk */
	bool is_overtaken; /* another cursor went on with its thread: its run is over */
	uint32_t thread;   /* the thread of its current run, or of one about to begin */
	void *user;
	struct cursor *next; /* in the list `spare`, `waiting` or `stalled` */
	struct event events[BATCH_EVENTS];
};

struct event_merge {
	struct trace_reader *reader;
	struct trace_process *process;
	struct address_map *map;
	void (*preview)(void *context, const struct event *events, size_t count);
	void *context;
	const struct chunk_list *chunks; /* the process's, or `pending` */
	size_t chunk_next; /* index of the first chunk that was not opened yet */
	uint64_t limit;    /* events with this key or a higher one are not handed out yet */
	struct cursor **heap;
	size_t heap_count, heap_capacity;
	struct cursor *spare;
	/*
	 * Cursors at a run of a thread whose previous run is still in another cursor: a
	 * thread's last chunk and its next one can meet within one quantum of the clock.
	 */
	struct cursor *waiting;
	struct cursor *current; /* source of the last slice, which is heap[0]; or NULL */
	size_t current_count;
	/* Of a merge that goes on with a recording that grows: see merge_growth.c. */
	bool is_growing;
	struct chunk_list pending; /* chunks not opened yet, by (time_first, ticket) */
	struct cursor *stalled;    /* at the end of what their chunks hold until now */
	struct ticket_set done;    /* chunks of which nothing more is taken */
};

/* Order by time; at equal times, frees come before everything else. */
static inline uint64_t event_key(uint64_t time, uint8_t op)
{
	return time << 1 | (op != OP_FREE && op != OP_REALLOC && op != EVENT_MOVE_OUT);
}

/* Each returns 0, or -1 when memory is out. */

/* Go on past the last slice, which the caller has used. */
int merge_advance(struct event_merge *merge);

/* A cursor has another batch: let it go on with its run, or begin one. */
int merge_resume(struct event_merge *merge, struct cursor *cursor);

/* Decode the next batch. False at the end of what there is. */
bool merge_fill(struct event_merge *merge, struct cursor *cursor);

/* A cursor has no more events now: keep it for later, if its chunk may grow. */
int merge_leave(struct event_merge *merge, struct cursor *cursor);

#endif

/*
 * replay.h - what the events did: the stack of every thread, the blocks that are live,
 * and the sites they belong to. Layer 6.
 *
 * Every frame of a thread's stack has a path in the call tree and the number of the
 * thread's event that first saw it: two activations of one function differ in it even
 * where their paths are the same. A frame of the stack began before an event exactly if
 * its number is not above that event's, so a live block needs to remember one number,
 * not a stack.
 */
#ifndef OUTLIVE_REPLAY_H
#define OUTLIVE_REPLAY_H

#include "call_tree.h"
#include "event_merge.h"
#include "hash_index.h"
#include "live_table.h"
#include "site_table.h"
#include "timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct totals {
	uint64_t
		allocations;   /* that succeeded: malloc, calloc, aligned and realloc alike */
	uint64_t bytes;    /* asked for, by all of them */
	uint64_t frees;    /* calls of free, of whatever block */
	uint64_t reallocs; /* that succeeded; also in allocations */
	uint64_t callocs, aligned; /* also in allocations */
	uint64_t failed;           /* allocations that returned NULL */
	uint64_t temporary;        /* freed before their thread allocated again */
	uint64_t crossed;          /* freed or reallocated by another thread */
	uint64_t ends_unknown;     /* frees and reallocs of a block that was never seen */
	uint64_t ends_missed;      /* an address was allocated again while it was live */
	uint64_t plain;            /* events whose frames are not exact */
	uint64_t events;
	uint64_t time_last; /* quanta, of the last event */
};

#define SIZE_HISTOGRAM_COUNT 65

struct frame {
	uint64_t path;     /* in the call tree */
	uint64_t sequence; /* of the event that first saw it */
	uint32_t location;
	uint32_t node; /* CALL_NODE_NONE: nobody has asked for it yet */
};

struct thread {
	struct live_share share; /* of blocks it allocated */
	uint64_t sequence;       /* number of its last event: 1, 2, .. */
	uint64_t alloc_last;     /* sequence of its last allocation */
	uint64_t allocations, bytes, frees, temporary, crossed, failed;
	uint64_t holes;    /* events missing between those that were read */
	uint64_t position; /* events_before of the next run, if nothing is missing */
	struct frame *stack;
	uint32_t depth, stack_capacity;
	uint32_t index; /* of the replay's threads */
	uint32_t serial, tid;
	char name[17];
};

struct replay {
	struct call_tree tree;
	struct site_table sites;
	struct live_table live;
	struct timeline timeline;
	struct totals totals;
	uint64_t
		size_histogram[SIZE_HISTOGRAM_COUNT]; /* [i]: 1 << (i-1) <= size < 1 << i */
	struct thread **threads;
	size_t thread_count, thread_capacity;
	struct hash_index thread_index; /* of index + 1 */
};

/* `start`: of the recording, quanta. 0, or -1 when memory is out. */
int replay_init(struct replay *replay, uint64_t start);
void replay_release(struct replay *replay);

/* An event_preview: the lines of memory that these events will need. */
void replay_preview(void *replay, const struct event *events, size_t count);

/* What the slice did. Slices in the order of the merge. 0, or -1: memory is out. */
int replay_slice(struct replay *replay, const struct event_slice *slice);

/* After the last slice: bring every share of the peak up to date. */
void replay_finish(struct replay *replay);

#endif

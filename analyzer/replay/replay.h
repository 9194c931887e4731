/*
 * replay/replay.h - what the events did: the stack of every thread, the blocks that are live,
 * and the sites they belong to.
 */
#ifndef OUTLIVE_REPLAY_REPLAY_H
#define OUTLIVE_REPLAY_REPLAY_H

#include "replay/block_lives.h"
#include "replay/call_tree.h"
#include "trace/merge.h"
#include "base/hash_index.h"
#include "replay/live_marks.h"
#include "replay/live_table.h"
#include "replay/location_times.h"
#include "trace/phases.h"
#include "replay/sites.h"
#include "replay/stack_depths.h"
#include "replay/thread_choice.h"
#include "replay/threads.h"
#include "replay/timeline.h"

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
	uint64_t crossed; /* blocks of that class (verdict/classes.h): lives, not calls */
	uint64_t ends_unknown; /* frees and reallocs of a block that was never seen */
	uint64_t ends_missed;  /* an address was allocated again while it was live */
	uint64_t plain;        /* events whose frames are not exact */
	uint64_t events;
	uint64_t time_last; /* quanta, of the last event, or when it was last seen */
};

#define SIZE_HISTOGRAM_COUNT 65

struct replay {
	struct call_tree tree;
	struct site_table sites;
	struct block_lives lives;
	struct live_table live;
	struct timeline timeline;
	struct stack_depths stacks;
	struct live_marks marks; /* to be set before the first slice */
	uint64_t due;            /* when the timeline or a mark is next */
	struct totals totals;
	uint64_t
		size_histogram[SIZE_HISTOGRAM_COUNT]; /* [i]: 1 << (i-1) <= size < 1 << i */
	struct thread_table threads;
	struct location_times locations; /* when each was first in a call path */
	struct phases *phases;           /* the caller's; NULL: none are known */
	struct phase_cursor phase_now;
	uint32_t phase_only; /* blocks born in others are not counted; or _NONE */
	const struct thread_choice
		*threads_only; /* blocks of others are not; or NULL: all */
};

/*
 * `start`: of the recording, quanta; `quanta_per_us`: of its clock. 0, or -1 when memory
 * is out.
 */
int replay_init(struct replay *replay, uint64_t start, double quanta_per_us);
void replay_release(struct replay *replay);

/*
 * Before the first slice: count allocations by phase; blocks that were born in load are
 * not freed by a free in exit, but could have been static. `only`: the number of a phase,
 * blocks born in others are followed but not counted; or PHASE_NUMBER_NONE. Phases are
 * borrowed.
 */
void replay_phases(struct replay *replay, struct phases *phases, uint32_t only);

/*
 * Before the first slice: blocks that other threads allocate are followed but not counted.
 * The choice is borrowed.
 */
static inline void replay_threads(struct replay *replay,
                                  const struct thread_choice *only)
{
	replay->threads_only = only;
}

/* An event_preview: the lines of memory that these events will need. */
void replay_preview(void *replay, const struct event *events, size_t count);

/* What the slice did. Slices in the order of the merge. 0, or -1: memory is out. */
int replay_slice(struct replay *replay, const struct event_slice *slice);

/* By number: a site as the allocator was called there, and the lives of its blocks. */
static inline const struct site *replay_site(const struct replay *replay, uint32_t site)
{
	return &replay->sites.sites[site];
}

static inline const struct site_life *replay_life(const struct replay *replay,
                                                  uint32_t site)
{
	return &replay->lives.sites.sites[site];
}

/* When a location was first on the stack of an allocation; UINT64_MAX: never. */
uint64_t replay_location_time(const struct replay *replay, uint32_t location);

/* After the last slice: bring everything up to date. 0, or -1: memory is out. */
int replay_finish(struct replay *replay);

#endif

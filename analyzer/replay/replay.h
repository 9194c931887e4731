/*
 * replay/replay.h - what the events did: the stack of every thread, the blocks that are live,
 * and the call paths that allocated them.
 */
#ifndef OUTLIVE_REPLAY_REPLAY_H
#define OUTLIVE_REPLAY_REPLAY_H

#include "replay/block_lives.h"
#include "replay/call_tree.h"
#include "trace/merge.h"
#include "base/hash_index.h"
#include "replay/kept_moments.h"
#include "replay/live_probes.h"
#include "replay/live_table.h"
#include "replay/mappings.h"
#include "replay/location_times.h"
#include "replay/path_growth.h"
#include "replay/sample.h"
#include "trace/phases.h"
#include "replay/call_paths.h"
#include "replay/source_stack.h"
#include "replay/stack_depths.h"
#include "replay/block_choice.h"
#include "replay/threads.h"
#include "replay/timeline.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct totals {
	/* successful calls of malloc, calloc, realloc and aligned ones */
	uint64_t allocations;
	uint64_t bytes;            /* bytes asked for by all of them */
	uint64_t frees;            /* calls of free, for any block */
	uint64_t reallocs;         /* successful calls; also counted in allocations */
	uint64_t callocs, aligned; /* also counted in allocations */
	uint64_t failed;           /* allocations that returned NULL */
	uint64_t temporary;        /* freed before their thread allocated again */
	uint64_t crossed; /* blocks of the class (verdict/classes.h): lives, not calls */
	uint64_t ends_unknown; /* frees and reallocs of blocks whose birth was not seen */
	uint64_t ends_missed;  /* addresses that were allocated again while live */
	uint64_t plain;        /* events whose frames are not exact */
	uint64_t compared;     /* events whose frames of Go code were compared */
	uint64_t events;
	/* quanta; of the last event, or when the process was last seen */
	uint64_t time_last;
};

#define SIZE_HISTOGRAM_COUNT 65

struct replay {
	struct source_map *sources; /* borrowed; set before the first slice */
	struct call_tree tree;
	struct call_paths paths;
	struct growth growth; /* its times are set before the first slice */
	struct block_lives lives;
	struct live_table live;
	struct mappings mappings;
	struct timeline timeline;
	struct stack_depths stacks;
	struct live_probes probes; /* set before the first slice */
	struct kept_moments kept;  /* the same */
	uint64_t due; /* when the next step of the timeline or time to fill in is due */
	struct totals totals;
	struct sample sample; /* set before the first slice */
	/* [i]: 1 << (i-1) <= size < 1 << i */
	uint64_t size_histogram[SIZE_HISTOGRAM_COUNT];
	struct thread_table threads;
	struct location_times locations; /* when each location was first in a call path */
	struct phases *phases; /* borrowed from the caller; NULL: no phases are known */
	struct phase_cursor phase_now;
	/* only these blocks count, if is_chosen; borrowed from the caller */
	const struct block_choice *choice;
	bool is_chosen;
	struct block_totals ignored; /* the blocks that do not count */
	/* blocks are not followed: only what is on the stacks is asked */
	bool is_of_stacks;
};

/*
 * `start`: of the recording, in quanta; `quanta_per_us`: of its clock. Returns 0, or -1 when
 * memory is out.
 */
int replay_init(struct replay *replay, uint64_t start, double quanta_per_us);
void replay_release(struct replay *replay);

/*
 * Call before the first slice: of the blocks, only a sample was recorded (ring_header.sample_bytes;
 * 0: all were). Each counts as many blocks as it stands for.
 */
void replay_sampled(struct replay *replay, uint64_t mean_bytes);

/*
 * Call before the first slice. Counts allocations by phase; a block born in load and freed in
 * exit does not count as freed, but as one that could have been static. The phases are borrowed.
 */
void replay_phases(struct replay *replay, struct phases *phases);

/*
 * Call before the first slice. Blocks that are not chosen are followed but not counted: their
 * call paths get the same numbers as if they were, but count nothing. The choice is borrowed.
 */
void replay_choose(struct replay *replay, const struct block_choice *choice);

/* An event_preview: prefetches the cache lines that these events will need. */
void replay_preview(void *replay, const struct event *events, size_t count);

/* Replay a slice; slices must come in the order of the merge. 0, or -1: memory is out. */
int replay_slice(struct replay *replay, const struct event_slice *slice);

/* By number: a call path as the allocator was called on it, and the lives of its blocks. */
static inline const struct call_path *replay_path(const struct replay *replay,
                                                  uint32_t path)
{
	return &replay->paths.paths[path];
}

static inline const struct path_life *replay_life(const struct replay *replay,
                                                  uint32_t path)
{
	return &replay->lives.paths.paths[path];
}

/* When a location was first on the stack of an allocation; UINT64_MAX: never. */
uint64_t replay_location_time(const struct replay *replay, uint32_t location);

/* Call after the last slice: completes all counts. 0, or -1: memory is out. */
int replay_finish(struct replay *replay);

#endif

/*
 * replay/call_paths.h - what each call path allocated, and the peak of all.
 *
 * The process's peak is the time when most bytes were live. Each call path's share of it is
 * found without ever going through all of them: every new maximum begins an epoch. A path that
 * is about to change, and was not changed in the current epoch, still has the share that it had
 * at the maximum: what is live in it now.
 */
#ifndef OUTLIVE_REPLAY_CALL_PATHS_H
#define OUTLIVE_REPLAY_CALL_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Live blocks of one call path (or one thread), and its share of the peak. */
struct live_share {
	uint64_t live_blocks, live_bytes;
	uint64_t peak_blocks, peak_bytes; /* at the process's peak */
	uint64_t peak_epoch;              /* the epoch of the two peak figures */
};

/* Most events touch only its first cache line. */
struct call_path {
	struct live_share share;
	uint64_t allocations, bytes; /* reallocs included, with their new size */
	uint64_t frees; /* blocks of it that ended, including those that were reallocated */
	uint64_t temporary; /* of these */
	uint64_t reallocs;  /* of the allocations */
	uint64_t failed;    /* allocations that returned NULL */
	uint64_t size_min, size_max;
	uint32_t node;           /* of the call tree */
	uint32_t live_max;       /* most blocks live at once */
	uint64_t live_bytes_max; /* most bytes live at once */
};

struct call_paths {
	struct call_path *paths; /* [0] is none */
	uint32_t count, capacity;
	uint64_t live_blocks, live_bytes; /* of all call paths */
	uint64_t peak_blocks, peak_bytes, peak_time;
	uint64_t peak_epoch;
};

/* Whether nothing of it is counted: only blocks that are not chosen were allocated on it. */
static inline bool call_path_is_empty(const struct call_path *path)
{
	return !path->allocations && !path->failed;
}

/* 0, or -1 when memory is out. */
int call_paths_init(struct call_paths *table);
void call_paths_release(struct call_paths *table);

/* Add a call path for a node: its number, or 0 when memory is out. */
uint32_t call_paths_add(struct call_paths *table, uint32_t node);

/* Call before live_* of a share change. */
static inline void live_share_touch(const struct call_paths *table,
                                    struct live_share *share)
{
	if (share->peak_epoch == table->peak_epoch)
		return;
	share->peak_blocks = share->live_blocks;
	share->peak_bytes = share->live_bytes;
	share->peak_epoch = table->peak_epoch;
}

/* So many blocks of that size are born, or end. */
static inline void live_share_grow(const struct call_paths *table,
                                   struct live_share *share, uint64_t blocks,
                                   uint64_t size)
{
	live_share_touch(table, share);
	share->live_blocks += blocks;
	share->live_bytes += blocks * size;
}

static inline void live_share_shrink(const struct call_paths *table,
                                     struct live_share *share, uint64_t blocks,
                                     uint64_t size)
{
	live_share_touch(table, share);
	share->live_blocks -= blocks;
	share->live_bytes -= blocks * size;
}

/* The same for the whole process; call it after the shares have grown. */
static inline void call_paths_grow(struct call_paths *table, uint64_t blocks,
                                   uint64_t size, uint64_t time)
{
	table->live_blocks += blocks;
	table->live_bytes += blocks * size;
	if (table->live_bytes > table->peak_bytes) {
		table->peak_bytes = table->live_bytes;
		table->peak_blocks = table->live_blocks;
		table->peak_time = time;
		table->peak_epoch++;
	}
}

static inline void call_paths_shrink(struct call_paths *table, uint64_t blocks,
                                     uint64_t size)
{
	table->live_blocks -= blocks;
	table->live_bytes -= blocks * size;
}

#endif

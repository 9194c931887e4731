/*
 * replay/alive.h - what is alive at the end of a flight recorder's recording, whenever it was
 * born, by call path: from the account in its ring, which is of a sample of the blocks.
 */
#ifndef OUTLIVE_REPLAY_ALIVE_H
#define OUTLIVE_REPLAY_ALIVE_H

#include "replay/sample.h"
#include "replay/source_map.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Estimates, without bias. */
struct alive_sum {
	double blocks, bytes;
	uint64_t seen; /* sampled blocks */
	struct sample_variance variance;
};

struct alive_path {
	size_t first;      /* in `locations`: source locations, innermost first */
	uint32_t count;    /* 0: the blocks of call paths that are not known */
	uint32_t left_out; /* outer machine frames that are missing */
	struct alive_sum live;
	struct alive_sum before; /* of these: born before the window began */
	/* of the whole recording; a call path that was born on twice counts twice */
	double born_blocks, born_bytes;
	uint64_t births; /* sampled blocks */
	uint64_t
		time_oldest; /* quanta: birth of the oldest that is alive; TIME_NEVER: none is */
};

struct alive {
	bool is_known;
	uint64_t mean_bytes;
	/* quanta: from here on all events are there; the beginning, if none is overwritten */
	uint64_t window_time;
	bool is_window_cut;       /* events before it are overwritten */
	struct alive_path *paths; /* most live bytes first */
	size_t path_count, path_capacity;
	uint32_t *locations;
	size_t location_count, location_capacity;
	struct alive_path total; /* without locations */
	uint64_t unplaced;       /* sampled blocks that had no room: not in any sum */
	bool is_full;            /* call paths found no room */
	uint64_t damaged;        /* parts that could not be read */
};

/*
 * Read it; addresses get locations in both maps. Damage is reported in the reader's problems. 0,
 * or -1: memory is out. Release it either way.
 */
int alive_read(struct alive *alive, struct trace_reader *reader,
               const struct trace_process *process, struct address_map *map,
               struct source_map *sources);
void alive_release(struct alive *alive);

#endif

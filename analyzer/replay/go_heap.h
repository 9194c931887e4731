/*
 * replay/go_heap.h - what the sampler of a Go runtime has counted: allocations and frees of Go's
 * own heap, by call path.
 */
#ifndef OUTLIVE_REPLAY_GO_HEAP_H
#define OUTLIVE_REPLAY_GO_HEAP_H

#include "trace/address_map.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* If not each allocation is sampled, these are estimates, as Go's own tools make them. */
struct go_heap_sum {
	uint64_t objects, bytes;
	uint64_t freed_objects, freed_bytes; /* as far as the runtime has noticed */
	/* that the last complete collection has left; all that are not freed, if there was none */
	uint64_t in_use_objects, in_use_bytes;
	/*
	 * that a complete collection found dead. What is neither was allocated since the last one
	 * began: whether it is needed is not known
	 */
	uint64_t dead_objects, dead_bytes;
};

struct go_heap_path {
	size_t first;   /* in `locations`: the innermost frame's */
	uint32_t count; /* frames */
	uint64_t samples;
	struct go_heap_sum sum;
};

struct go_heap {
	bool is_known;
	uint64_t rate;        /* bytes for each sample; 0 or 1: everything was counted */
	uint64_t time;        /* quanta: of the reading */
	uint32_t collections; /* until then */
	bool is_cut;          /* call paths are missing */
	bool is_own_rate;     /* the program set it: what it allocated before had another */
	uint64_t own_rate_time; /* quanta: of the first reading that found it so */
	bool is_damaged;        /* a record of it is: the reader's problems say which */
	bool
		is_uncollected; /* some runtime has no full collection: all of its objects are in use */
	bool is_moved; /* a collection ended during the reading */
	uint32_t
		*locations; /* machine locations: of each, the innermost function is meant */
	size_t location_count, location_capacity;
	struct go_heap_path *paths; /* most bytes first; no two have the same locations */
	size_t path_count, path_capacity;
	struct go_heap_sum total;
};

/*
 * Read it from a recording; the addresses get locations in the map. Damage is reported in the
 * reader's problems. 0, or -1: memory is out. Release it either way.
 */
int go_heap_read(struct go_heap *heap, struct trace_reader *reader,
                 const struct trace_process *process, struct address_map *map);
void go_heap_release(struct go_heap *heap);

#endif

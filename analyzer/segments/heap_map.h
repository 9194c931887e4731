/*
 * segments/heap_map.h - which pages of libc's heap were in memory at one time, by arena.
 */
#ifndef OUTLIVE_SEGMENTS_HEAP_MAP_H
#define OUTLIVE_SEGMENTS_HEAP_MAP_H

#include "base/error.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEAP_PAGE UINT64_C(4096)

/* [heap], or one of the 64 MiB heaps of an arena. What the trace has in pieces is joined. */
struct heap_area {
	uint64_t start, end;
	uint64_t arena; /* address of the arena; 0: the main arena */
	uint64_t
		top; /* where the arena's top chunk begins; 0: not in this area, or unknown */
};

/* Pages that follow each other and are in memory. */
struct heap_run {
	uint64_t start, end; /* addresses */
	uint64_t page;       /* pages in all runs before it */
	uint32_t area;       /* index */
};

struct heap_map {
	uint64_t time; /* quanta */
	bool is_exit;  /* taken by the process itself, when its exit phase began */
	struct heap_area *areas; /* by address; they do not overlap */
	size_t area_count, area_capacity;
	struct heap_run *runs; /* by address */
	size_t run_count, run_capacity;
	uint64_t pages; /* in all runs */
};

/* The heap when most of it was in memory, and as it was last. */
enum heap_moment { HEAP_LARGEST, HEAP_LAST, HEAP_MOMENTS };

struct heap_maps {
	/* no runs: unknown; LARGEST: or not larger than the last */
	struct heap_map maps[HEAP_MOMENTS];
};

/*
 * Read both from a recording. What was allocated and freed by exit handlers is not in them: the
 * last is from when the exit phase began or, if that is not known, from before. Damage is
 * reported in the reader's problems. 0, or -1: memory is out. Release them either way.
 */
int heap_maps_read(struct heap_maps *maps, struct trace_reader *reader,
                   const struct trace_process *process, uint64_t exit_start);
void heap_maps_release(struct heap_maps *maps);

/*
 * Add a part: its `runs`, of 4 bytes each, are the pages that are not in memory, that are, and so
 * on. 0; -1 and *error: it cannot be, or memory is out.
 */
int heap_map_add(struct heap_map *map, const struct heap_part *part,
                 const uint8_t *runs, struct error *error);
void heap_map_release(struct heap_map *map);

/* The index of the first run that ends above an address; run_count: none. */
size_t heap_map_find(const struct heap_map *map, uint64_t address);

#endif

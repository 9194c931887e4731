/*
 * segments/self_view.h - the snapshots that a recorded process took of its own address space:
 * at its start, when libraries were loaded or unloaded, before exec, and at its end. They have
 * the sizes of the mappings and, if the process read smaps, how much was resident.
 */
#ifndef OUTLIVE_SEGMENTS_SELF_VIEW_H
#define OUTLIVE_SEGMENTS_SELF_VIEW_H

#include "segments/snapshot_use.h"
#include "segments/snapshot.h"
#include "trace/reader.h"

struct self_snapshot {
	uint64_t time;   /* quanta */
	uint32_t reason; /* enum maps_reason */
	bool is_whole;   /* false: the ring had no room for all mappings */
	uint64_t sizes[SEGMENT_COUNT], total; /* total: without SEGMENT_OUTLIVE */
	uint32_t mappings[SEGMENT_COUNT], mapping_count;
	struct large_spans spans;
	uint64_t moved; /* bytes moved to the heap: segments/reassign.h */
	struct view_totals totals;
	struct segment_snapshot *snapshot; /* NULL: resident sizes are unknown */
};

struct self_view {
	struct self_snapshot *views; /* in order of time */
	size_t count, capacity, sampled;
};

/*
 * Call self_view_load() with each chunk of definitions of one process, in order, like
 * address_map_load().
 */
struct self_view_loader;
struct self_view_loader *self_view_loader_new(struct self_view *into);
int self_view_load(struct self_view_loader *loader, const uint8_t *data, size_t bytes,
                   struct error *error);
void self_view_loader_end(struct self_view_loader *loader);

/*
 * Read all snapshots that the process took of itself. Damage is reported in the reader's
 * problems. 0, or -1: memory is out. Release them either way.
 */
int self_view_read(struct self_view *views, struct trace_reader *reader,
                   const struct trace_process *process);
void self_view_release(struct self_view *views);

/* "start", "modules", "exec", "end"; "?": a reason that only a later version knows. */
const char *view_reason(uint32_t reason);

#endif

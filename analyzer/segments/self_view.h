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

struct segment_picture {
	uint64_t time;   /* quanta */
	uint32_t reason; /* enum maps_reason */
	bool is_whole;   /* false: the ring had no room for all mappings */
	uint64_t sizes[SEGMENT_COUNT], total;
	uint32_t mappings[SEGMENT_COUNT], mapping_count;
	struct large_spans spans;
	uint64_t moved; /* bytes moved to the heap: segments/reassign.h */
	struct picture_totals totals;
	struct segment_sample *sample; /* NULL: resident sizes are unknown */
};

struct segment_pictures {
	struct segment_picture *pictures; /* in order of time */
	size_t count, capacity, sampled;
};

/*
 * Call picture_load() with each chunk of definitions of one process, in order, like
 * address_map_load().
 */
struct picture_loader;
struct picture_loader *picture_loader_new(struct segment_pictures *into);
int picture_load(struct picture_loader *loader, const uint8_t *data, size_t bytes,
                 struct error *error);
void picture_loader_end(struct picture_loader *loader);

/*
 * Read all snapshots that the process took of itself. Damage is reported in the reader's
 * problems. 0, or -1: memory is out. Release them either way.
 */
int segment_pictures_read(struct segment_pictures *pictures,
                          struct trace_reader *reader,
                          const struct trace_process *process);
void segment_pictures_release(struct segment_pictures *pictures);

/* "start", "modules", "exec", "end"; "?": a reason that only a later version knows. */
const char *picture_reason(uint32_t reason);

#endif

/*
 * segments/self_view.h - the address space of a recorded process as it saw itself: at its
 * start, when libraries came or went, before exec, at its end. By the mappings alone, so
 * sizes in addresses; where the process has looked, what was resident, too.
 */
#ifndef OUTLIVE_SEGMENTS_SELF_VIEW_H
#define OUTLIVE_SEGMENTS_SELF_VIEW_H

#include "segments/snapshot_use.h"
#include "segments/snapshot.h"
#include "trace/reader.h"

struct segment_picture {
	uint64_t time;   /* quanta */
	uint32_t reason; /* enum maps_reason */
	bool is_whole;   /* false: some mappings found no room in the ring */
	uint64_t sizes[SEGMENT_COUNT], total;
	uint32_t mappings[SEGMENT_COUNT], mapping_count;
	struct large_spans spans;
	uint64_t moved; /* of sizes, to heap: segments/reassign.h */
	struct picture_totals totals;
	struct segment_sample *sample; /* NULL: how much was resident is not known */
};

struct segment_pictures {
	struct segment_picture *pictures; /* in the order they were taken */
	size_t count, capacity, sampled;
};

/* As address_map_load(): of the chunks of a process, one after the other. */
struct picture_loader;
struct picture_loader *picture_loader_new(struct segment_pictures *into);
int picture_load(struct picture_loader *loader, const uint8_t *data, size_t bytes,
                 struct error *error);
void picture_loader_end(struct picture_loader *loader);

/*
 * All that the recording has of the process. Damage is told in the reader's problems. 0,
 * or -1: memory is out. Release them either way.
 */
int segment_pictures_read(struct segment_pictures *pictures,
                          struct trace_reader *reader,
                          const struct trace_process *process);
void segment_pictures_release(struct segment_pictures *pictures);

/* "start", "modules", "exec", "end"; "?": a later version's. */
const char *picture_reason(uint32_t reason);

#endif

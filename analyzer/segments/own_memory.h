/*
 * segments/own_memory.h - keeps the recorder's own memory out of the sizes that the kernel counts
 * for a whole process. Snapshots know it by its mappings (SEGMENT_OUTLIVE); of a size alone it is
 * what the nearest snapshot had of it, or what the process counted when it ended.
 */
#ifndef OUTLIVE_SEGMENTS_OWN_MEMORY_H
#define OUTLIVE_SEGMENTS_OWN_MEMORY_H

#include "segments/history.h"
#include "segments/self_view.h"

/*
 * Call once, when the history has its snapshots and sizes. Subtracts from the sizes, from the
 * kernel's peak, and from the totals that the process read of itself. Without any snapshot nothing
 * is known: then all of these stay as they are, and history->has_own is set. Sets own_most and
 * peak_is_bound, too.
 */
void own_memory_subtract(struct segment_history *history, struct self_view *views,
                         const struct ring_header *header);

#endif

/*
 * segments/self_snapshots.h - adds the snapshots that a process took of itself, before exec and
 * at its end, to the snapshots taken from outside.
 */
#ifndef OUTLIVE_SEGMENTS_SELF_SNAPSHOTS_H
#define OUTLIVE_SEGMENTS_SELF_SNAPSHOTS_H

#include "segments/history.h"
#include "segments/self_view.h"

/*
 * Insert each of the process's own snapshots with resident sizes into *history, by its time. If
 * any snapshot is the process's last, the latest of all becomes the last, whoever took it. 0,
 * or -1: memory is out.
 */
int self_snapshots_add(struct segment_history *history, const struct self_view *views,
                       const struct ring_header *header);

#endif

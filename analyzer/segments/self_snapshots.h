/*
 * segments/self_snapshots.h - what a process saw of itself, before exec and at its end, among the
 * samples from outside.
 */
#ifndef OUTLIVE_SEGMENTS_SELF_SNAPSHOTS_H
#define OUTLIVE_SEGMENTS_SELF_SNAPSHOTS_H

#include "segments/history.h"
#include "segments/self_view.h"

/*
 * Each picture that knows what was resident becomes a sample of *history, at its time. The
 * latest of all samples is the last then, whoever took it, if it was the process's end. 0,
 * or -1: memory is out.
 */
int segment_own_looks_add(struct segment_history *history,
                          const struct segment_pictures *pictures,
                          const struct ring_header *header);

#endif

/*
 * segments/reassign.h - moves blocks of malloc to the heap that are in mappings classified as
 * something else, once the events have shown which blocks were live.
 *
 * The size that is moved is exact. So is the resident part if the whole mapping is resident, or
 * none of it. Otherwise it is unknown whose pages are resident, and blocks are assumed to have
 * been touched before the rest of the mapping; `estimated` counts how much of that may be
 * wrong. The heap gains what another segment loses, so their sum stays what the kernel
 * reported. What was taken for the recorder's own is in no total until then.
 *
 * If a library replaces malloc (jemalloc, tcmalloc, ..), and no other runtime maps memory of
 * its own, a mapping in SEGMENT_OTHER in which any block is live belongs to that malloc as a
 * whole.
 */
#ifndef OUTLIVE_SEGMENTS_REASSIGN_H
#define OUTLIVE_SEGMENTS_REASSIGN_H

#include "segments/history.h"
#include "segments/self_view.h"

/*
 * Move the blocks in all snapshots, and find the segments' peaks again. The caller has measured
 * the spans. `runtimes`: enum segments_runtime, or'ed, of the process.
 */
void segment_moves_snapshots(struct segment_history *history, uint32_t runtimes);

/* The same for the process's own snapshots: only the sizes of their segments change. */
void segment_moves_self_view(struct self_view *views, uint32_t runtimes);

#endif

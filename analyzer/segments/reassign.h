/*
 * segments/reassign.h - blocks of malloc in mappings that were not taken for heap: what they
 * take is moved to the heap, once the events have told which blocks lived.
 *
 * Of the size that is exact. Of what is resident, too, where the whole mapping is, or
 * nothing of it; else nobody knows which pages those are, and blocks are taken to have been
 * touched before what else there is. How much of that might be otherwise is counted. What a
 * segment gives up the heap gets, so their sum stays what the kernel said.
 *
 * Where a library is the malloc (jemalloc, tcmalloc, ..), and no other runtime has memory of
 * its own, a mapping that was taken for nothing in particular and in which any block lives
 * is that malloc's as a whole.
 */
#ifndef OUTLIVE_SEGMENTS_REASSIGN_H
#define OUTLIVE_SEGMENTS_REASSIGN_H

#include "segments/history.h"
#include "segments/self_view.h"

/*
 * The spans are measured; the peaks of segments are found again. `runtimes`: enum
 * segments_runtime, or'ed, of the process.
 */
void segment_moves_samples(struct segment_history *history, uint32_t runtimes);

/* Sizes alone. */
void segment_moves_pictures(struct segment_pictures *pictures, uint32_t runtimes);

#endif

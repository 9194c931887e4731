/*
 * ring/growth.h - how much of the ring is in memory, and the process's peak without that.
 *
 * The kernel counts the most that was ever resident (VmHWM), but neither when that was, nor what
 * of it was the recorder's. The ring is what grows of the recorder's memory while the program
 * runs, a chunk at a time: so the kernel is asked each time before it grows, and what the ring
 * had until then is taken off. Both are in page 0, so that they are known of a process that was
 * killed, too.
 */
#ifndef OUTLIVE_PRELOAD_RING_GROWTH_H
#define OUTLIVE_PRELOAD_RING_GROWTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring_format.h"

/* Page 0 has been filled in: `bytes` of the ring are in memory. */
void ring_growth_begin(struct ring_header *header, size_t bytes);

/* Call before the ring grows; in page 0, peak_bytes may become more. */
void ring_growth_peak(struct ring_header *header);

/* The same, with the most that was ever resident (VmHWM, bytes; 0: unknown). */
void ring_growth_peak_is(struct ring_header *header, uint64_t bytes);

/* The ring has grown by so many bytes. */
void ring_growth_add(struct ring_header *header, size_t bytes);

/*
 * Whether there is no filter of system calls but one that was there when the process began: the
 * loader could read files by pread64() under it.
 */
bool ring_growth_is_unfiltered(const struct ring_header *header);

#endif

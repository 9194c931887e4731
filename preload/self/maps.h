/*
 * self/maps.h - the address space as the process sees it, written into the ring.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_H
#define OUTLIVE_PRELOAD_SELF_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "trace_format.h"

/*
 * Write a picture of /proc/self/maps: some twenty microseconds for twenty mappings, by system
 * calls only. Definitions stay in a flight recorder's ring for ever, so all pictures together
 * take at most a sixteenth of it, and those that are neither the first nor the last half of
 * that; what finds no room is left out, and the picture is not marked as whole. Pictures
 * of MAPS_MODULES and MAPS_EXEC keep about 100 ms apart from the one before (but the first
 * before exec, from the one at the start, unless the process began by fork): false means
 * that it was too soon, and nothing was done.
 *
 * MAPS_EXEC and MAPS_END come with the process's totals, and with how much of each mapping is
 * in memory, by /proc/self/smaps, if that may be had in a hundredth of the time that the
 * process has lived (of the processor's: it may have to wait for it), all such pictures together, and never more than 100 ms. Of lives below
 * 30 ms, for 300 us; but never for more than a tenth: who starts thousands of programs that
 * last a millisecond gets the totals only.
 */
bool maps_note(enum maps_reason reason);

/* In a forked child, after definitions_forked(): its ring has none yet. */
void maps_forked(void);

#endif

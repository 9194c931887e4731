/*
 * self/maps.h - the address space as the process sees it, written into the ring.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MAPS_H
#define OUTLIVE_PRELOAD_SELF_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "record_format.h"

/*
 * Write a snapshot of /proc/self/maps: about twenty microseconds for twenty mappings, by system
 * calls only. Definitions stay in a flight recorder's ring for ever, so all snapshots together
 * take at most a sixteenth of the ring, and those that are neither the first nor the last take
 * at most half of that. What finds no room is left out, and the snapshot is not marked as
 * whole.
 *
 * Snapshots of MAPS_MODULES and MAPS_EXEC keep about 100 ms apart from the one before (except
 * the first before exec, which may come sooner after the one at the start, unless the process
 * began by fork). False: it was too soon, and nothing was done.
 *
 * MAPS_EXEC and MAPS_END also write the process's totals, what of them is the recorder's own,
 * and from /proc/self/smaps how much of each mapping is in memory, if all such snapshots
 * together take at most 1 % of the process's life so far (processor time: the process may have
 * to wait for it), and never more than 100 ms. Processes younger than 30 ms get 300 us, but
 * never more than a tenth of their life: a program that starts thousands of programs which last
 * a millisecond gets the totals only.
 */
bool maps_record(enum maps_reason reason);

/* What remains of that time now, and to take some of it for another record. */
uint64_t maps_allowance_ns(void);
void maps_spend(uint64_t cost_ns);

/* Call in a forked child after definitions_forked(): its ring has no snapshot yet. */
void maps_forked(void);

#endif

/*
 * maps_note.h - the address space as the process sees it, written into the ring. Layer 5.
 */
#ifndef OUTLIVE_MAPS_NOTE_H
#define OUTLIVE_MAPS_NOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "trace_format.h"

/*
 * Write a picture of /proc/self/maps: some twenty microseconds for twenty mappings, by system
 * calls only. Definitions stay in a flight recorder's ring for ever, so all pictures together
 * take at most a sixteenth of it, and those that are neither the first nor the last half of
 * that; what finds no room is left out, and the picture is not marked as whole. Pictures
 * of MAPS_MODULES and MAPS_EXEC keep about 100 ms apart from the one before: false means
 * that it was too soon, and nothing was done.
 */
bool maps_note(enum maps_reason reason);

/* In a forked child, after definitions_forked(): its ring has none yet. */
void maps_forked(void);

#endif

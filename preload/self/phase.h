/*
 * self/phase.h - writes the phase of the process into the ring.
 *
 * The C library's phases are load, main and exit: each begins once, in this order. The
 * program's own phases lie within those: one name at a time, for the whole process.
 */
#ifndef OUTLIVE_PRELOAD_SELF_PHASE_H
#define OUTLIVE_PRELOAD_SELF_PHASE_H

#include <stdint.h>

#include "record_format.h"

#define PHASE_CHANGES_MAX \
	4096 /* changes of the program's phase; later ones are dropped and counted */

/*
 * PHASE_MAIN or PHASE_EXIT begins at `time`, in quanta. Does nothing if it, or a later phase,
 * has begun already.
 */
void phase_write(enum phase phase, uint64_t time);

/*
 * The program begins a phase of its own, or (NULL or "") ends it. The same name again does
 * nothing. Once there were too many changes, or they took a sixteenth of the ring, no phase has
 * a name any more.
 */
void phase_write_name(const char *name);

/*
 * The same while there is no ring, or, in a forked child, none of its own: they are written if
 * there ever is one.
 */
void phase_remember(enum phase phase);
void phase_remember_name(const char *name);

/*
 * Call when a ring is new: in a forked child after definitions_forked(), or where recording begins
 * late. Writes the phases that the process is in.
 */
void phase_forked(void);

#endif

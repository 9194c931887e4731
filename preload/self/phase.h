/*
 * self/phase.h - the phase that the process is in, told to the ring.
 *
 * The C library's: load, main, exit, each begins once and in this order. The program's:
 * one name at a time, for the whole process, within those.
 */
#ifndef OUTLIVE_PRELOAD_SELF_PHASE_H
#define OUTLIVE_PRELOAD_SELF_PHASE_H

#include <stdint.h>

#include "trace_format.h"

#define PHASE_CHANGES_MAX 4096 /* of names; later ones are dropped, and counted */

/* PHASE_MAIN or PHASE_EXIT begins at `time`, quanta; nothing, if it or a later one has. */
void phase_note(enum phase phase, uint64_t time);

/*
 * The program says that it begins a phase of its own, or (NULL, "") that it ends it. Again
 * the same name as before: nothing. Once there were too many changes, or they took a
 * sixteenth of the ring, no phase has a name any more.
 */
void phase_note_name(const char *name);

/* The same in a forked child that has no ring yet: to be told if it ever has one. */
void phase_remember(enum phase phase);

/* In a forked child, after definitions_forked(): the phases it was forked in. */
void phase_forked(void);

#endif

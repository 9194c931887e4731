/*
 * event/by_program.h - the program starts, ends and copies its own recording: outlive_start(),
 * outlive_stop() and outlive_snapshot() of outlive.h.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_BY_PROGRAM_H
#define OUTLIVE_PRELOAD_EVENT_BY_PROGRAM_H

#include <stdbool.h>

#include "stack/walk.h"

/* True: the process is recorded now. */
bool by_program_begin(const struct walk_start *caller);

/* False: it was not recorded, or somebody else ends its recording. */
bool by_program_end(const struct walk_start *caller);

/* Ask the reader to copy what the flight recorder has. False: there is no such, or no reader. */
bool by_program_snapshot(void);

#endif

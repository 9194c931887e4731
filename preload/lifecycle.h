/*
 * lifecycle.h - when recording begins, and what becomes of it in forked children. Layer 8.
 */
#ifndef OUTLIVE_LIFECYCLE_H
#define OUTLIVE_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "stack_walk.h"

/* True while events are recorded. */
extern bool lifecycle_recording;

/* In a page that fork wipes: 0 means that this is a forked child that knows nothing yet. */
extern volatile uint32_t *lifecycle_sentinel;

/*
 * The way into an interposed call: true if the call is to be recorded; the guard is held
 * then, and guard_leave() must follow. False: forward the call and no more. `caller`
 * is the interposed function's.
 */
bool lifecycle_enter_cold(const struct walk_start *caller);

/* In a forked child, guard held: a ring of its own. False: none is to be had. */
bool lifecycle_forked(void);

#endif

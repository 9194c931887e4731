/*
 * faults/go_end.h - what is recorded when Go's runtime ends the program: after a panic, a fatal
 * error, or a fault of C code.
 */
#ifndef OUTLIVE_PRELOAD_FAULTS_GO_END_H
#define OUTLIVE_PRELOAD_FAULTS_GO_END_H

#include "stack/walk.h"

/*
 * The program is about to exit with this status: runtime.exit was called from `caller`. Call on a
 * stack with room, with all signals blocked. Does nothing if the program itself wants to exit.
 */
void go_end_record(const struct walk_start *caller, int status);

#endif

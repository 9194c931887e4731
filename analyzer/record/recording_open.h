/*
 * record/recording_open.h - what every recording begins with: checked options, a trace, a drain.
 */
#ifndef OUTLIVE_RECORD_RECORDING_OPEN_H
#define OUTLIVE_RECORD_RECORDING_OPEN_H

#include "record/recording.h"

#define RECORDING_RING_BYTES (UINT64_C(64) << 20) /* by default */
#define RECORDING_SEGMENTS_MS 100

/*
 * Check --ring and --segments-every, and round the ring up to whole chunks. 0, or -1 and *error.
 */
int recording_check_options(struct recording *run, struct error *error);

/*
 * Create the trace, with its header and the directory of its rings, and the drain. 0, or -1 and
 * *error: then no file is left, and run->is_limited tells whether a limit of ours is the cause.
 */
int recording_open(struct recording *run, struct error *error);

/*
 * Serve the rings once. Returns the milliseconds until they must be served again. If the trace
 * cannot be written any more, the program runs on: is_cut is set, and the reason is printed once.
 */
int recording_step(struct recording *run);

#endif

/*
 * record/asked_snapshots.h - the snapshots of a flight recorder that the program itself asks for,
 * by outlive_snapshot() of outlive.h.
 */
#ifndef OUTLIVE_RECORD_ASKED_SNAPSHOTS_H
#define OUTLIVE_RECORD_ASKED_SNAPSHOTS_H

#include "record/drain.h"

/*
 * Start `outlive snapshot` for each process that has asked for one, without waiting for it. The
 * N-th of all, which *count numbers, is beside the `trace` of the recording: NAME.outlive becomes
 * NAME.snapshot-N.outlive.
 */
void asked_snapshots_take(struct drain *drain, const char *trace, unsigned *count);

/* Print where these `count` snapshots are, if there are any. */
void asked_snapshots_tell(const char *trace, unsigned count);

#endif

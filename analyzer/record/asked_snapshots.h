/*
 * record/asked_snapshots.h - the snapshots of a flight recorder that the program itself asks for,
 * by outlive_snapshot() of outlive.h.
 *
 * However often it asks, one is made at a time, and one a second at most: calls that come meanwhile
 * are answered by one later snapshot of their process.
 */
#ifndef OUTLIVE_RECORD_ASKED_SNAPSHOTS_H
#define OUTLIVE_RECORD_ASKED_SNAPSHOTS_H

#include "record/drain.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct asked_snapshots {
	unsigned count;    /* begun, without those that failed */
	uint64_t answered; /* calls that have their snapshot */
	uint64_t late;     /* calls of processes that ended before the copy was made */
	uint64_t failed;   /* other calls whose snapshot could not be made */
	uint32_t calls;    /* that the running one answers */
	pid_t running;     /* `outlive snapshot`, our child; 0: none */
	pid_t of;          /* the process that it copies */
	uint64_t next_ns;  /* CLOCK_MONOTONIC: no other begins before that */
};

/*
 * Start `outlive snapshot` for a process that has asked for one, if one may begin, without waiting
 * for it. The N-th of all is beside the `trace` of the recording: NAME.outlive becomes
 * NAME.snapshot-N.outlive.
 */
void asked_snapshots_step(struct asked_snapshots *asked, struct drain *drain,
                          const char *trace);

/* Whether one is being made. */
bool asked_snapshots_are_running(struct asked_snapshots *asked);

/*
 * Print where the snapshots are, if any were asked for. `late`: calls whose process ended before
 * they were noticed, and whose content is therefore in the trace.
 */
void asked_snapshots_tell(const struct asked_snapshots *asked, uint64_t late,
                          const char *trace);

#endif

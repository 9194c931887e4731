/*
 * trace/counts.h - how much one process recorded, and how much is missing. Reads every chunk
 * and checks every record, but replays nothing.
 */
#ifndef OUTLIVE_TRACE_COUNTS_H
#define OUTLIVE_TRACE_COUNTS_H

#include "trace/reader.h"

#include <stdint.h>

/* Events that happened but are not in the recording. */
struct lost_counts {
	uint64_t events; /* recorder + damaged + holes */
	/* Sum of header.lost, without the causes that lose no events: see losses_sum(). */
	uint64_t recorder;
	uint64_t drained; /* part of `recorder`: in the trace, missing only in this ring */
	uint64_t damaged; /* in chunks that could not be read */
	uint64_t holes; /* gaps in the threads' own counts that the others do not explain */
};

/* The sum of the events that the recorder lost, by enum loss_cause. */
struct losses {
	uint64_t events;
	unsigned main;    /* the cause of most of them */
	bool has_several; /* more than one cause */
};
struct losses losses_sum(const uint64_t lost[LOST_CAUSES_MAX]);

/* `holes`: all gaps in the threads' own counts, whatever their reason. */
struct lost_counts lost_count(const struct trace_process *process, uint64_t holes);

struct process_counts {
	uint64_t events;
	uint64_t allocations; /* that succeeded, including reallocs */
	uint64_t bytes;       /* that these asked for */
	uint64_t frees, reallocs, failed;
	uint64_t threads;
	uint64_t plain;     /* events whose frames are not exact */
	uint64_t time_last; /* quanta: the last event or sign of life; 0: none */
	struct lost_counts lost;
};

/*
 * Count one process. `phases`, or NULL: the sealed phases of the process; what was allocated in
 * each of them is added, and they are ended. progress may be NULL. 0, or -1 when memory is out.
 */
int process_count(struct process_counts *counts, struct trace_reader *reader,
                  struct trace_process *process, struct phases *phases,
                  void (*progress)(void *context, uint64_t events, uint64_t expected),
                  void *context);

#endif

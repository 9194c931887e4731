/*
 * trace/counts.h - how much of what one process recorded, and what is missing: every
 * chunk is read and every record checked, but nothing is replayed.
 */
#ifndef OUTLIVE_TRACE_COUNTS_H
#define OUTLIVE_TRACE_COUNTS_H

#include "trace/reader.h"

#include <stdint.h>

/* What is not there although it happened. */
struct lost_counts {
	uint64_t events;   /* all of the below */
	uint64_t recorder; /* as header.lost counts them, without LOST_DEFINITIONS,
	                      LOST_STACKS_CUT and LOST_STUBS, which lose no events */
	uint64_t drained;  /* of these: in the trace, so missing only in this ring */
	uint64_t damaged;  /* in chunks that could not be read */
	uint64_t holes;    /* missed in the threads' own counts, not explained by these */
};

/* Events that the recorder lost, by enum loss_cause, added up. */
struct losses {
	uint64_t events;
	unsigned main;    /* the cause of most of them */
	bool has_several; /* causes */
};
struct losses losses_sum(const uint64_t lost[LOST_CAUSES_MAX]);

/* `holes`: events that the threads' counts miss, whatever the reason. */
struct lost_counts lost_count(const struct trace_process *process, uint64_t holes);

struct process_counts {
	uint64_t events;
	uint64_t allocations; /* that succeeded, reallocs included */
	uint64_t bytes;       /* asked for by them */
	uint64_t frees, reallocs, failed;
	uint64_t threads;
	uint64_t plain;     /* events whose frames are not exact */
	uint64_t time_last; /* of an event, or when it was last seen; quanta; 0: never */
	struct lost_counts lost;
};

/*
 * `phases`: of the process, sealed: what was allocated in each is added, and they are ended;
 * or NULL. progress may be NULL. 0, or -1 when memory is out.
 */
int process_count(struct process_counts *counts, struct trace_reader *reader,
                  struct trace_process *process, struct phases *phases,
                  void (*progress)(void *context, uint64_t events, uint64_t expected),
                  void *context);

#endif

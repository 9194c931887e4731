/*
 * report/row.h - a row of a report: a call path, a function, a module, a thread.
 */
#ifndef OUTLIVE_REPORT_ROW_H
#define OUTLIVE_REPORT_ROW_H

#include "replay/sample.h"
#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct report_row {
	/* of the call path or the function; only the module if grouped by module */
	struct stack_name name;
	/* if grouped by thread only: the thread; or one of the goroutines with the same start */
	const struct thread *thread;
	uint64_t goroutines;            /* how many there were; 0: it is a thread */
	const struct label_set *labels; /* if grouped by label only */
	/* if grouped by call path: its node; else the node of one of the row's paths */
	uint32_t node;
	uint32_t path; /* the call path of that node */
	/* if grouped by function: its number in the function table, the least if it has several */
	uint32_t function;
	uint32_t path_count;
	uint64_t allocations, bytes, frees, reallocs, failed;
	uint64_t temporary, crossed;
	uint64_t live_blocks, live_bytes;
	/* number of call paths; not if grouped by thread */
	uint64_t hidden_blocks, hidden_bytes;
	uint64_t peak_blocks, peak_bytes;
	uint64_t size_min, size_max; /* not if grouped by thread */
	/* of a sample: of what was allocated, and of what is live; not if grouped by thread */
	struct sample_variance made, live;
	struct class_counts classes; /* not if grouped by thread */
	struct class_share share;    /* of report_rows_of_class(): the blocks asked for */
	/* its function is the user's own code; of a module: one of its functions is */
	bool is_mine;
};

struct report_rows {
	struct report_row *rows;
	size_t count;
};

#endif

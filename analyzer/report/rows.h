/*
 * report/rows.h - the sites of a profile, grouped and sorted as a report wants them.
 */
#ifndef OUTLIVE_REPORT_ROWS_H
#define OUTLIVE_REPORT_ROWS_H

#include "verdict/classes.h"
#include "report/settings.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What programs get of the path of a site: of one with more calls the ends alone. Each level of
 * a deep recursion that allocates is a site: with all frames of each, their size would grow with
 * the square of the depth.
 */
#define PATH_CALLS 256
#define PATH_INNER 48
#define PATH_OUTER 16

struct report_row {
	struct stack_name name; /* of the site or the function; module alone if by module */
	const struct thread *thread; /* by thread only */
	uint32_t node; /* by site: of the call tree; else of one of its sites */
	uint32_t site; /* the site of that node */
	uint32_t site_count;
	uint64_t allocations, bytes, frees, reallocs, failed;
	uint64_t temporary, crossed;
	uint64_t live_blocks, live_bytes;
	uint64_t hidden_blocks, hidden_bytes; /* of these; not by thread */
	uint64_t peak_blocks, peak_bytes;
	uint64_t size_min, size_max; /* not by thread */
	struct class_counts classes; /* not by thread */
};

struct report_rows {
	struct report_row *rows;
	size_t count;
};

/* Group and sort all of it. 0, or -1 when memory is out. */
int report_rows_make(struct report_rows *rows, const struct classes *classes,
                     enum report_group group, enum report_sort sort);

/* Keep only the rows that have blocks of a class; most bytes of it first. */
void report_rows_keep(struct report_rows *rows, enum life_class class);
void report_rows_release(struct report_rows *rows);

/* What the row is sorted by. */
uint64_t report_row_weight(const struct report_row *row, enum report_sort sort);

#endif

/*
 * report/mapping_rows.h - what mapped memory, by call path or by call site, as reports want it.
 */
#ifndef OUTLIVE_REPORT_MAPPING_ROWS_H
#define OUTLIVE_REPORT_MAPPING_ROWS_H

#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mapping_row {
	struct stack_name name; /* of the innermost frame that is no wrapper */
	uint32_t number;        /* of its first call path in replay/mappings.h */
	uint32_t node;          /* of that call path */
	uint32_t function;      /* of that innermost frame, as in struct classes */
	uint32_t path_count;
	/* The sums of its call paths; `most`: at once they had at least so much together .. */
	struct mapping_path sums;
	uint64_t most_sum; /* .. and at most so much */
	bool is_mine;      /* its function is the user's own code */
};

struct mapping_rows {
	struct mapping_row *rows; /* the one with most bytes at once comes first */
	size_t count;
};

/*
 * A row for each call path, or for each line of source that maps. 0, or -1 when memory is out;
 * release them either way.
 */
int mapping_rows_make(struct mapping_rows *rows, const struct classes *classes,
                      bool by_path);
void mapping_rows_release(struct mapping_rows *rows);

/* Bytes of the row that are still mapped at the end. */
static inline uint64_t mapping_row_left(const struct mapping_row *row)
{
	return row->sums.bytes - row->sums.ended;
}

/* Whether the row has mapped anything, or tried to: others only unmap. */
static inline bool mapping_row_maps(const struct mapping_row *row)
{
	return row->sums.calls || row->sums.failed;
}

#endif

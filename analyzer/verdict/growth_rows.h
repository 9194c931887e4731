/*
 * verdict/growth_rows.h - the growing call sites as a reader sees them: those with the same
 * function and line are one row.
 */
#ifndef OUTLIVE_VERDICT_GROWTH_ROWS_H
#define OUTLIVE_VERDICT_GROWTH_ROWS_H

#include "verdict/classes.h"
#include "verdict/stack_names.h"

#include <stdbool.h>
#include <stdint.h>

struct growth_row {
	struct stack_name name;
	uint32_t first,
		count; /* its calls in `call_sites` of the rows, the largest growth first */
	uint64_t half_bytes, end_bytes, growth_bytes; /* of all of them */
	uint64_t
		last_time; /* quanta; when its last live block was born; UINT64_MAX: open */
	bool is_mine;
};

struct growth_rows {
	struct growth_row *rows; /* in the order of growth_order() */
	uint32_t *call_sites;    /* numbers in classes->growths */
	uint32_t count;
};

/* 0, or -1 when memory is out; release them either way. */
int growth_rows_make(struct growth_rows *rows, const struct classes *classes);
void growth_rows_release(struct growth_rows *rows);

#endif

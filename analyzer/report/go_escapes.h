/*
 * report/go_escapes.h - what `outlive go escape` shows: what Go's compiler could not keep on
 * stacks, what that cost in a run, and C's memory by the line of Go that asked for it.
 */
#ifndef OUTLIVE_REPORT_GO_ESCAPES_H
#define OUTLIVE_REPORT_GO_ESCAPES_H

#include "verdict/escape_lines.h"
#include "verdict/go_lines.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct go_escape_report {
	const struct escape_lines
		*lines;       /* ranked; NULL: no output of a compiler was given */
	size_t used;      /* lines with objects */
	bool has_go_heap; /* the trace says what Go's heap has */
	uint64_t
		rate; /* bytes for each sampled object of Go's heap; 0 or 1: all were counted */
	const struct go_lines *c_lines;
	const struct classes *classes;
	uint64_t top; /* rows of a table; 0: all */
};

#endif

/*
 * report/segments.h - what is shown of the segments of a process.
 */
#ifndef OUTLIVE_REPORT_SEGMENTS_H
#define OUTLIVE_REPORT_SEGMENTS_H

#include "segments/rows.h"
#include "segments/symbols.h"

struct segment_report {
	const struct segments *segments;
	enum segment_group group;
	uint64_t top; /* number of rows, 0: all; does not limit segments */
	/* or NULL; if set, rows are symbols, whatever `group` says */
	const struct segment_symbols *symbols;
	bool is_by_goroutine; /* rows are functions that goroutines began with; the same */
};

#endif

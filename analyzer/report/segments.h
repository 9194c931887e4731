/*
 * report/segments.h - segments as a table for people, as JSON, as CSV.
 */
#ifndef OUTLIVE_REPORT_SEGMENTS_H
#define OUTLIVE_REPORT_SEGMENTS_H

#include "base/screen.h"
#include "segments/rows.h"
#include "segments/symbols.h"

#define SEGMENTS_JSON_SCHEMA "outlive-segments-1"

struct segment_report {
	const struct segments *segments;
	enum segment_group group;
	uint64_t top; /* rows, 0: all; never of segments */
	const struct segment_symbols
		*symbols; /* by symbol, whatever `group` says; or NULL */
};

/* Each returns 0, or -1: memory is out. */
int segment_report_text(const struct segment_report *report,
                        const struct screen *screen);
int segment_report_json(const struct segment_report *report, FILE *file);
int segment_report_csv(const struct segment_report *report, FILE *file);

#endif

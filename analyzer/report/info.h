/*
 * report/info.h - what is shown of a whole recording, after all of it was read.
 */
#ifndef OUTLIVE_REPORT_INFO_H
#define OUTLIVE_REPORT_INFO_H

#include "trace/counts.h"
#include "trace/phases.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often snapshots of its memory were taken, and its size was read. */
struct segments_count {
	size_t read, refused, sizes;
	uint64_t interval_ns, sizes_ns;
};

/* What is known of a recording once all of it was read. */
struct recording_info {
	struct trace_reader *reader;
	struct process_counts *counts;   /* one for each process */
	struct phases **phases;          /* one for each process */
	struct segments_count *segments; /* one for each process */
	uint64_t damaged;                /* events that were lost by damage */
	bool is_damaged;                 /* a part of it cannot be read */
};

/* Whether it was written to its end, and can be read to its end. */
static inline bool recording_is_complete(const struct recording_info *info)
{
	return trace_reader_is_trace(info->reader) &&
	       trace_reader_is_complete(info->reader) && !info->is_damaged;
}

#endif

/*
 * live/memory.h - the memory segments of a followed process, by the last snapshot of its recording.
 */
#ifndef OUTLIVE_LIVE_MEMORY_H
#define OUTLIVE_LIVE_MEMORY_H

#include "segments/segment.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stdint.h>

struct live_memory {
	bool is_known;
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	struct memory_use uses[SEGMENT_COUNT];
	struct memory_use total; /* without outlive's own */
};

/* Take the last snapshot, if there is one that could be read. 0, or -1: memory is out. */
int live_memory_read(struct live_memory *memory, struct trace_reader *reader,
                     const struct trace_process *process);

#endif

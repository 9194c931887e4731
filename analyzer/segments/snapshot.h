/*
 * segments/snapshot.h - how a process used its memory at one time, and the bytes of a
 * BLOCK_SEGMENTS that say it.
 */
#ifndef OUTLIVE_SEGMENTS_SNAPSHOT_H
#define OUTLIVE_SEGMENTS_SNAPSHOT_H

#include "base/error.h"
#include "segments/large_blocks.h"
#include "segments/segment.h"
#include "base/text.h"
#include "trace_format.h"

/* The stack of one thread: the mapping it lies in. */
struct segment_stack {
	uint32_t tid;
	char name[17]; /* to be escaped */
	uint64_t size, rss;
};

/* What large blocks of malloc take of mappings that were not taken for heap. Bytes. */
struct segment_moved {
	uint64_t size, rss;
	uint64_t estimated; /* of rss: so much of it may be what else is in the mappings */
};

struct segment_sample {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t reasons; /* enum segments_reason, or'ed */
	uint32_t pid;
	uint64_t peak_rss;    /* VmHWM; 0: not known */
	uint64_t stack_limit; /* RLIMIT_STACK; 0: none or not known */
	uint32_t mapping_count, thread_count;
	bool is_own;     /* the process's own look at itself */
	bool is_refused; /* the process was there, and we were not let look */
	struct memory_use uses[SEGMENT_COUNT];
	struct memory_use total; /* of these */
	uint32_t mappings[SEGMENT_COUNT];
	struct segment_stack *stacks; /* by tid; those whose place was known */
	size_t stack_count;
	uint32_t runtimes; /* enum segments_runtime; 0 also: from before that was told */
	struct large_spans spans;
	struct segment_moved moved; /* to heap, since it was loaded: segments/reassign.h */
};

/*
 * The mappings that large blocks may be part of, to be freed. 0, or -1: memory is out.
 */
int segment_spans_make(struct large_spans *spans, const struct segments *segments);

/*
 * Take what was seen; time, reasons, peak and limit are the caller's to fill. 0, or -1:
 * memory is out. Release it either way.
 */
int segment_sample_make(struct segment_sample *sample, const struct segments *segments);
void segment_sample_release(struct segment_sample *sample);

/* The payload of a block. 0, or -1: memory is out. */
int segment_sample_save(const struct segment_sample *sample, struct text *payload);

/*
 * And back, every count and size checked. 0, or -1 and *error, which names no file.
 * Release it either way.
 */
int segment_sample_load(struct segment_sample *sample, const uint8_t *payload,
                        size_t bytes, struct error *error);

/* Whether both tell the same use of memory, at whatever times. */
bool segment_sample_is_same(const struct segment_sample *one,
                            const struct segment_sample *two);

#endif

/*
 * segments/snapshot.h - how a process used its memory at one time, and the bytes of a
 * BLOCK_SEGMENTS that hold it.
 */
#ifndef OUTLIVE_SEGMENTS_SNAPSHOT_H
#define OUTLIVE_SEGMENTS_SNAPSHOT_H

#include "base/error.h"
#include "segments/large_blocks.h"
#include "segments/segment.h"
#include "base/text.h"
#include "trace_format.h"

/* The stack of one thread: the mapping that its stack pointer is in. */
struct segment_stack {
	uint32_t tid;
	char name[17]; /* must be escaped */
	uint64_t size, rss;
};

/* Bytes that large blocks of malloc take in mappings not classified as heap. */
struct segment_moved {
	uint64_t size, rss;
	uint64_t estimated; /* part of rss that may belong to the rest of the mappings */
};

struct segment_snapshot {
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t reasons; /* enum segments_reason, or'ed */
	uint32_t pid;
	uint64_t peak_rss;    /* VmHWM; 0: unknown */
	uint64_t stack_limit; /* RLIMIT_STACK; 0: none or unknown */
	uint32_t mapping_count, thread_count;
	bool is_own;     /* the process took it of itself */
	bool is_refused; /* the process was alive, but we were not permitted to read it */
	struct memory_use uses[SEGMENT_COUNT];
	struct memory_use total; /* of `uses`, without the recorder's own */
	uint32_t mappings[SEGMENT_COUNT];
	struct segment_stack *stacks; /* by tid; only stacks whose mapping is known */
	size_t stack_count;
	uint32_t runtimes; /* enum segments_runtime, or'ed; 0 in older traces, too */
	struct large_spans spans;
	struct segment_moved moved; /* to heap, after it was loaded: segments/reassign.h */
};

/*
 * Collect the mappings that may contain large blocks; the caller frees spans->spans. 0, or -1:
 * memory is out.
 */
int segment_spans_make(struct large_spans *spans, const struct segments *segments);

/*
 * Make a snapshot from `segments`. The caller fills in time, reasons, peak and limit. 0, or -1:
 * memory is out. Release it either way.
 */
int segment_snapshot_make(struct segment_snapshot *snapshot,
                          const struct segments *segments);
void segment_snapshot_release(struct segment_snapshot *snapshot);

/* Append the payload of a block. 0, or -1: memory is out. */
int segment_snapshot_save(const struct segment_snapshot *snapshot,
                          struct text *payload);

/*
 * Read a snapshot from the payload of a block; each count and size is checked. 0, or -1 and
 * *error, which names no file. Release it either way.
 */
int segment_snapshot_load(struct segment_snapshot *snapshot, const uint8_t *payload,
                          size_t bytes, struct error *error);

/* Whether both have the same use of memory, whatever their times. */
bool segment_snapshot_is_same(const struct segment_snapshot *one,
                              const struct segment_snapshot *two);

#endif

/*
 * segments/rows.h - the segments of a process as rows: one for each segment, module,
 * mapping, or thread's stack.
 */
#ifndef OUTLIVE_SEGMENTS_ROWS_H
#define OUTLIVE_SEGMENTS_ROWS_H

#include "segments/segment.h"

enum segment_group {
	SEGMENTS_BY_SEGMENT,
	SEGMENTS_BY_MODULE,
	SEGMENTS_BY_MAP,
	SEGMENTS_BY_THREAD
};

struct segment_row {
	char name[512]; /* as the process has it: to be escaped */
	struct memory_use use;
	uint64_t mappings;
	enum segment segment;      /* BY_MAP: its; BY_SEGMENT */
	struct memory_use part[4]; /* BY_MODULE: of code, rodata, data, bss */
	size_t number;    /* BY_MAP: of the mapping; BY_MODULE: module; BY_THREAD */
	bool is_unplaced; /* BY_THREAD: where its stack lies is not known */
};

struct segment_rows {
	size_t count;
	struct segment_row *rows;
};

/*
 * Rows that hold nothing are left out; segments come in their own order, maps by address,
 * others by resident size. 0, or -1: memory is out.
 */
int segment_rows_make(struct segment_rows *rows, const struct segments *segments,
                      enum segment_group group);
void segment_rows_release(struct segment_rows *rows);

#endif

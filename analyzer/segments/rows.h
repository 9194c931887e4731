/*
 * segments/rows.h - the segments of a process as rows: one row for each segment, module,
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
	char name[512]; /* from the process: must be escaped */
	struct memory_use use;
	uint64_t mappings;
	enum segment segment;      /* BY_MAP, BY_SEGMENT */
	struct memory_use part[4]; /* BY_MODULE: of code, rodata, data, bss */
	size_t number;             /* index of the mapping, module or thread */
	bool is_unlocated;         /* BY_THREAD: the stack's mapping is unknown */
};

struct segment_rows {
	size_t count;
	struct segment_row *rows;
};

/*
 * Empty segments are left out. Segments come in the order of enum segment, mappings by address,
 * other rows by resident size. 0, or -1: memory is out.
 */
int segment_rows_make(struct segment_rows *rows, const struct segments *segments,
                      enum segment_group group);
void segment_rows_release(struct segment_rows *rows);

#endif

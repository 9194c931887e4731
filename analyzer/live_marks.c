/* live_marks.c - what is live at times that were asked for. Layer 1. */
#include "live_marks.h"

uint64_t live_marks_fill(struct live_marks *marks, uint64_t time, uint64_t live_bytes,
                         uint64_t live_blocks)
{
	struct live_mark *mark;

	for (; marks->done < marks->count; marks->done++) {
		mark = &marks->marks[marks->done];
		if (mark->time > time)
			return mark->time;
		mark->live_bytes = live_bytes;
		mark->live_blocks = live_blocks;
		mark->chunk_bytes = marks->chunk_bytes;
	}
	return UINT64_MAX;
}

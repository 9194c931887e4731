/* live_marks.c - what is live at times that were asked for. Layer 1. */
#include "live_marks.h"

static uint64_t list_fill(struct live_marks *marks, struct live_mark_list *list,
                          uint64_t time, uint64_t live_bytes, uint64_t live_blocks)
{
	struct live_mark *mark;

	for (; list->done < list->count; list->done++) {
		mark = &list->marks[list->done];
		if (mark->time > time)
			return mark->time;
		mark->live_bytes = live_bytes;
		mark->live_blocks = live_blocks;
		mark->chunk_bytes = marks->chunk_bytes;
		if (mark->spans)
			live_large_measure(&marks->large, mark->spans);
	}
	return UINT64_MAX;
}

uint64_t live_marks_fill(struct live_marks *marks, uint64_t time, uint64_t live_bytes,
                         uint64_t live_blocks)
{
	uint64_t due = UINT64_MAX, next;
	size_t i;

	for (i = 0; i < sizeof(marks->lists) / sizeof(*marks->lists); i++) {
		next = list_fill(marks, &marks->lists[i], time, live_bytes, live_blocks);
		due = next < due ? next : due;
	}
	return due;
}

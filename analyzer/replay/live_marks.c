/* replay/live_marks.c - what is live at given times. */
#include "replay/live_marks.h"

#include <string.h>

static void span_note(struct live_marks *marks, const struct large_span *span)
{
	uint64_t part = span->start >> NEAR_SHIFT, last = span->end >> NEAR_SHIFT;
	uint32_t bit;

	if (last - part >= NEAR_BITS) {
		memset(marks->near, 0xff, sizeof(marks->near));
		return;
	}
	for (; part <= last; part++) {
		bit = near_bit(part);
		marks->near[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

void live_marks_set(struct live_marks *marks, size_t list, struct live_mark *of,
                    size_t count)
{
	const struct large_spans *spans, *before = NULL;
	size_t i, j;

	marks->lists[list] = (struct live_mark_list){ of, count, 0 };
	for (i = 0; i < count; i++, before = spans) {
		spans = of[i].spans;
		for (j = 0; spans && j < spans->count; j++) {
			/* Usually the span was there at the time before, and has been noted. */
			if (!before || j >= before->count ||
			    before->spans[j].start != spans->spans[j].start ||
			    before->spans[j].end != spans->spans[j].end)
				span_note(marks, &spans->spans[j]);
		}
	}
}

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

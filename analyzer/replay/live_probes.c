/* replay/live_probes.c - what is live at given times. */
#include "replay/live_probes.h"

#include <string.h>

/*
 * Set the bits of the parts that a span overlaps. A span with more parts than there are bits
 * sets them all: going through its parts could take very long.
 */
static void span_add(struct live_probes *probes, const struct large_span *span)
{
	uint64_t part = span->start >> NEAR_SHIFT, last = span->end >> NEAR_SHIFT;
	uint32_t bit;

	if (last - part >= NEAR_BITS) {
		memset(probes->near, 0xff, sizeof(probes->near));
		return;
	}
	for (; part <= last; part++) {
		bit = near_bit(part);
		probes->near[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

void live_probes_set(struct live_probes *probes, size_t list, struct live_probe *of,
                     size_t count)
{
	const struct large_spans *spans, *before = NULL;
	size_t i, j;

	probes->lists[list] = (struct live_probe_list){ of, count, 0 };
	for (i = 0; i < count; i++, before = spans) {
		spans = of[i].spans;
		for (j = 0; spans && j < spans->count; j++) {
			/* Usually the span was there at the time before, and has been counted. */
			if (!before || j >= before->count ||
			    before->spans[j].start != spans->spans[j].start ||
			    before->spans[j].end != spans->spans[j].end)
				span_add(probes, &spans->spans[j]);
		}
	}
}

/* Fill in one list up to `time`. Returns the time of the next probe; UINT64_MAX: none. */
static uint64_t list_fill(struct live_probes *probes, struct live_probe_list *list,
                          uint64_t time, uint64_t live_bytes, uint64_t live_blocks)
{
	struct live_probe *probe;

	for (; list->done < list->count; list->done++) {
		probe = &list->probes[list->done];
		if (probe->time > time)
			return probe->time;
		probe->live_bytes = live_bytes;
		probe->live_blocks = live_blocks;
		probe->chunk_bytes = probes->chunk_bytes;
		if (probe->spans)
			live_large_measure(&probes->large, probe->spans);
	}
	return UINT64_MAX;
}

uint64_t live_probes_fill(struct live_probes *probes, uint64_t time,
                          uint64_t live_bytes, uint64_t live_blocks)
{
	uint64_t due = UINT64_MAX, next;
	size_t i;

	for (i = 0; i < sizeof(probes->lists) / sizeof(*probes->lists); i++) {
		next = list_fill(probes, &probes->lists[i], time, live_bytes, live_blocks);
		due = next < due ? next : due;
	}
	return due;
}

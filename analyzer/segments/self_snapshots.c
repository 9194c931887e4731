/* segments/self_snapshots.c - adds the process's own snapshots to its history. */
#include "segments/self_snapshots.h"

#include <stdlib.h>
#include <string.h>

/* Make a deep copy of a snapshot. 0, or -1: memory is out. */
static int sample_copy(struct segment_sample *copy, const struct segment_sample *sample)
{
	size_t stack_bytes = sample->stack_count * sizeof(*copy->stacks);
	size_t span_bytes = sample->spans.count * sizeof(*copy->spans.spans);

	*copy = *sample;
	copy->stacks = malloc(stack_bytes + 1);
	copy->spans.spans = malloc(span_bytes + 1);
	if (!copy->stacks || !copy->spans.spans) {
		segment_sample_release(copy);
		return -1;
	}
	if (stack_bytes)
		memcpy(copy->stacks, sample->stacks, stack_bytes);
	if (span_bytes)
		memcpy(copy->spans.spans, sample->spans.spans, span_bytes);
	return 0;
}

static int picture_add(struct segment_history *history,
                       const struct segment_picture *picture,
                       const struct ring_header *header)
{
	uint64_t time_ns = picture->totals.time_ns;
	struct segment_sample sample;

	if (sample_copy(&sample, picture->sample))
		return -1;
	sample.pid = header->pid;
	sample.time_ns = time_ns > header->start_ns ? time_ns - header->start_ns : 0;
	sample.reasons = picture->reason == MAPS_END ? SEGMENTS_LAST : 0;
	if (history->count)
		sample.stack_limit = history->samples[history->count - 1].stack_limit;
	if (!segment_history_insert(history, &sample))
		return 0;
	segment_sample_release(&sample);
	return -1;
}

/* If any snapshot is marked as the last, let only the latest have that mark. */
static void last_settle(struct segment_history *history)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < history->count; i++) {
		last |= history->samples[i].reasons & SEGMENTS_LAST;
		history->samples[i].reasons &= ~(uint32_t)SEGMENTS_LAST;
	}
	if (history->count)
		history->samples[history->count - 1].reasons |= last;
}

int segment_own_looks_add(struct segment_history *history,
                          const struct segment_pictures *pictures,
                          const struct ring_header *header)
{
	const struct segment_picture *picture;
	size_t i;

	for (i = 0; i < pictures->count; i++) {
		picture = &pictures->pictures[i];
		/* The totals may be known even if the sizes of the mappings are not. */
		if (picture->totals.peak_rss > history->kernel_peak)
			history->kernel_peak = picture->totals.peak_rss;
		if (picture->sample && picture_add(history, picture, header))
			return -1;
	}
	last_settle(history);
	return 0;
}

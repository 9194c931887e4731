/* segments/self_snapshots.c - adds the process's own snapshots to its history. */
#include "segments/self_snapshots.h"

#include <stdlib.h>
#include <string.h>

/* Make a deep copy of a snapshot. 0, or -1: memory is out. */
static int snapshot_copy(struct segment_snapshot *copy,
                         const struct segment_snapshot *snapshot)
{
	size_t stack_bytes = snapshot->stack_count * sizeof(*copy->stacks);
	size_t span_bytes = snapshot->spans.count * sizeof(*copy->spans.spans);

	*copy = *snapshot;
	copy->stacks = malloc(stack_bytes + 1);
	copy->spans.spans = malloc(span_bytes + 1);
	if (!copy->stacks || !copy->spans.spans) {
		segment_snapshot_release(copy);
		return -1;
	}
	if (stack_bytes)
		memcpy(copy->stacks, snapshot->stacks, stack_bytes);
	if (span_bytes)
		memcpy(copy->spans.spans, snapshot->spans.spans, span_bytes);
	return 0;
}

/*
 * Insert a copy: the history owns its snapshots, and the views stay as they were read. A
 * process does not record its stack limit: that of the latest snapshot so far is taken. 0, or
 * -1: memory is out.
 */
static int view_add(struct segment_history *history, const struct self_snapshot *view,
                    const struct ring_header *header)
{
	uint64_t time_ns = view->totals.time_ns;
	struct segment_snapshot snapshot;

	if (snapshot_copy(&snapshot, view->snapshot))
		return -1;
	snapshot.pid = header->pid;
	snapshot.time_ns = time_ns > header->start_ns ? time_ns - header->start_ns : 0;
	snapshot.reasons = view->reason == MAPS_END ? SEGMENTS_LAST : 0;
	if (history->count)
		snapshot.stack_limit = history->snapshots[history->count - 1].stack_limit;
	if (!segment_history_insert(history, &snapshot))
		return 0;
	segment_snapshot_release(&snapshot);
	return -1;
}

/* If any snapshot is marked as the last, let only the latest be. */
static void last_settle(struct segment_history *history)
{
	uint32_t last = 0;
	size_t i;

	for (i = 0; i < history->count; i++) {
		last |= history->snapshots[i].reasons & SEGMENTS_LAST;
		history->snapshots[i].reasons &= ~(uint32_t)SEGMENTS_LAST;
	}
	if (history->count)
		history->snapshots[history->count - 1].reasons |= last;
}

/*
 * Times of the totals are of CLOCK_MONOTONIC, like those of snapshots from outside, so that
 * both kinds can be merged by time.
 */
int self_snapshots_add(struct segment_history *history, const struct self_view *views,
                       const struct ring_header *header)
{
	const struct self_snapshot *view;
	size_t i;

	for (i = 0; i < views->count; i++) {
		view = &views->views[i];
		/* The totals may be known even if the sizes of the mappings are not. */
		if (view->totals.peak_rss > history->kernel_peak)
			history->kernel_peak = view->totals.peak_rss;
		if (view->snapshot && view_add(history, view, header))
			return -1;
	}
	last_settle(history);
	return 0;
}

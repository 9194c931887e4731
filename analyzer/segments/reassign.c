/* segments/reassign.c - moves blocks of malloc from other segments to the heap. */
#include "segments/reassign.h"

/* How much of one mapping the blocks take. */
static struct segment_moved span_moved(const struct large_span *span)
{
	uint64_t size = span->end - span->start, least;
	struct segment_moved moved = { .size = span->block_bytes };

	if (moved.size > size || span->is_malloc)
		moved.size = size;
	/*
	 * Resident memory that the rest of the mapping has no room for certainly belongs to
	 * blocks.
	 */
	least = span->rss > size - moved.size ? span->rss - (size - moved.size) : 0;
	moved.rss = moved.size < span->rss ? moved.size : span->rss;
	moved.estimated = moved.rss - least;
	return moved;
}

/* Whether a span contains a part of any of these that is a malloc's. `of` may be NULL. */
static bool spans_overlap(const struct large_span *span, const struct large_spans *of)
{
	size_t i;

	for (i = 0; of && i < of->count; i++) {
		if (of->spans[i].is_malloc && of->spans[i].start < span->end &&
		    span->start < of->spans[i].end)
			return true;
	}
	return false;
}

/*
 * Find the mappings that belong as a whole to a malloc other than libc's: a block is live
 * there, or was in the snapshot before.
 */
static void mallocs_find(struct large_spans *spans, const struct large_spans *before)
{
	struct large_span *span;
	size_t i;

	for (i = 0; i < spans->count; i++) {
		span = &spans->spans[i];
		span->is_malloc = span->segment == SEGMENT_OTHER &&
		                  (span->block_bytes || spans_overlap(span, before));
	}
}

/*
 * Move the size and rss exactly, and all other fields of smaps in proportion. The recorder's own
 * memory is not in the total: what turns out to be the program's is added there.
 */
static void use_move(struct segment_snapshot *snapshot, enum segment from,
                     const struct segment_moved *moved)
{
	struct memory_use use = memory_use_part(&snapshot->uses[from], moved->size,
	                                        moved->rss);

	memory_use_add(&snapshot->uses[SEGMENT_HEAP], &use);
	memory_use_subtract(&snapshot->uses[from], &use);
	if (from == SEGMENT_OUTLIVE)
		memory_use_add(&snapshot->total, &use);
}

/* The block is in the mapping of a thread's stack: the stack is smaller than the mapping. */
static void stack_shrink(struct segment_snapshot *snapshot, uint32_t tid,
                         const struct segment_moved *moved)
{
	struct segment_stack *stack;
	size_t i;

	for (i = 0; tid && i < snapshot->stack_count; i++) {
		stack = &snapshot->stacks[i];
		if (stack->tid != tid)
			continue;
		stack->size -= moved->size < stack->size ? moved->size : stack->size;
		stack->rss -= moved->rss < stack->rss ? moved->rss : stack->rss;
	}
}

/* In a damaged trace the mappings may be larger than their segment: then move nothing. */
static void moved_limit(struct segment_moved *moved, const struct memory_use *use)
{
	uint64_t absent = use->size > use->rss ? use->size - use->rss : 0;

	if (moved->rss > use->rss || moved->size > use->size || use->size < use->rss ||
	    moved->size - moved->rss > absent)
		*moved = (struct segment_moved){ .size = 0 };
}

/*
 * First add up what moves, by segment, then move each sum: the snapshot has sizes of whole
 * segments only, so no single mapping can be taken out of one.
 */
static void snapshot_move(struct segment_snapshot *snapshot)
{
	struct segment_moved sums[SEGMENT_COUNT] = { { .size = 0 } }, moved;
	const struct large_span *span;
	size_t i;

	for (i = 0; i < snapshot->spans.count; i++) {
		span = &snapshot->spans.spans[i];
		moved = span_moved(span);
		sums[span->segment].size += moved.size;
		sums[span->segment].rss += moved.rss;
		sums[span->segment].estimated += moved.estimated;
		if (moved.size)
			stack_shrink(snapshot, span->tid, &moved);
	}
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (i == SEGMENT_HEAP || !sums[i].size)
			continue;
		moved_limit(&sums[i], &snapshot->uses[i]);
		use_move(snapshot, i, &sums[i]);
		snapshot->moved.size += sums[i].size;
		snapshot->moved.rss += sums[i].rss;
		snapshot->moved.estimated += sums[i].estimated;
	}
}

/*
 * Find the peaks of the segments again, among the snapshots that were kept: for those that were
 * dropped, it is unknown how much would have moved.
 */
static void peaks_find(struct segment_history *history)
{
	const struct segment_snapshot *snapshot;
	size_t i, j;

	for (i = 0; i < history->count; i++) {
		snapshot = &history->snapshots[i];
		if (snapshot->total.rss > history->peak.rss)
			history->peak = (struct segment_peak){ snapshot->total.rss,
				                                   snapshot->time_ns };
		for (j = 0; j < SEGMENT_COUNT; j++) {
			if (!i || snapshot->uses[j].rss > history->peaks[j].rss)
				history->peaks[j] = (struct segment_peak){ snapshot->uses[j].rss,
					                                       snapshot->time_ns };
		}
	}
}

void segment_moves_snapshots(struct segment_history *history, uint32_t runtimes)
{
	bool is_any = false;
	size_t i;

	for (i = 0; i < history->count; i++) {
		if (runtimes == RUNTIME_MALLOC)
			mallocs_find(&history->snapshots[i].spans,
			             i ? &history->snapshots[i - 1].spans : NULL);
		snapshot_move(&history->snapshots[i]);
		is_any = is_any || history->snapshots[i].moved.size;
	}
	if (is_any)
		peaks_find(history);
}

void segment_moves_self_view(struct self_view *views, uint32_t runtimes)
{
	struct self_snapshot *view;
	const struct large_span *span;
	uint64_t bytes;
	size_t i, j;

	for (i = 0; i < views->count; i++) {
		view = &views->views[i];
		if (runtimes == RUNTIME_MALLOC)
			mallocs_find(&view->spans, i ? &views->views[i - 1].spans : NULL);
		for (j = 0; j < view->spans.count; j++) {
			span = &view->spans.spans[j];
			bytes = span_moved(span).size;
			view->sizes[span->segment] -= bytes;
			view->sizes[SEGMENT_HEAP] += bytes;
			view->total += span->segment == SEGMENT_OUTLIVE ? bytes : 0;
			view->moved += bytes;
		}
	}
}

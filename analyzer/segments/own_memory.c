/* segments/own_memory.c - keeps the recorder's own memory out of whole sizes. */
#include "segments/own_memory.h"

/* What of the process's memory was the recorder's when it ended, or before an exec. */
struct own_end {
	const struct self_snapshot *view; /* of that time; NULL: it did not count */
	uint64_t time_ns;                 /* since the process's start */
	struct memory_use use;
};

static void take(uint64_t *from, uint64_t bytes)
{
	*from -= bytes < *from ? bytes : *from;
}

static uint64_t apart(uint64_t one, uint64_t two)
{
	return one > two ? one - two : two - one;
}

static uint64_t since(uint64_t time_ns, uint64_t start_ns)
{
	return time_ns > start_ns ? time_ns - start_ns : 0;
}

static const struct memory_use *own_near(const struct segment_history *history,
                                         uint64_t time_ns)
{
	return &history->snapshots[segment_history_near(history, time_ns)]
	            .uses[SEGMENT_OUTLIVE];
}

static uint64_t sum_limited(uint64_t one, uint64_t two)
{
	return one > UINT64_MAX - two ? UINT64_MAX : one + two;
}

/*
 * The process counts when it takes its last view. One that was attached to had its peak perhaps
 * before there was anything of the recorder's in it.
 */
static struct own_end end_find(const struct segment_history *history,
                               const struct self_view *views,
                               const struct ring_header *header)
{
	const struct self_snapshot *view = NULL;
	struct own_end end = { .view = NULL };
	uint64_t file = header->own_file_bytes;
	size_t i;

	for (i = 0; i < views->count; i++) {
		if (views->views[i].totals.time_ns)
			view = &views->views[i];
	}
	if (!view || !header->own_bytes || header->flags & RING_ATTACHED)
		return end;
	end.view = view;
	end.time_ns = since(view->totals.time_ns, header->start_ns);
	end.use.rss = sum_limited(header->own_bytes, header->ring_bytes);
	end.use.anonymous = header->own_bytes - (file < header->own_bytes ? file : 0);
	end.use.size = view->is_whole ? view->sizes[SEGMENT_OUTLIVE]
	                              : own_near(history, end.time_ns)->size;
	return end;
}

/* What the recorder had at a time: the same as at the nearest one for which that is known. */
static const struct memory_use *own_at(const struct segment_history *history,
                                       const struct own_end *end, uint64_t time_ns)
{
	size_t near = segment_history_near(history, time_ns);

	if (end->view &&
	    apart(end->time_ns, time_ns) < apart(history->snapshots[near].time_ns, time_ns))
		return &end->use;
	return &history->snapshots[near].uses[SEGMENT_OUTLIVE];
}

/* The part of it that the kernel counts as shared: files and shared memory. */
static uint64_t own_shared(const struct memory_use *own)
{
	return own->rss > own->anonymous ? own->rss - own->anonymous : 0;
}

static void sizes_subtract(struct segment_history *history, const struct own_end *end)
{
	struct size_history *sizes = &history->sizes;
	const struct memory_use *own;
	struct sizes_entry *entry;
	size_t i;

	sizes->highest = (struct sizes_entry){ 0 };
	for (i = 0; i < sizes->count; i++) {
		entry = &sizes->entries[i];
		own = own_at(history, end, entry->time_ns);
		take(&entry->size, own->size);
		take(&entry->resident, own->rss);
		take(&entry->shared, own_shared(own));
		/* the recorder may have had more by then, but the peak is known without it */
		if (end->view && history->kernel_peak && entry->resident > history->kernel_peak)
			entry->resident = history->kernel_peak;
		/* more is shared than resident only where the snapshot was of another time */
		if (entry->shared > entry->resident)
			entry->shared = entry->resident;
		if (!i || entry->resident > sizes->highest.resident)
			sizes->highest = *entry;
	}
}

static void views_subtract(const struct segment_history *history,
                           const struct own_end *end, struct self_view *views,
                           uint64_t start_ns)
{
	const struct memory_use *own;
	struct self_snapshot *view;
	size_t i;

	for (i = 0; i < views->count; i++) {
		view = &views->views[i];
		if (!view->totals.time_ns)
			continue;
		own = view->snapshot
		          ? &view->snapshot->uses[SEGMENT_OUTLIVE]
		          : own_at(history, end, since(view->totals.time_ns, start_ns));
		take(&view->totals.size, own->size);
		take(&view->totals.rss, own->rss);
		take(&view->totals.shared, own_shared(own));
		take(&view->totals.peak_rss, own->rss);
		if (view == end->view && view->totals.peak_rss)
			view->totals.peak_rss = history->kernel_peak;
	}
}

/*
 * When the kernel counted its peak is not known. A recorder that has counted its own pages has also
 * seen how high the peak was each time before its ring grew. Else the recorder had then at least
 * what is in some snapshot; if the peak is between snapshots, it may have had more.
 */
static void peak_subtract(struct segment_history *history, const struct own_end *end,
                          const struct ring_header *header)
{
	uint64_t peak = history->kernel_peak;

	history->own_most = history->peaks[SEGMENT_OUTLIVE].rss;
	history->peak_is_bound = !end->view && !(header->flags & RING_ATTACHED);
	if (end->use.rss > history->own_most)
		history->own_most = end->use.rss;
	if (!end->view) {
		take(&history->kernel_peak, history->peaks[SEGMENT_OUTLIVE].rss);
		return;
	}
	take(&peak, header->ring_bytes);
	if (header->peak_bytes > peak && header->peak_bytes <= history->kernel_peak)
		peak = header->peak_bytes;
	take(&peak, header->own_bytes);
	history->kernel_peak = peak;
}

void own_memory_subtract(struct segment_history *history, struct self_view *views,
                         const struct ring_header *header)
{
	struct own_end end;

	history->has_own = !history->count;
	if (history->has_own)
		return;
	end = end_find(history, views, header);
	peak_subtract(history, &end, header);
	sizes_subtract(history, &end);
	views_subtract(history, &end, views, header->start_ns);
}

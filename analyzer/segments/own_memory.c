/* segments/own_memory.c - keeps the recorder's own memory out of whole sizes. */
#include "segments/own_memory.h"

static void take(uint64_t *from, uint64_t bytes)
{
	*from -= bytes < *from ? bytes : *from;
}

static const struct memory_use *own_at(const struct segment_history *history,
                                       uint64_t time_ns)
{
	return &history->snapshots[segment_history_near(history, time_ns)]
	            .uses[SEGMENT_OUTLIVE];
}

/* The part of it that the kernel counts as shared: files and shared memory. */
static uint64_t own_shared(const struct memory_use *own)
{
	return own->rss > own->anonymous ? own->rss - own->anonymous : 0;
}

static void sizes_subtract(struct segment_history *history)
{
	struct size_history *sizes = &history->sizes;
	const struct memory_use *own;
	struct sizes_entry *entry;
	size_t i;

	sizes->highest = (struct sizes_entry){ 0 };
	for (i = 0; i < sizes->count; i++) {
		entry = &sizes->entries[i];
		own = own_at(history, entry->time_ns);
		take(&entry->size, own->size);
		take(&entry->resident, own->rss);
		take(&entry->shared, own_shared(own));
		/* more is shared than resident only where the snapshot was of another time */
		if (entry->shared > entry->resident)
			entry->shared = entry->resident;
		if (!i || entry->resident > sizes->highest.resident)
			sizes->highest = *entry;
	}
}

static void views_subtract(const struct segment_history *history,
                           struct self_view *views, uint64_t start_ns)
{
	const struct memory_use *own;
	struct view_totals *totals;
	uint64_t time_ns;
	size_t i;

	for (i = 0; i < views->count; i++) {
		totals = &views->views[i].totals;
		if (!totals->time_ns)
			continue;
		time_ns = totals->time_ns > start_ns ? totals->time_ns - start_ns : 0;
		own = views->views[i].snapshot
		          ? &views->views[i].snapshot->uses[SEGMENT_OUTLIVE]
		          : own_at(history, time_ns);
		take(&totals->size, own->size);
		take(&totals->rss, own->rss);
		take(&totals->shared, own_shared(own));
		take(&totals->peak_rss, own->rss);
	}
}

void own_memory_subtract(struct segment_history *history, struct self_view *views,
                         uint64_t start_ns)
{
	history->has_own = !history->count;
	if (history->has_own)
		return;
	sizes_subtract(history);
	/*
	 * When the kernel counted its peak is not known: what the recorder had at most then is the
	 * most that it had in any snapshot.
	 */
	take(&history->kernel_peak, history->peaks[SEGMENT_OUTLIVE].rss);
	views_subtract(history, views, start_ns);
}

/* report/timeline.c - what all views of segments over time share. */
#include "report/timeline.h"
#include "segments/size_history.h"

#include "segments/oddities.h"

#include <stdlib.h>
#include <string.h>

bool segment_timeline_oddity(char *text, size_t bytes, const struct profile *profile)
{
	char rss[TEXT_NUMBER_BYTES], live[TEXT_NUMBER_BYTES], kept[TEXT_NUMBER_BYTES];
	char at[TEXT_NUMBER_BYTES];
	struct segment_inside inside;
	size_t number;

	if (!segment_inside_odd(profile, &number))
		return false;
	inside = segment_inside(profile, number);
	snprintf(text, bytes,
	         "after %s, %s of the heap was resident, but live blocks took only %s: at "
	         "least %s was freed but kept by the allocator",
	         text_duration(at, profile->segments.snapshots[number].time_ns),
	         text_size(rss, inside.rss), text_size(live, inside.live - inside.absent),
	         text_size(kept, inside.kept));
	return true;
}

/* Write what the memory of unknown origin most likely is, at the highest snapshot. */
static bool other_text(char *text, size_t bytes, const struct profile *profile,
                       uint64_t *rss)
{
	const struct segment_history *history = &profile->segments;
	const struct segment_snapshot *snapshot;
	char at[TEXT_NUMBER_BYTES], what[256];
	struct other_memory other;

	if (!history->count)
		return false;
	snapshot = &history->snapshots[history->highest];
	other = (struct other_memory){
		.rss = snapshot->uses[SEGMENT_OTHER].rss,
		.total_rss = snapshot->total.rss,
		.runtimes = snapshot->runtimes,
		.has_own_malloc = profile->process->header.flags & RING_OWN_MALLOC,
		.is_without_large = snapshot->spans.count > 0,
	};
	if (!segment_other_text(what, sizeof(what), &other))
		return false;
	*rss = other.rss;
	snprintf(text, bytes, "after %s, %s", text_duration(at, snapshot->time_ns), what);
	return true;
}

void segment_timeline_oddities(const struct profile *profile,
                               void (*tell)(void *context, const char *kind,
                                            uint64_t bytes, const char *text),
                               void *context)
{
	char text[512];
	uint64_t rss;
	size_t number;

	if (segment_timeline_oddity(text, sizeof(text), profile) &&
	    segment_inside_odd(profile, &number))
		tell(context, "heap_kept", segment_inside(profile, number).kept, text);
	if (other_text(text, sizeof(text), profile, &rss))
		tell(context, oddity_key(ODDITY_OTHER_MEMORY), rss, text);
}

/* ---- sizes ---- */

size_t timeline_sizes(const struct segment_timeline *timeline, size_t *count)
{
	const struct size_history *sizes = &timeline->profile->segments.sizes;
	size_t from;

	*count = 0;
	if (!sizes->count)
		return 0;
	/* both ends are the readings nearest to the times, so there is at least one */
	from = size_history_near(sizes, timeline->from_ns);
	*count = size_history_near(sizes, timeline->to_ns) - from + 1;
	return from;
}

/* ---- stacks ---- */

size_t timeline_threads_max(const struct segment_timeline *timeline)
{
	const struct segment_history *history = &timeline->profile->segments;
	size_t count = 0, i;

	for (i = timeline->from; i <= timeline->to; i++)
		count += history->snapshots[i].stack_count;
	return count;
}

static int thread_compare(const void *one, const void *two)
{
	const struct timeline_thread *a = one, *b = two;

	if (a->last.tid != b->last.tid)
		return a->last.tid < b->last.tid ? -1 : 1;
	return a->first_ns < b->first_ns ? -1 : a->first_ns > b->first_ns;
}

static int rss_compare(const void *one, const void *two)
{
	const struct timeline_thread *a = one, *b = two;

	if (a->rss_max != b->rss_max)
		return a->rss_max > b->rss_max ? -1 : 1;
	return a->last.tid < b->last.tid ? -1 : a->last.tid > b->last.tid;
}

size_t timeline_threads(const struct segment_timeline *timeline,
                        struct timeline_thread *rows)
{
	const struct segment_history *history = &timeline->profile->segments;
	const struct segment_snapshot *snapshot;
	size_t count = 0, kept = 0, i, j;

	for (i = timeline->from; i <= timeline->to; i++) {
		snapshot = &history->snapshots[i];
		for (j = 0; j < snapshot->stack_count; j++)
			rows[count++] = (struct timeline_thread){ snapshot->stacks[j],
				                                      snapshot->stacks[j].rss,
				                                      snapshot->time_ns,
				                                      snapshot->time_ns };
	}
	if (!count)
		return 0;
	/*
	 * Now the rows of a thread are neighbours, in the order of time, and the last one of them
	 * is the newest. If the kernel gave a tid to a second thread, both share one row.
	 */
	qsort(rows, count, sizeof(*rows), thread_compare);
	for (i = 1; i < count; i++) {
		if (rows[i].last.tid != rows[kept].last.tid) {
			rows[++kept] = rows[i];
			continue;
		}
		rows[kept].last = rows[i].last;
		rows[kept].last_ns = rows[i].last_ns;
		if (rows[i].rss_max > rows[kept].rss_max)
			rows[kept].rss_max = rows[i].rss_max;
	}
	qsort(rows, kept + 1, sizeof(*rows), rss_compare);
	return kept + 1;
}

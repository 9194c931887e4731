/* report/csv/timeline.c - segments over time as a table. */
#include "report/csv/reporter.h"
#include "report/timeline.h"
#include "segments/size_history.h"

#include <inttypes.h>

/*
 * Write a line for each segment that the process has, and one for the total. The time and all
 * sizes are in the units of JSON: nanoseconds since the start, and bytes.
 */
static void snapshot_csv(const struct segment_snapshot *snapshot, FILE *file)
{
	const struct memory_use *use;
	size_t i;

	for (i = 0; i <= SEGMENT_COUNT; i++) {
		use = i < SEGMENT_COUNT ? &snapshot->uses[i] : &snapshot->total;
		if (i < SEGMENT_COUNT && !snapshot->mappings[i] && !use->size)
			continue;
		fprintf(file,
		        "%" PRIu64 ",%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64
		        ",%" PRIu64 "\r\n",
		        snapshot->time_ns,
		        i < SEGMENT_COUNT ? segment_key((enum segment)i) : "total", use->size,
		        use->rss, use->pss, use->private_dirty, use->swap);
	}
}

/*
 * Write the sizes from `at` on that were read before a time; returns the index of the next one.
 */
static size_t sizes_csv(const struct size_history *sizes, size_t at, size_t end,
                        uint64_t until_ns, FILE *file)
{
	for (; at < end && sizes->entries[at].time_ns < until_ns; at++)
		fprintf(file, "%" PRIu64 ",all,%" PRIu64 ",%" PRIu64 ",,,\r\n",
		        sizes->entries[at].time_ns, sizes->entries[at].size,
		        sizes->entries[at].resident);
	return at;
}

/* Write snapshots and sizes together, in the order of their times. */
int csv_show_timeline(struct report_output *output,
                      const struct report_subject *subject)
{
	const struct segment_timeline *timeline = subject->timeline;
	FILE *file = output->file;
	const struct segment_history *history = &timeline->profile->segments;
	size_t count, at = timeline_sizes(timeline, &count), end = at + count, i;

	fprintf(file, "time_ns,segment,size,rss,pss,private_dirty,swap\r\n");
	for (i = timeline->from; i <= timeline->to && i < history->count; i++) {
		at = sizes_csv(&history->sizes, at, end, history->snapshots[i].time_ns, file);
		snapshot_csv(&history->snapshots[i], file);
	}
	sizes_csv(&history->sizes, at, end, UINT64_MAX, file);
	return 0;
}

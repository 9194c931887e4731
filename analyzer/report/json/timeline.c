/* report/json/timeline.c - segments over time, for programs. */
#include "base/json_writer.h"
#include "report/timeline.h"
#include "report/json/process.h"
#include "report/json/reporter.h"
#include "trace/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Write why the snapshot was taken: often for more than one reason. The names are in the
 * order of the bits; a bit that a newer recorder sets is left out.
 */
static void reasons_json(struct json_writer *json, uint32_t reasons, bool is_own)
{
	static const char *const names[] = { "first", "interval", "peak",
		                                 "exec",  "last",     "same" };
	size_t i;

	json_array(json, "reasons");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (reasons & 1u << i)
			json_string(json, NULL, names[i]);
	}
	if (is_own)
		json_string(json, NULL, "own");
	json_array_end(json);
}

/*
 * Write what the heap holds, or null if that is not known, for example because events were
 * lost. `overhead_estimated` is null for a malloc that is not glibc's: its own data then
 * counts as kept.
 */
static void inside_json(struct json_writer *json, const struct profile *profile,
                        size_t number)
{
	struct segment_inside inside = segment_inside(profile, number);

	if (!inside.is_known) {
		json_null(json, "heap");
		return;
	}
	json_object(json, "heap");
	json_count(json, "rss", inside.rss);
	json_count(json, "live", inside.live);
	json_count(json, "blocks", inside.blocks);
	if (inside.has_overhead)
		json_count(json, "overhead_estimated", inside.overhead);
	else
		json_null(json, "overhead_estimated");
	if (inside.has_absent)
		json_count(json, "live_absent", inside.absent);
	else
		json_null(json, "live_absent");
	json_count(json, "kept", inside.kept);
	json_object_end(json);
}

/* Write the object `moved` among the heap's figures. */
static void moved_json(struct json_writer *json, const struct segment_moved *moved)
{
	json_object(json, "moved");
	json_count(json, "size", moved->size);
	json_count(json, "rss", moved->rss);
	json_count(json, "rss_estimated", moved->estimated);
	json_object_end(json);
}

/* Write the stacks of the threads that the snapshot contains, in bytes. */
static void stacks_json(struct json_writer *json,
                        const struct segment_snapshot *snapshot)
{
	size_t i;

	json_array(json, "stacks");
	for (i = 0; i < snapshot->stack_count; i++) {
		json_object(json, NULL);
		json_count(json, "tid", snapshot->stacks[i].tid);
		json_string(json, "name", snapshot->stacks[i].name);
		json_count(json, "size", snapshot->stacks[i].size);
		json_count(json, "rss", snapshot->stacks[i].rss);
		json_object_end(json);
	}
	json_array_end(json);
}

/*
 * Write one snapshot. Segments that have neither mappings nor size are left out: a recording
 * may have thousands of snapshots.
 */
static void snapshot_json(struct json_writer *json, const struct profile *profile,
                          size_t number, const char *key)
{
	const struct segment_snapshot *snapshot = &profile->segments.snapshots[number];
	const char *phase = segment_phase(profile, snapshot->time_ns);
	size_t i;

	json_object_inline(json, key);
	json_count(json, "time_ns", snapshot->time_ns);
	if (*phase)
		json_string(json, "phase", phase);
	else
		json_null(json, "phase");
	reasons_json(json, snapshot->reasons, snapshot->is_own);
	json_count(json, "mappings", snapshot->mapping_count);
	json_count(json, "threads", snapshot->thread_count);
	json_count(json, "kernel_peak_rss", snapshot->peak_rss);
	inside_json(json, profile, number);
	moved_json(json, &snapshot->moved);
	/* the short members share one line, the tables of sizes have lines of their own */
	json_line_break(json);
	use_json_object(json, "total", &snapshot->total);
	json_object(json, "segments");
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (snapshot->mappings[i] || snapshot->uses[i].size)
			use_json_object(json, segment_key((enum segment)i), &snapshot->uses[i]);
	}
	json_object_end(json);
	json_line_join(json);
	stacks_json(json, snapshot);
	json_line_break(json);
	json_object_end(json);
}

/* Write what the process holds at the end, and a summary of its history. */
static void segment_json(struct json_writer *json,
                         const struct segment_timeline *timeline, size_t segment)
{
	const struct segment_history *history = &timeline->profile->segments;
	const struct segment_peak *peak = &history->peaks[segment];

	json_object_inline(json, segment_key((enum segment)segment));
	use_json(json, &history->snapshots[timeline->to].uses[segment]);
	json_count(json, "first_rss", history->snapshots[timeline->from].uses[segment].rss);
	json_count(json, "peak_rss", peak->rss);
	json_count(json, "peak_time_ns", peak->time_ns);
	json_count(json, "rss_at_peak",
	           history->snapshots[history->highest].uses[segment].rss);
	json_line_break(json);
	json_object_end(json);
}

/*
 * Write the highest resident size that anything saw: a snapshot, or a reading of the size
 * between two. `kernel_rss` is the kernel's own maximum, which may be higher, as nothing read
 * the size at that time.
 */
static void peak_json(struct json_writer *json, const struct segment_history *history)
{
	bool is_size;
	struct segment_peak peak = segment_history_peak(history, &is_size);

	json_object(json, "peak");
	json_count(json, "time_ns", peak.time_ns);
	json_count(json, "rss", peak.rss);
	json_string(json, "by", is_size ? "size" : "sample");
	if (history->kernel_peak)
		json_count(json, "kernel_rss", history->kernel_peak);
	else
		json_null(json, "kernel_rss");
	json_bool(json, "kernel_rss_is_bound", history->peak_is_bound);
	json_object_end(json);
}

static void threads_json(struct json_writer *json,
                         const struct segment_timeline *timeline)
{
	struct timeline_thread *rows = calloc(timeline_threads_max(timeline) + 1,
	                                      sizeof(*rows));
	/* if memory is out, the array is empty */
	size_t count = rows ? timeline_threads(timeline, rows) : 0, i;

	json_array(json, "threads");
	for (i = 0; i < count && (!timeline->top || i < timeline->top); i++) {
		json_object_inline(json, NULL);
		json_count(json, "tid", rows[i].last.tid);
		json_string(json, "name", rows[i].last.name);
		json_count(json, "size", rows[i].last.size);
		json_count(json, "rss", rows[i].last.rss);
		json_count(json, "peak_rss", rows[i].rss_max);
		json_count(json, "first_seen_ns", rows[i].first_ns);
		json_count(json, "last_seen_ns", rows[i].last_ns);
		json_line_break(json);
		json_object_end(json);
	}
	json_array_end(json);
	json_count(json, "left_out", count - i);
	free(rows);
}

static void oddity_json(void *context, const char *kind, uint64_t bytes,
                        const char *text)
{
	struct json_writer *json = context;

	json_object(json, NULL);
	json_string(json, "kind", kind);
	json_count(json, "bytes", bytes);
	json_string(json, "text", text);
	json_object_end(json);
}

/* Write everything that comes from snapshots. */
static void samples_json(struct json_writer *json,
                         const struct segment_timeline *timeline)
{
	const struct segment_history *history = &timeline->profile->segments;
	size_t i;

	peak_json(json, history);
	json_count(json, "from_ns", history->snapshots[timeline->from].time_ns);
	json_count(json, "to_ns", history->snapshots[timeline->to].time_ns);
	use_json_object(json, "total", &history->snapshots[timeline->to].total);
	json_object(json, "segments");
	for (i = 0; i < SEGMENT_COUNT; i++)
		segment_json(json, timeline, i);
	json_object_end(json);
	if (timeline->is_by_thread)
		threads_json(json, timeline);
	json_array(json, "samples");
	for (i = timeline->from; i <= timeline->to; i++)
		snapshot_json(json, timeline->profile, i, NULL);
	json_array_end(json);
}

/* Write the resident total that the process read of itself. Time 0: it read none. */
static void totals_json(struct json_writer *json, const struct view_totals *totals)
{
	if (!totals->time_ns)
		return;
	json_count(json, "rss", totals->rss);
	json_count(json, "shared", totals->shared);
	json_count(json, "swap", totals->swap);
	json_count(json, "kernel_peak_rss", totals->peak_rss);
}

/*
 * Write the readings of the size alone. Most readings are not stored (segments/sizes.h), so
 * `size_readings` may be far larger than the array. `size_interval_longest_ns` shows for how
 * long nothing was read.
 */
static void sizes_json(struct json_writer *json,
                       const struct segment_timeline *timeline)
{
	const struct size_history *sizes = &timeline->profile->segments.sizes;
	size_t count, from = timeline_sizes(timeline, &count), i;

	json_count(json, "size_readings", sizes->readings);
	json_count(json, "size_interval_ns", sizes->every_ns);
	json_count(json, "size_interval_longest_ns", sizes->longest_ns);
	json_array(json, "sizes");
	for (i = from; i < from + count; i++) {
		json_object_inline(json, NULL);
		json_count(json, "time_ns", sizes->entries[i].time_ns);
		json_count(json, "size", sizes->entries[i].size);
		json_count(json, "resident", sizes->entries[i].resident);
		json_count(json, "shared", sizes->entries[i].shared);
		json_line_break(json);
		json_object_end(json);
	}
	json_array_end(json);
}

/*
 * Write the snapshots that the process took of itself. The sizes are of addresses; what was
 * resident is written as a total only. `whole` is false if the ring had no room for all
 * mappings.
 */
static void views_json(struct json_writer *json, const struct profile *profile)
{
	const struct self_snapshot *view;
	size_t i, j;

	json_array(json, "pictures");
	for (i = 0; i < profile->views.count; i++) {
		view = &profile->views.views[i];
		json_object_inline(json, NULL);
		json_count(json, "time_ns",
		           process_time_ns(&profile->process->header, view->time));
		json_string(json, "reason", view_reason(view->reason));
		json_bool(json, "whole", view->is_whole);
		json_count(json, "mappings", view->mapping_count);
		json_count(json, "total", view->total);
		json_count(json, "moved", view->moved);
		totals_json(json, &view->totals);
		json_object(json, "sizes");
		for (j = 0; j < SEGMENT_COUNT; j++) {
			if (view->mappings[j] || view->sizes[j])
				json_count(json, segment_key((enum segment)j), view->sizes[j]);
		}
		json_object_end(json);
		json_line_break(json);
		json_object_end(json);
	}
	json_array_end(json);
}

/*
 * Write how the memory of the process changed. Without snapshots from outside (TIMELINE_NONE)
 * the keys that need them are missing, and only sizes and the process's own snapshots are
 * left.
 */
int json_show_timeline(struct report_output *output,
                       const struct report_subject *subject)
{
	const struct segment_timeline *timeline = subject->timeline;
	const struct profile *profile = timeline->profile;
	const struct segment_history *history = &profile->segments;
	struct json_writer *json = output->state;

	json_string(json, "recording", basename(profile->name));
	json_count(json, "process", profile->process->number);
	json_count(json, "pid", profile->process->header.pid);
	json_string(json, "executable", profile->process->header.executable);
	json_string(json, "by", timeline->is_by_thread ? "thread" : "segment");
	json_string(json, "incomplete", timeline->incomplete ? timeline->incomplete : "");
	json_count(json, "samples_taken", history->read);
	json_count(json, "own_samples", history->own_count);
	json_count(json, "refused", history->refused);
	json_count(json, "interval_ns", history->interval_ns);
	if (timeline->view != TIMELINE_NONE)
		samples_json(json, timeline);
	sizes_json(json, timeline);
	views_json(json, profile);
	json_array(json, "oddities");
	segment_timeline_oddities(profile, oddity_json, json);
	json_array_end(json);
	return 0;
}

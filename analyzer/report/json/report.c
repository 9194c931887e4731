/* report/json/report.c - a profile for programs. */
#include "report/json/reporter.h"

#include "report/json/advice.h"
#include "report/json/alive.h"
#include "report/json/classes.h"
#include "report/json/go_heap.h"
#include "report/json/growth.h"
#include "report/json/heaps.h"
#include "base/json_writer.h"
#include "trace/counts.h"
#include "report/json/kept.h"
#include "report/json/call_path.h"
#include "report/json/mappings.h"
#include "report/json/process.h"
#include "report/json/sample.h"
#include "report/rows.h"
#include "report/thread_rows.h"
#include "segments/size_history.h"
#include "verdict/block_filter.h"
#include "verdict/stack_names.h"
#include "report/json/stacks.h"
#include "trace/clock.h"

#include <string.h>

/*
 * What rows of call paths, groups and threads have in common. Bytes and blocks; `temporary`
 * and `crossed` are numbers of blocks.
 */
static void share_json(struct json_writer *json, const struct report_row *row)
{
	json_count(json, "allocations", row->allocations);
	json_count(json, "bytes", row->bytes);
	json_count(json, "frees", row->frees);
	json_count(json, "temporary", row->temporary);
	json_count(json, "crossed", row->crossed);
	json_count(json, "failed", row->failed);
	json_count(json, "peak_blocks", row->peak_blocks);
	json_count(json, "peak_bytes", row->peak_bytes);
	json_count(json, "live_blocks", row->live_blocks);
	json_count(json, "live_bytes", row->live_bytes);
}

/*
 * How much of live_blocks and live_bytes is suppressed. The live figures include it: whoever
 * wants what the text report shows subtracts these.
 */
static void hidden_json(struct json_writer *json, const struct report_row *row)
{
	json_count(json, "hidden_blocks", row->hidden_blocks);
	json_count(json, "hidden_bytes", row->hidden_bytes);
}

/*
 * Write a call path with everything that is known about its blocks. After an error its object
 * stays open: the document is given up.
 */
static int call_path_json(struct json_writer *json, const struct findings *findings,
                          const struct report_row *row, struct stack_names *stack)
{
	char why[ROW_WHY_BYTES];

	json_object(json, NULL);
	json_count(json, "site", row->path);
	json_string(json, "why", report_row_why(why, row, REPORT_BY_PATH));
	json_count(json, "node", row->node);
	share_json(json, row);
	sample_row_json(json, findings->classes->profile, row);
	hidden_json(json, row);
	json_count(json, "reallocs", row->reallocs);
	json_count(json, "size_min", row->allocations ? row->size_min : 0);
	json_count(json, "size_max", row->size_max);
	if (call_path_frames_json(json, findings->classes->profile, row->node, stack))
		return -1;
	if (path_classes_json(json, findings, row->path))
		return -1;
	json_object_end(json);
	return 0;
}

/*
 * Write the call paths. site_count is of all rows, `sites` has only the first `top`, as each
 * takes many lines.
 */
static int paths_json(struct json_writer *json, const struct findings *findings,
                      const struct report_settings *settings)
{
	struct stack_names stack = { NULL, 0, 0 };
	struct report_rows rows;
	int result = 0;
	size_t i;

	if (report_rows_of_view(&rows, findings, REPORT_BY_PATH, settings))
		return -1;
	json_count(json, "site_count", rows.count);
	json_array(json, "sites");
	for (i = 0; i < rows.count && !result; i++) {
		if (settings->top && i == settings->top)
			break;
		result = call_path_json(json, findings, &rows.rows[i], &stack);
	}
	json_array_end(json);
	stack_names_release(&stack);
	report_rows_release(&rows);
	return result;
}

/*
 * Write the keys of a grouping. By path there is nothing to add, and threads are written in
 * any case; owners have rows of their own kind.
 */
static int groups_json(struct json_writer *json, const struct findings *findings,
                       const struct report_settings *settings)
{
	static const char *const groups[] = { "site", "function", "module", "thread",
		                                  "owner" };
	char why[ROW_WHY_BYTES];
	struct report_rows rows;
	size_t i;

	json_string(json, "by", groups[settings->group]);
	json_string(json, "class",
	            settings->view == REPORT_CLASS ? verdict_key(settings->class) : "");
	json_string(json, "kind", block_kind_text(settings->kind));
	if (settings->group == REPORT_BY_OWNER)
		return owners_json(json, findings, settings->top);
	if (settings->group != REPORT_BY_FUNCTION && settings->group != REPORT_BY_MODULE)
		return 0;
	if (report_rows_of_view(&rows, findings, settings->group, settings))
		return -1;
	json_count(json, "group_count", rows.count);
	json_array(json, "groups");
	for (i = 0; i < rows.count; i++) {
		if (settings->top && i == settings->top)
			break;
		json_object(json, NULL);
		json_string(json, "function", rows.rows[i].name.function);
		json_string(json, "module", rows.rows[i].name.module);
		json_string(json, "declared", rows.rows[i].name.declared);
		json_bool(json, "mine", rows.rows[i].is_mine);
		json_string(json, "why", report_row_why(why, &rows.rows[i], settings->group));
		json_count(json, "first_site", rows.rows[i].path);
		json_count(json, "site_count", rows.rows[i].path_count);
		share_json(json, &rows.rows[i]);
		sample_row_json(json, findings->classes->profile, &rows.rows[i]);
		hidden_json(json, &rows.rows[i]);
		json_count(json, "reallocs", rows.rows[i].reallocs);
		class_counts_json(json, &rows.rows[i].classes);
		json_object_end(json);
	}
	json_array_end(json);
	report_rows_release(&rows);
	return 0;
}

/* Write the threads whose blocks count, all of them, whatever `top` is. */
static int threads_json(struct json_writer *json, const struct classes *classes,
                        enum report_sort sort)
{
	struct text name = { NULL, 0, 0 };
	struct report_rows rows;
	int result = 0;
	size_t i;

	if (report_rows_make(&rows, classes, REPORT_BY_THREAD, sort))
		return -1;
	json_array(json, "threads");
	for (i = 0; i < rows.count && !result; i++) {
		name.bytes = 0;
		result = thread_row_name(&name, classes->profile, &rows.rows[i]);
		json_object(json, NULL);
		json_count(json, "serial", rows.rows[i].thread->serial);
		json_count(json, "tid", rows.rows[i].thread->tid);
		json_string(json, "name", name.data ? name.data : "");
		json_count(json, "goroutines", rows.rows[i].goroutines);
		share_json(json, &rows.rows[i]);
		/* gaps between the events of the thread that were read */
		json_count(json, "missing_events", rows.rows[i].thread->holes);
		json_object_end(json);
	}
	json_array_end(json);
	report_rows_release(&rows);
	text_release(&name);
	return result;
}

/* Write what goroutines with the same labels allocated; nothing if none had any. */
static int labels_json(struct json_writer *json, const struct classes *classes,
                       enum report_sort sort)
{
	struct report_rows rows = { NULL, 0 };
	const struct label_set *set;
	size_t i;
	uint32_t n;

	if (classes->profile->replay.threads.labels.count &&
	    report_rows_make(&rows, classes, REPORT_BY_LABEL, sort))
		return -1;
	json_array(json, "labels");
	for (i = 0; i < rows.count; i++) {
		set = rows.rows[i].labels;
		json_object(json, NULL);
		json_array(json, "labels");
		for (n = 0; n < set->count; n++) {
			json_object_inline(json, NULL);
			json_string(json, "key", set->labels[n].key);
			json_string(json, "value", set->labels[n].value);
			json_object_end(json);
		}
		json_array_end(json);
		json_bool(json, "complete", !set->is_cut);
		json_count(json, "allocations", rows.rows[i].allocations);
		json_count(json, "bytes", rows.rows[i].bytes);
		json_count(json, "frees", rows.rows[i].frees);
		json_count(json, "live_blocks", rows.rows[i].live_blocks);
		json_count(json, "live_bytes", rows.rows[i].live_bytes);
		json_count(json, "peak_blocks", rows.rows[i].peak_blocks);
		json_count(json, "peak_bytes", rows.rows[i].peak_bytes);
		json_object_end(json);
	}
	json_array_end(json);
	report_rows_release(&rows);
	return 0;
}

/*
 * Write the sums over the process. unknown_frees: of blocks whose birth was not seen;
 * missed_frees: blocks whose address was given out again, though no free was seen;
 * `inferred`: events whose frames were not exact.
 */
static void totals_json(struct json_writer *json, const struct profile *profile)
{
	const struct totals *totals = &profile->replay.totals;
	const struct call_paths *paths = &profile->replay.paths;

	json_object(json, "totals");
	json_count(json, "events", totals->events);
	json_count(json, "allocations", totals->allocations);
	json_count(json, "bytes", totals->bytes);
	json_count(json, "frees", totals->frees);
	json_count(json, "reallocs", totals->reallocs);
	json_count(json, "callocs", totals->callocs);
	json_count(json, "aligned", totals->aligned);
	json_count(json, "failed", totals->failed);
	json_count(json, "temporary", totals->temporary);
	json_count(json, "crossed", totals->crossed);
	json_count(json, "peak_bytes", paths->peak_bytes);
	json_count(json, "peak_blocks", paths->peak_blocks);
	json_count(json, "peak_ns", profile->peak_ns);
	json_count(json, "live_blocks", paths->live_blocks);
	json_count(json, "live_bytes", paths->live_bytes);
	json_count(json, "unknown_frees", totals->ends_unknown);
	json_count(json, "missed_frees", totals->ends_missed);
	json_count(json, "inferred", totals->plain);
	json_object_end(json);
}

/*
 * Write the number of allocations by size. Class i holds the sizes of i bits, class 0 the
 * size 0; a shift by 64 is undefined in C, so class 64 is handled apart.
 */
static void histogram_json(struct json_writer *json, const struct replay *replay)
{
	size_t i;

	json_array(json, "size_histogram");
	for (i = 0; i < SIZE_HISTOGRAM_COUNT; i++) {
		if (!replay->size_histogram[i])
			continue;
		json_object_inline(json, NULL);
		json_count(json, "size_min", i ? UINT64_C(1) << (i - 1) : 0);
		json_count(json, "size_max", i < 64 ? (UINT64_C(1) << i) - 1 : UINT64_MAX);
		json_count(json, "allocations", replay->size_histogram[i]);
		json_object_end(json);
	}
	json_array_end(json);
}

/*
 * Write the most live bytes of each step. All steps are equally wide: 1 << shift quanta of
 * the recorder's clock. Steps after the current one have no value yet and are not written.
 */
static void timeline_json(struct json_writer *json, const struct profile *profile)
{
	const struct timeline *timeline = &profile->replay.timeline;
	uint64_t width = UINT64_C(1) << timeline->shift;
	uint32_t i;

	json_object(json, "timeline");
	json_count(json, "step_ns",
	           process_time_ns(&profile->process->header, timeline->start + width));
	json_array_inline(json, "live_bytes_max");
	for (i = 0; i <= timeline->step; i++)
		json_count(json, NULL, timeline->bytes_max[i]);
	json_array_end(json);
	json_object_end(json);
}

/* The counts of a replay, in the form that reading only the chunks would give. */
static struct process_counts counts_of(const struct profile *profile)
{
	const struct totals *totals = &profile->replay.totals;

	return (struct process_counts){
		.events = totals->events,
		.allocations = totals->allocations,
		.bytes = totals->bytes,
		.frees = totals->frees,
		.reallocs = totals->reallocs,
		.failed = totals->failed,
		.threads = thread_table_threads(&profile->replay.threads),
		.plain = totals->plain,
		.time_last = totals->time_last,
		.lost = profile->lost,
	};
}

/* Write a process other than the one that is shown. */
static int counts_read(struct process_counts *counts, struct trace_reader *reader,
                       struct trace_process *process)
{
	struct phases *phases = trace_reader_phases(reader, process);
	struct segment_history history = { .count = 0 };
	int result = -1;

	if (phases && !segment_history_read(&history, reader, process) &&
	    !size_history_read(&history.sizes, reader, process)) {
		segment_history_see(&history, phases, &process->header);
		result = process_count(counts, reader, process, phases, NULL, NULL);
	}
	size_history_release(&history.sizes);
	segment_history_release(&history);
	phases_free(phases);
	return result;
}

/*
 * Write all processes of the recording, the shown one among them. Its counts are known from
 * the replay; for each of the others its chunks are read, which is the slow part of this
 * document.
 */
static int processes_json(struct json_writer *json, struct trace_reader *reader,
                          const struct profile *profile)
{
	struct process_counts counts;
	struct trace_process *process;
	size_t i;

	json_array(json, "processes");
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		process = trace_reader_process(reader, i);
		counts = counts_of(profile);
		/* of a sample, what was recorded: the estimates are in the totals */
		if ((process != profile->process || process->header.sample_bytes) &&
		    counts_read(&counts, reader, process))
			return -1;
		json_object(json, NULL);
		process_json(json, process, &counts);
		json_object_end(json);
	}
	json_array_end(json);
	return 0;
}

static void strings_json(struct json_writer *json, const char *key,
                         const char *const *strings, size_t count)
{
	size_t i;

	json_array_inline(json, key);
	for (i = 0; i < count; i++)
		json_string(json, NULL, strings[i]);
	json_array_end(json);
}

static void block_totals_json(struct json_writer *json, const char *key,
                              const struct block_totals *totals)
{
	json_object_inline(json, key);
	json_count(json, "blocks", totals->blocks);
	json_count(json, "allocations", totals->allocations);
	json_count(json, "bytes", totals->bytes);
	json_object_end(json);
}

/*
 * Write which blocks are counted, and how many they are of all. The keys are the same without a
 * filter: then all sizes are in it, and both totals are equal.
 */
static void filter_json(struct json_writer *json, const struct profile *profile,
                        const struct block_filter *filter)
{
	static const struct filter_request none;
	const struct filter_request *asked = filter ? filter->asked : &none;
	const struct block_choice *choice = &profile->choice;
	struct block_totals chosen = profile_chosen(profile), all = profile_all(profile);
	bool has_phase = choice->phase != PHASE_NUMBER_NONE;

	json_string(json, "phase",
	            has_phase ? profile->phases->totals[choice->phase].name : "");
	json_string(json, "thread", asked->thread ? asked->thread : "");
	json_object(json, "filter");
	json_string(json, "text", choice->text ? choice->text : "");
	strings_json(json, "modules", asked->modules, asked->module_count);
	strings_json(json, "functions", asked->functions, asked->function_count);
	json_bool(json, "only_mine", asked->is_only_mine);
	json_count(json, "size_min", choice->has_sizes ? choice->size_min : 0);
	json_count(json, "size_max", choice->has_sizes ? choice->size_max : UINT64_MAX);
	block_totals_json(json, "chosen", &chosen);
	block_totals_json(json, "all", &all);
	json_object_end(json);
}

/*
 * Write all keys of a profile. Small ones come first, so that a person who opens the file
 * sees the totals before thousands of call paths.
 */
static int report_write(struct json_writer *json, struct trace_reader *reader,
                        const struct findings *findings,
                        const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;
	const struct profile *profile = classes->profile;
	struct process_counts counts = counts_of(profile);
	bool is_trace = trace_reader_is_trace(reader);

	json_string(json, "recording", basename(trace_reader_name(reader)));
	/* false if chunks of this process are damaged or unread, though the trace has its end */
	json_bool(json, "complete",
	          is_trace && trace_reader_is_complete(reader) && !profile->lost.damaged &&
	              !(profile->process->header.flags & RING_UNREADABLE));
	incomplete_json(json, reader);
	json_object(json, "process");
	process_json(json, profile->process, &counts);
	json_object_end(json);
	phases_json(json, &profile->process->header, profile->phases);
	filter_json(json, profile, settings->filter);
	totals_json(json, profile);
	sample_json(json, profile);
	classes_json(json, classes);
	kind_split_json(json, &findings->split);
	lost_json(json, profile->process, &profile->lost);
	histogram_json(json, &profile->replay);
	timeline_json(json, profile);
	go_heap_json(json, profile, settings->top);
	if (alive_json(json, profile, settings->top) ||
	    heaps_json(json, classes, settings->top) ||
	    mappings_json(json, classes, settings->top) ||
	    growth_json(json, findings, settings->top) ||
	    advice_json(json, findings, settings->top) ||
	    threads_json(json, classes, settings->sort) ||
	    labels_json(json, classes, settings->sort) || faults_json(json, classes) ||
	    stacks_json(json, classes, settings) ||
	    kept_json(json, findings, settings->top) ||
	    groups_json(json, findings, settings) || paths_json(json, findings, settings) ||
	    processes_json(json, reader, profile))
		return -1;
	return 0;
}

int json_show_profile(struct report_output *output,
                      const struct report_subject *subject)
{
	struct findings findings;
	int result = findings_make(&findings, subject->profile,
	                           &subject->settings->classes);

	if (!result)
		result = report_write(output->state, subject->reader, &findings,
		                      subject->settings);
	findings_release(&findings);
	return result;
}

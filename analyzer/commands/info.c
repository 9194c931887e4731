/* commands/info.c - `outlive info`: what a recording holds, and how complete it is. */
#include "commands/command.h"
#include "trace/counts.h"
#include "report/json/process.h"
#include "replay/profile.h"
#include "base/progress.h"
#include "report/text/phases.h"
#include "report/text/recording.h"
#include "report/text/summary.h"
#include "base/screen.h"
#include "segments/history.h"
#include "segments/size_history.h"
#include "base/text.h"
#include "trace/reader.h"
#include "trace/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LABEL_COLUMNS 15   /* what a line is about */
#define PROGRAM_COLUMNS 20 /* left free beside a program's path */
#define TITLE_COLUMNS 22   /* and beside a command */
#define INFO_JSON_SCHEMA "outlive-info/1"

enum info_format { FORMAT_TEXT, FORMAT_JSON };

struct info_options {
	struct option_choice format;
};

static const char *const formats[] = { "text", "json", NULL };

static const struct option options[] = {
	{ "format", 'f', OPTION_CHOICE, offsetof(struct info_options, format), NULL,
	  "for people (default), or for programs", formats },
};

static void progress_events(void *progress, uint64_t done, uint64_t expected)
{
	progress_show(progress, done, expected);
}

static struct process_counts count_process(struct trace_reader *reader,
                                           struct trace_process *process,
                                           struct phases *phases)
{
	struct process_counts counts;
	struct progress progress;
	int result;

	progress_begin(&progress, "checking events");
	result = process_count(&counts, reader, process, phases, progress_events,
	                       &progress);
	progress_end(&progress);
	if (result)
		die("%s: out of memory", trace_reader_name(reader));
	return counts;
}

/* "       123 by this cause": a line below "lost". */
static void cause_print(const struct screen *screen, uint64_t count, const char *cause)
{
	char text[TEXT_NUMBER_BYTES];

	if (count)
		screen_line(screen, LABEL_COLUMNS, "    %10s %s", text_count(text, count),
		            cause);
}

static void lost_print(const struct screen *screen, const struct trace_process *process,
                       const struct lost_counts *lost)
{
	uint64_t events = lost->events - lost->drained;
	char count[TEXT_NUMBER_BYTES];
	unsigned i;

	/* Names of modules may be lost where no event is. */
	if (!events)
		screen_line(screen, LABEL_COLUMNS, "    lost       %s",
		            process->header.lost[LOST_DEFINITIONS] ? "no events" : "nothing");
	else
		screen_line(screen, LABEL_COLUMNS, "    lost       %s%s%s event%s",
		            screen_bold(screen), text_count(count, events),
		            screen_plain(screen), text_s(events));
	for (i = 0; i < LOST_CAUSES_MAX; i++)
		cause_print(screen, process->header.lost[i],
		            loss_cause_text(i) ? loss_cause_text(i)
		                               : "for a reason that a newer outlive knows");
	cause_print(screen, lost->damaged, "in chunks that are damaged");
	cause_print(screen, lost->holes, "missing for no known reason");
}

static void state_print(const struct screen *screen,
                        const struct trace_process *process)
{
	uint32_t flags = process->header.flags;

	screen_line(screen, LABEL_COLUMNS, "    state      %s%s%s",
	            flags & RING_FINISHED   ? "ran to its end"
	            : flags & RING_OUTLIVED ? "still ran when the trace ended"
	            : process->is_live
	                ? "is still running"
	                : "did not reach its end (killed, or _exit, or exec)",
	            flags & RING_FORKED ? "; began by fork" : "",
	            process->is_from_ring ? "; read from its ring" : "");
}

/* Which process it is: number, pid and command, which is given a line if room is short. */
static void process_title(const struct screen *screen,
                          const struct trace_process *process)
{
	const struct ring_header *header = &process->header;
	char command[2048], fitted[1024];
	size_t used = (size_t)snprintf(NULL, 0, "%3u  pid %u  ", process->number,
	                               header->pid);

	if (used < TITLE_COLUMNS)
		used = TITLE_COLUMNS;
	process_command_text(command, sizeof(command), header);
	fprintf(screen->file, "\n%3u  %spid %u%s", process->number, screen_bold(screen),
	        header->pid, screen_plain(screen));
	if (screen->is_narrow && used + text_columns(command) > screen->columns) {
		fputs("\n    command    ", screen->file);
		used = LABEL_COLUMNS;
	} else {
		fputs("  ", screen->file);
	}
	text_fit(fitted, sizeof(fitted), command, screen->columns - used, TEXT_KEEP_START);
	fprintf(screen->file, "%s\n    program    %s\n", fitted,
	        text_fit(command, sizeof(command), header->executable,
	                 screen->columns -
	                     (screen->is_narrow ? LABEL_COLUMNS : PROGRAM_COLUMNS),
	                 TEXT_KEEP_END));
}

/* How often its memory was looked at. */
struct segments_count {
	size_t read, refused, sizes;
	uint64_t interval_ns, sizes_ns;
};

static void segments_print(const struct screen *screen,
                           const struct segments_count *segments)
{
	char count[TEXT_NUMBER_BYTES], each[TEXT_NUMBER_BYTES], often[64] = "";
	char sizes[96] = "";

	if (segments->interval_ns)
		snprintf(often, sizeof(often), ", as a rule every %s",
		         text_duration(each, segments->interval_ns));
	if (segments->sizes)
		snprintf(sizes, sizeof(sizes), "; the size %s time%s, every %s",
		         text_count(count, segments->sizes), text_s(segments->sizes),
		         text_duration(each, segments->sizes_ns));
	if (segments->read)
		screen_line(screen, LABEL_COLUMNS, "    segments   %s sample%s%s%s",
		            text_count(count, segments->read), text_s(segments->read), often,
		            sizes);
	else if (segments->refused)
		screen_line(screen, LABEL_COLUMNS,
		            "    segments   not sampled: not permitted to look at the process");
}

static void process_print(const struct screen *screen,
                          const struct trace_process *process,
                          const struct process_counts *counts,
                          const struct phases *phases,
                          const struct segments_count *segments)
{
	const struct ring_header *header = &process->header;
	char first[TEXT_NUMBER_BYTES], second[TEXT_NUMBER_BYTES], third[TEXT_NUMBER_BYTES];
	char each[64] = "", failed[64] = "", threads[48] = "";

	process_title(screen, process);
	state_print(screen, process);
	/* of those that have made an event: of a program without any, nobody knows */
	if (counts->threads)
		snprintf(threads, sizeof(threads), ", %s thread%s",
		         text_count(second, counts->threads), text_s(counts->threads));
	screen_line(screen, LABEL_COLUMNS, "    time       %s%s",
	            process_is_calibrated(header)
	                ? text_duration(first, process_time_ns(header, counts->time_last))
	                : "unknown",
	            threads);
	if (counts->events)
		snprintf(each, sizeof(each), " (%.1f bytes each)",
		         (double)process->stored_bytes / (double)counts->events);
	screen_line(screen, LABEL_COLUMNS, "    events     %s in %s%s",
	            text_count(first, counts->events),
	            text_size(second, process->stored_bytes), each);
	if (counts->failed)
		snprintf(failed, sizeof(failed), ", %s failed",
		         text_count(first, counts->failed));
	screen_line(screen, LABEL_COLUMNS,
	            "               %s allocation%s (%s realloc%s), %s free%s%s",
	            text_count(first, counts->allocations), text_s(counts->allocations),
	            text_count(second, counts->reallocs), text_s(counts->reallocs),
	            text_count(third, counts->frees), text_s(counts->frees), failed);
	report_phases_whole(screen, header, phases);
	lost_print(screen, process, &counts->lost);
	segments_print(screen, segments);
	report_unseen(screen, header, 4);
}

/* ---- the recording ------------------------------------------------------------------- */

/* What events need to be understood is checked as well; what is wrong is a problem. */
static void check_names(struct trace_reader *reader,
                        const struct trace_process *process)
{
	struct address_map *map = trace_reader_map(reader, process);
	struct symbol_table *symbols = symbol_table_new();

	if (!map || !symbols || trace_reader_symbols(reader, process, symbols))
		die("%s: out of memory", trace_reader_name(reader));
	address_map_free(map);
	symbol_table_free(symbols);
}

static struct segments_count count_segments(struct trace_reader *reader,
                                            const struct trace_process *process,
                                            struct phases *phases)
{
	struct segment_history history;
	struct segments_count count;

	if (segment_history_read(&history, reader, process) ||
	    size_history_read(&history.sizes, reader, process))
		die("%s: out of memory", trace_reader_name(reader));
	segment_history_see(&history, phases, &process->header);
	count = (struct segments_count){ history.read, history.refused,
		                             history.sizes.readings, history.interval_ns,
		                             history.sizes.every_ns };
	size_history_release(&history.sizes);
	segment_history_release(&history);
	return count;
}

/* What is known once all of it was read. */
struct recording {
	struct trace_reader *reader;
	struct process_counts *counts;   /* of each process */
	struct phases **phases;          /* likewise */
	struct segments_count *segments; /* likewise */
	uint64_t damaged;                /* events that were lost by damage */
	bool is_damaged;                 /* something cannot be read */
};

static struct recording recording_read(struct trace_reader *reader)
{
	size_t count = trace_reader_process_count(reader), i;
	struct recording recording = { .reader = reader };
	struct trace_process *process;

	recording.counts = calloc(count, sizeof(*recording.counts));
	recording.phases = calloc(count, sizeof(struct phases *));
	recording.segments = calloc(count, sizeof(*recording.segments));
	if (!recording.counts || !recording.phases || !recording.segments)
		die("%s: out of memory", trace_reader_name(reader));
	for (i = 0; i < count; i++) {
		process = trace_reader_process(reader, i);
		recording.phases[i] = trace_reader_phases(reader, process);
		if (!recording.phases[i])
			die("%s: out of memory", trace_reader_name(reader));
		recording.segments[i] = count_segments(reader, process, recording.phases[i]);
		recording.counts[i] = count_process(reader, process, recording.phases[i]);
		check_names(reader, process);
		recording.damaged += recording.counts[i].lost.damaged;
	}
	recording.is_damaged = recording.damaged || trace_reader_problems(reader)->count;
	return recording;
}

/* Written to its end, and readable to its end. */
static bool is_complete(const struct recording *recording)
{
	return trace_reader_is_trace(recording->reader) &&
	       trace_reader_is_complete(recording->reader) && !recording->is_damaged;
}

/* A trace that is not complete, or a ring, of which something cannot be read. */
static void damage_print(const struct screen *screen, const struct recording *recording)
{
	bool has_end = trace_reader_is_trace(recording->reader);
	char count[TEXT_NUMBER_BYTES], what[64] = "not all of it can be read";

	if (recording->damaged)
		snprintf(what, sizeof(what), "%s event%s of it cannot be read",
		         text_count(count, recording->damaged), text_s(recording->damaged));
	screen_line(screen, 4, "  %sdamaged%s: %s%s", screen_bold(screen),
	            screen_plain(screen), has_end ? "it was written to its end, but " : "",
	            what);
}

static void completeness_print(const struct screen *screen,
                               const struct recording *recording)
{
	const struct trace_reader *reader = recording->reader;
	bool has_end = !trace_reader_is_trace(reader) || trace_reader_has_end(reader);
	char name[1024];

	if (is_complete(recording))
		screen_line(screen, 4, "  complete: it was written to its end");
	else if (has_end && recording->is_damaged)
		damage_print(screen, recording);
	else if (has_end)
		return; /* a ring has no end, and is what it is */
	else if (trace_reader_is_live(reader))
		screen_line(screen, 4,
		            "  still being recorded: this is what there is up to now");
	else if (trace_reader_rings_taken(reader))
		screen_line(
			screen, 4, "  %scut short%s; read together with %zu ring%s left in %s",
			screen_bold(screen), screen_plain(screen), trace_reader_rings_taken(reader),
			text_s(trace_reader_rings_taken(reader)),
			text_escape(name, sizeof(name), trace_reader_ring_directory(reader)));
	else
		screen_line(screen, 4, "  %scut short%s: its end was never written",
		            screen_bold(screen), screen_plain(screen));
}

static void recording_print(const struct screen *screen,
                            const struct recording *recording)
{
	const struct trace_reader *reader = recording->reader;
	const struct ring_header *first = &trace_reader_process(reader, 0)->header;
	time_t start = (time_t)(first->start_wall_ns / 1000000000);
	char size[TEXT_NUMBER_BYTES], date[64] = "an unknown time", name[1024];
	char population[POPULATION_TEXT_BYTES];
	struct tm when;

	if (first->start_wall_ns && localtime_r(&start, &when))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &when);
	text_fit(name, sizeof(name), trace_reader_name(reader), screen->columns - 2,
	         TEXT_KEEP_END);
	fprintf(screen->file, "%s%s%s\n", screen_bold(screen), name, screen_plain(screen));
	screen_line(screen, 4, "  %s of %s, begun %s, %s",
	            trace_reader_is_trace(reader) ? "a trace" : "a ring",
	            text_size(size, trace_reader_bytes(reader)), date,
	            report_population(population, reader));
	completeness_print(screen, recording);
}

static void problems_print(const struct screen *screen,
                           const struct problem_list *problems)
{
	char message[ERROR_BYTES];
	unsigned long long i;

	if (!problems->count)
		return;
	screen_heading(screen, "problems", "");
	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (problems->messages[i])
			screen_line(screen, 4, "  %s",
			            text_escape(message, sizeof(message), problems->messages[i]));
	}
	if (problems->count > i)
		screen_line(screen, 4, "  and %llu more", problems->count - i);
}

static void info_text(const struct recording *recording)
{
	struct screen screen = screen_of(stdout);
	struct trace_reader *reader = recording->reader;
	size_t i;

	recording_print(&screen, recording);
	for (i = 0; i < trace_reader_process_count(reader); i++)
		process_print(&screen, trace_reader_process(reader, i), &recording->counts[i],
		              recording->phases[i], &recording->segments[i]);
	problems_print(&screen, trace_reader_problems(reader));
}

static void info_json(const struct recording *recording)
{
	struct json_writer json = json_writer_of(stdout);
	struct trace_reader *reader = recording->reader;
	const struct problem_list *problems = trace_reader_problems(reader);
	size_t i;

	json_object(&json, NULL);
	json_string(&json, "schema", INFO_JSON_SCHEMA);
	json_string(&json, "recording", basename(trace_reader_name(reader)));
	json_string(&json, "kind", trace_reader_is_trace(reader) ? "trace" : "ring");
	json_bool(&json, "complete", is_complete(recording));
	json_count(&json, "bytes", trace_reader_bytes(reader));
	json_count(&json, "rings_taken", trace_reader_rings_taken(reader));
	json_array(&json, "processes");
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		json_object(&json, NULL);
		process_json(&json, trace_reader_process(reader, i), &recording->counts[i]);
		json_count(&json, "segment_samples", recording->segments[i].read);
		json_count(&json, "segment_samples_refused", recording->segments[i].refused);
		json_count(&json, "segment_sizes", recording->segments[i].sizes);
		phases_json(&json, &trace_reader_process(reader, i)->header,
		            recording->phases[i]);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_count(&json, "problem_count", problems->count);
	json_array(&json, "problems");
	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (problems->messages[i])
			json_string(&json, NULL, problems->messages[i]);
	}
	json_array_end(&json);
	json_object_end(&json);
}

static int info_run(const struct command *command, int argc, char **argv)
{
	struct info_options said = { .format = { FORMAT_TEXT, false } };
	int at = command_parse(command, &said, argc, argv);
	struct trace_reader *reader;
	struct recording recording;
	struct error error;
	size_t i;

	if (argc - at != 1)
		die_usage("info",
		          at == argc ? "info: which file?" : "info: one file at a time");
	reader = trace_reader_open(argv[at], &error);
	if (!reader)
		die("%s", error.message);
	recording = recording_read(reader);
	if (said.format.value == FORMAT_JSON)
		info_json(&recording);
	else
		info_text(&recording);
	for (i = 0; i < trace_reader_process_count(reader); i++)
		phases_free(recording.phases[i]);
	free(recording.phases);
	free(recording.counts);
	free(recording.segments);
	if (fflush(stdout) || ferror(stdout))
		die("the information could not be written to its end");
	trace_reader_close(reader);
	return EXIT_SUCCESS;
}

const struct command command_info = {
	.name = "info",
	.summary = "show what was recorded, how complete it is, and what was lost",
	.usage = "[OPTION]... FILE",
	.details = "FILE is a trace of 'outlive run', or a ring that a crash left behind.\n"
			   "Every chunk of it is read and checked.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = info_run,
};

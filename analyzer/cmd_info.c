/* cmd_info.c - `outlive info`: what a recording holds, and how complete it is. Layer 20. */
#include "command.h"
#include "process_counts.h"
#include "process_json.h"
#include "profile.h"
#include "progress.h"
#include "report_summary.h"
#include "screen.h"
#include "text.h"
#include "trace_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INFO_JSON_SCHEMA "outlive-info/1"

enum info_format { FORMAT_TEXT, FORMAT_JSON };

struct info_options {
	int format;
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
                                           struct trace_process *process)
{
	struct process_counts counts;
	struct progress progress;
	int result;

	progress_begin(&progress, "checking events");
	result = process_count(&counts, reader, process, progress_events, &progress);
	progress_end(&progress);
	if (result)
		die("%s: out of memory", trace_reader_name(reader));
	return counts;
}

static void lost_print(const struct screen *screen, const struct trace_process *process,
                       const struct lost_counts *lost)
{
	char count[TEXT_NUMBER_BYTES];
	unsigned i;

	if (!lost->events)
		fprintf(screen->file, "    lost       nothing\n");
	else
		fprintf(screen->file, "    lost       %s%s%s events\n", screen_bold(screen),
		        text_count(count, lost->events), screen_plain(screen));
	for (i = 0; i < LOST_CAUSES_MAX; i++) {
		if (process->header.lost[i])
			fprintf(screen->file, "    %10s %s\n",
			        text_count(count, process->header.lost[i]),
			        loss_cause_text(i) ? loss_cause_text(i)
			                           : "for a reason that a newer outlive knows");
	}
	if (lost->damaged)
		fprintf(screen->file, "    %10s in chunks that are damaged\n",
		        text_count(count, lost->damaged));
	if (lost->holes)
		fprintf(screen->file, "    %10s missing for no known reason\n",
		        text_count(count, lost->holes));
}

static void state_print(const struct screen *screen,
                        const struct trace_process *process)
{
	uint32_t flags = process->header.flags;

	fprintf(screen->file, "    state      %s%s%s\n",
	        flags & RING_FINISHED   ? "ran to its end"
	        : flags & RING_OUTLIVED ? "still ran when the trace ended"
	        : process->is_live      ? "is still running"
	                           : "did not reach its end (killed, or _exit, or exec)",
	        flags & RING_FORKED ? "; began by fork" : "",
	        process->is_from_ring ? "; read from its ring" : "");
}

static void process_print(const struct screen *screen,
                          const struct trace_process *process,
                          const struct process_counts *counts)
{
	char command[2048], fitted[2048], first[TEXT_NUMBER_BYTES],
		second[TEXT_NUMBER_BYTES];
	const struct ring_header *header = &process->header;

	process_command_text(command, sizeof(command), header);
	text_fit(fitted, sizeof(fitted), command, screen->columns - 22, false);
	fprintf(screen->file, "\n%3u  %spid %u%s  %s\n", process->number,
	        screen_bold(screen), header->pid, screen_plain(screen), fitted);
	text_fit(fitted, sizeof(fitted), header->executable, screen->columns - 20, true);
	fprintf(screen->file, "    program    %s\n", fitted);
	state_print(screen, process);
	fprintf(screen->file, "    time       %s, %s thread%s\n",
	        process_is_calibrated(header)
	            ? text_duration(first, process_time_ns(header, counts->time_last))
	            : "unknown",
	        text_count(second, counts->threads), counts->threads == 1 ? "" : "s");
	fprintf(screen->file, "    events     %s in %s", text_count(first, counts->events),
	        text_size(second, process->stored_bytes));
	if (counts->events)
		fprintf(screen->file, " (%.1f bytes each)",
		        (double)process->stored_bytes / (double)counts->events);
	fprintf(screen->file, "\n               %s allocation%s",
	        text_count(first, counts->allocations), text_s(counts->allocations));
	fprintf(screen->file, " (%s realloc%s), %s free%s",
	        text_count(first, counts->reallocs), text_s(counts->reallocs),
	        text_count(second, counts->frees), text_s(counts->frees));
	if (counts->failed)
		fprintf(screen->file, ", %s failed", text_count(first, counts->failed));
	fputc('\n', screen->file);
	lost_print(screen, process, &counts->lost);
}

static void recording_print(const struct screen *screen,
                            const struct trace_reader *reader)
{
	const struct ring_header *first = &trace_reader_process(reader, 0)->header;
	time_t start = (time_t)(first->start_wall_ns / 1000000000);
	char size[TEXT_NUMBER_BYTES], date[64] = "an unknown time", name[1024];
	struct tm when;

	if (first->start_wall_ns && localtime_r(&start, &when))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &when);
	text_fit(name, sizeof(name), trace_reader_name(reader), screen->columns - 2, true);
	fprintf(screen->file, "%s%s%s\n", screen_bold(screen), name, screen_plain(screen));
	fprintf(screen->file, "  %s of %s, begun %s, %zu process%s\n",
	        trace_reader_is_trace(reader) ? "a trace" : "a ring",
	        text_size(size, trace_reader_bytes(reader)), date,
	        trace_reader_process_count(reader),
	        trace_reader_process_count(reader) == 1 ? "" : "es");
	if (!trace_reader_is_trace(reader))
		return;
	if (trace_reader_is_complete(reader))
		fprintf(screen->file, "  complete: it was written to its end\n");
	else if (trace_reader_is_live(reader))
		fprintf(screen->file,
		        "  still being recorded: this is what there is up to now\n");
	else if (trace_reader_rings_taken(reader))
		fprintf(
			screen->file, "  %scut short%s; read together with %zu ring%s left in %s\n",
			screen_bold(screen), screen_plain(screen), trace_reader_rings_taken(reader),
			text_s(trace_reader_rings_taken(reader)),
			text_escape(name, sizeof(name), trace_reader_ring_directory(reader)));
	else
		fprintf(screen->file, "  %scut short%s: its end was never written\n",
		        screen_bold(screen), screen_plain(screen));
}

static void problems_print(const struct screen *screen,
                           const struct problem_list *problems)
{
	unsigned long long i;

	if (!problems->count)
		return;
	screen_heading(screen, "problems", "");
	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (problems->messages[i])
			fprintf(screen->file, "  %s\n", problems->messages[i]);
	}
	if (problems->count > i)
		fprintf(screen->file, "  and %llu more\n", problems->count - i);
}

static void info_text(struct trace_reader *reader)
{
	struct screen screen = screen_of(stdout);
	struct process_counts counts;
	struct trace_process *process;
	size_t i;

	recording_print(&screen, reader);
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		process = trace_reader_process(reader, i);
		counts = count_process(reader, process);
		process_print(&screen, process, &counts);
	}
	problems_print(&screen, trace_reader_problems(reader));
}

static void info_json(struct trace_reader *reader)
{
	struct json_writer json = json_writer_of(stdout);
	const struct problem_list *problems = trace_reader_problems(reader);
	struct process_counts counts;
	struct trace_process *process;
	size_t i;

	json_object(&json, NULL);
	json_string(&json, "schema", INFO_JSON_SCHEMA);
	json_string(&json, "recording", basename(trace_reader_name(reader)));
	json_string(&json, "kind", trace_reader_is_trace(reader) ? "trace" : "ring");
	json_bool(&json, "complete",
	          trace_reader_is_trace(reader) && trace_reader_is_complete(reader));
	json_count(&json, "bytes", trace_reader_bytes(reader));
	json_count(&json, "rings_taken", trace_reader_rings_taken(reader));
	json_array(&json, "processes");
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		process = trace_reader_process(reader, i);
		counts = count_process(reader, process);
		json_object(&json, NULL);
		process_json(&json, process, &counts);
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
	struct info_options said = { FORMAT_TEXT };
	int at = command_parse(command, &said, argc, argv);
	struct trace_reader *reader;
	struct error error;

	if (argc - at != 1)
		die_usage("info",
		          at == argc ? "info: which file?" : "info: one file at a time");
	reader = trace_reader_open(argv[at], &error);
	if (!reader)
		die("%s", error.message);
	if (said.format == FORMAT_JSON)
		info_json(reader);
	else
		info_text(reader);
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
			   "Every chunk of it is read and checked.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = info_run,
};

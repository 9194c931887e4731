/* commands/info.c - `outlive info`: what a recording contains, and how complete it is. */
#include "commands/command.h"

#include "base/progress.h"
#include "commands/formats.h"
#include "commands/pager.h"
#include "report/info.h"
#include "segments/history.h"
#include "segments/size_history.h"

#include <stdio.h>
#include <stdlib.h>

struct info_options {
	struct option_choice format;
	bool no_pager;
};

/*
 * The names that --format takes. Filled by formats_offer() before the command line is parsed:
 * the table of options is constant and points here.
 */
static const char *formats[FORMATS_MAX + 1];

static const struct option options[] = {
	{ "format", 'f', OPTION_CHOICE, offsetof(struct info_options, format), NULL,
	  "for people (default), or for programs", formats, NULL },
	PAGER_OPTION(info_options, no_pager),
};

static void progress_events(void *progress, uint64_t done, uint64_t expected)
{
	progress_show(progress, done, expected);
}

/*
 * Read every event chunk of one process, and count what is in them. Damage is no failure: the
 * reader reports it in its problems, and counts the events there as lost.
 */
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

/*
 * Read the address map and the symbols, too: damage in them becomes one of the reader's
 * problems.
 */
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

/*
 * Count the snapshots and the size readings of one process. They are read in full and dropped
 * again, so that each is checked. They also show that the process was alive: `phases` learns
 * the time of the last one, since a process may live on long after its last event.
 */
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

/*
 * Read all of the recording, process by process. The order within a process matters: phases
 * come first, since the two counts that follow fill them; whether anything is damaged is
 * decided last, since each step may add to the reader's problems.
 */
static struct recording_info recording_read(struct trace_reader *reader)
{
	size_t count = trace_reader_process_count(reader), i;
	struct recording_info recording = { .reader = reader };
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
		recording.is_damaged |= (process->header.flags & RING_UNREADABLE) != 0;
	}
	recording.is_damaged |= recording.damaged || trace_reader_problems(reader)->count;
	return recording;
}

static void recording_release(struct recording_info *recording)
{
	size_t i;

	for (i = 0; i < trace_reader_process_count(recording->reader); i++)
		phases_free(recording->phases[i]);
	free(recording->phases);
	free(recording->counts);
	free(recording->segments);
}

/*
 * Succeeds for an incomplete or damaged recording, too: to show that is what `info` is for.
 * Only a file that is no recording at all is an error.
 */
static int info_run(const struct command *command, int argc, char **argv)
{
	struct report_output output = { .file = stdout };
	struct info_options options = { .format = { .is_given = false } };
	struct report_subject subject = { .view = REPORT_INFO };
	struct recording_info recording;
	struct trace_reader *reader;
	struct error error;
	int at;

	formats_offer(formats, REPORT_INFO, REPORT_INFO);
	at = command_parse(command, &options, argc, argv);
	if (argc - at != 1)
		die_usage("info",
		          at == argc ? "info: which file?" : "info: one file at a time");
	reader = trace_reader_open(argv[at], &error);
	if (!reader)
		die("%s", error.message);
	recording = recording_read(reader);
	subject.info = &recording;
	pager_begin(options.no_pager);
	if (reporter_show(format_find(formats[options.format.value]), &output, &subject))
		die("%s: out of memory", trace_reader_name(reader));
	recording_release(&recording);
	if (pager_flush())
		die("the information could not be written completely");
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

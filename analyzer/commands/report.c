/* commands/report.c - `outlive report`: who allocated what, by a recording. */
#include "verdict/block_history.h"
#include "commands/blocks.h"
#include "commands/command.h"
#include "commands/given.h"
#include "commands/pager.h"
#include "commands/report_options.h"
#include "replay/profile.h"
#include "report/completeness.h"
#include "report/text/recording.h"
#include "report/why_choice.h"
#include "verdict/name_patterns.h"
#include "base/text.h"

#include <malloc.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Tables of this size are mapped, however many such were freed: the kernel moves them when they
 * grow, and takes them back. In the heap, each would leave a hole of half its size where it was.
 */
#define MAPPED_BYTES_MIN (4 << 20)

/*
 * Refuse a trace that was cut short before its first event: an empty report would be wrong. A
 * trace that is still being recorded may be empty for now; so may a ring; and a complete trace
 * without events is a program that allocated nothing, which is a true report.
 */
static void emptiness_check(const struct trace_reader *reader)
{
	size_t count = trace_reader_process_count(reader), i;

	if (!trace_reader_is_trace(reader) || trace_reader_is_complete(reader) ||
	    trace_reader_is_live(reader))
		return;
	for (i = 0; i < count; i++) {
		if (trace_reader_process(reader, i)->events)
			return;
	}
	die("%s: was cut short before its first event: nothing is left to report",
	    trace_reader_name(reader));
}

/*
 * Report that --why names no call path or function, or several. The candidates, if any, go
 * to stderr before the message.
 */
static _Noreturn void why_die(const char *file, const char *why, const char *filter,
                              const struct why_several *several)
{
	if (several->is_filtered)
		die("%s: '%s' is there, but has none of the blocks %s: without that filter, --why shows "
		    "it",
		    file, why, filter);
	if (several->list.bytes)
		fputs(several->list.data, stderr);
	if (several->peeled)
		die("%s: '%s' only allocates for others and is skipped as a wrapper (%s): its "
		    "blocks are counted for these functions, and --why takes the number of one",
		    file, why, peel_reason_text(several->peeled));
	if (several->list.bytes)
		die("%s: several functions are '%s': --why takes the number of one of these",
		    file, why);
	if (several->line.bytes)
		die("%s: '%s' may be %s", file, why, several->line.data);
	die("%s: %s%s%sno call path, and no function that allocates, owns or maps memory or is "
	    "on a stack, is '%s': --by path, --by function, --by owner, --mappings and --stacks "
	    "list them",
	    file, filter ? "of the blocks " : "", filter ? filter : "", filter ? ", " : "",
	    why);
}

/* ---- views ---------------------------------------------------------------------------- */

/*
 * A result above 0 means that the view found nothing by the name that was asked for. Two views
 * can do that: --stacks with a --thread that has no known stack, and --why with a name that is
 * no call path. Both exit here, since only the command knows what the user typed. Returns 0,
 * or -1: memory is out.
 */
static int report_print(struct trace_reader *reader, const struct profile *profile,
                        const struct report_options *options,
                        const struct reporter *reporter,
                        struct report_settings *settings)
{
	const struct report_subject subject = { .view = settings->view,
		                                    .reader = reader,
		                                    .profile = profile,
		                                    .settings = settings };
	struct report_output output = { .file = stdout };
	struct why_several several = { .peeled = PEEL_NOT };
	struct text incomplete = { NULL, 0, 0 };
	int result = completeness_text(&incomplete, reader);

	settings->several = &several;
	settings->incomplete = incomplete.data;
	pager_begin(options->no_pager);
	if (!result)
		result = reporter_show(reporter, &output, &subject);
	settings->incomplete = NULL;
	text_release(&incomplete);
	settings->several = NULL;
	if (result > 0 && options->stacks)
		die("%s: no thread '%s' has a known stack: --stacks shows all",
		    trace_reader_name(reader), options->thread);
	if (result > 0)
		why_die(trace_reader_name(reader), options->why, profile->choice.text,
		        &several);
	text_release(&several.list);
	text_release(&several.line);
	return result;
}

/*
 * Read the history of the blocks that --explain names by an address or the number of an
 * allocation. strtoull() would turn "-1" into a huge number, so a minus is refused; an address
 * is rounded down to a multiple of 8.
 */
static void history_read(struct block_history *history, struct trace_reader *reader,
                         const struct profile *profile, const char *which)
{
	bool is_address = !strncmp(which, "0x", 2);
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(which, &end, is_address ? 16 : 10);
	if (errno || *end || end == which || !value || *which == '-')
		die_usage("report",
		          "--explain: '%s' is neither an address (0x..) nor the "
		          "number of an allocation",
		          which);
	if (is_address)
		value &= ~UINT64_C(7);
	if (value && block_history_read(history, reader, profile, is_address ? value : 0,
	                                is_address ? 0 : value))
		die("%s: out of memory for its blocks", trace_reader_name(reader));
	if (!history->count && profile->choice.text)
		die("%s: %s: no block %s was there", trace_reader_name(reader), which,
		    profile->choice.text);
	if (!history->count)
		die("%s: %s: no block was allocated there", trace_reader_name(reader), which);
}

/* ---- the command ---------------------------------------------------------------------- */

/*
 * Open the recording, and choose the process to report: *process is its index. Exits with an
 * error if either fails, or if there is nothing to report.
 */
static struct trace_reader *recording_open(const char *path,
                                           const struct report_options *options,
                                           size_t *process)
{
	struct trace_reader *reader;
	struct error error;

	reader = trace_reader_open(path, &error);
	if (!reader || process_pick(reader, &options->process, process, &error))
		die("%s", error.message);
	emptiness_check(reader);
	return reader;
}

/*
 * "put" of "put (in serve)", as lists of owners show a function that keeps blocks for a main
 * loop. What is allocated here stays until the program ends.
 */
static const char *owner_alone(const char *name)
{
	const char *loop = name ? strstr(name, " (in ") : NULL;
	const char *alone = loop ? strndup(name, (size_t)(loop - name)) : NULL;

	return alone ? alone : name;
}

/*
 * Find out which functions --wrapper and --keep mean, and warn of what matches none. The settings
 * borrow the lists of the options.
 */
static void names_settle(const struct profile *profile, struct report_options *options,
                         const struct class_options *classes)
{
	struct name_patterns wrappers = { "--wrapper", options->wrappers.items,
		                              options->wrappers.count };
	struct name_patterns kept = { "--keep", options->kept.items, options->kept.count };
	struct name_patterns mine = { "--mine", options->mine.items, options->mine.count };
	struct text unmatched = { NULL, 0, 0 };
	struct error error;
	char *line, *end = NULL;

	if (name_patterns_resolve(&wrappers, profile, &unmatched, &error) ||
	    name_patterns_resolve(&kept, profile, &unmatched, &error))
		die("%s: %s", profile->name, error.message);
	if (own_patterns_check(&mine, profile, classes, &unmatched))
		die("%s: out of memory for its functions", profile->name);
	for (line = unmatched.data ? strtok_r(unmatched.data, "\n", &end) : NULL; line;
	     line = strtok_r(NULL, "\n", &end))
		warning("%s: %s", profile->name, line);
	text_release(&unmatched);
}

/*
 * Read the blocks that are asked for: for a filter, all blocks first. Warnings about the
 * recording come last: reading is what finds damage, and only afterwards the progress line is
 * gone from the terminal.
 */
static struct profile *recording_read(struct trace_reader *reader, size_t process,
                                      struct report_options *options,
                                      struct report_settings *settings,
                                      const struct filter_request *asked,
                                      struct block_filter *filter,
                                      struct given_files *given)
{
	struct profile *profile = blocks_read(reader, process, NULL, given);
	struct error error;

	names_settle(profile, options, &settings->classes);
	if (filter_request_is_any(asked)) {
		if (block_filter_make(filter, profile, &settings->classes, asked, &error))
			die("%s", error.message);
		profile_free(profile);
		profile = blocks_read(reader, process, &filter->choice, given);
		settings->filter = filter;
		settings->classes.peeling = &filter->peeling;
		settings->classes.peeling_functions = filter->function_count;
	}
	report_completeness(reader);
	problems_warn(trace_reader_problems(reader));
	return profile;
}

/*
 * All that the command line and the files of --suppressions can have wrong is refused before
 * the recording is read, which may take minutes.
 */
static int report_run(const struct command *command, int argc, char **argv)
{
	static struct report_options
		options; /* zeroed: nothing is given; too large for the stack */
	const struct reporter *reporter;
	struct suppressions suppressions = { .count = 0 };
	struct block_history history = { .count = 0 };
	struct filter_request asked;
	struct block_filter filter = { .asked = NULL };
	struct given_files given = { .count = 0 };
	struct report_settings settings;
	enum report_view view;
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;
	size_t process = 0, i;
	int at;

	mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES_MIN);
	report_formats_offer();
	at = command_parse(command, &options, argc, argv);
	if (argc - at != 1)
		die_usage("report",
		          at == argc ? "report: which file?" : "report: one file at a time");
	reporter = report_format(&options);
	options.why = owner_alone(options.why);
	for (i = 0; i < options.functions.count; i++)
		options.functions.items[i] = owner_alone(options.functions.items[i]);
	asked = report_filter_asked(&options);
	view = report_view_choose(&options, reporter);
	for (i = 0; i < options.suppressions.count; i++) {
		if (suppressions_read(&suppressions, options.suppressions.items[i], &error))
			die("%s", error.message);
	}
	reader = recording_open(argv[at], &options, &process);
	settings = report_settings_of(&options, reporter, &suppressions);
	given_read(&given, options.symbols.items, options.symbols.count, reader);
	profile = recording_read(reader, process, &options, &settings, &asked, &filter,
	                         options.symbols.count ? &given : NULL);
	settings.view = view;
	settings.history = &history;
	if (view == REPORT_EXPLAIN)
		history_read(&history, reader, profile, options.explain);
	if (report_print(reader, profile, &options, reporter, &settings))
		die("%s: out of memory for the report", argv[at]);
	block_history_release(&history);
	suppressions_release(&suppressions);
	if (pager_flush())
		die("the report could not be written completely");
	profile_free(profile);
	block_filter_release(&filter);
	given_files_release(&given);
	trace_reader_close(reader);
	return EXIT_SUCCESS;
}

const struct command command_report = {
	.name = "report",
	.summary = "show who allocated what",
	.usage = "[OPTION]... FILE",
	.details = "FILE is a trace of 'outlive run', or a ring that a crash left behind.\n"
			   "Without --by, --class, --sort or --top: an overview.",
	.options = report_options,
	.option_count = REPORT_OPTIONS,
	.run = report_run,
};

/* commands/report.c - `outlive report`: who allocated what, by a recording. */
#include "verdict/block_filter.h"
#include "verdict/block_history.h"
#include "commands/command.h"
#include "commands/formats.h"
#include "trace/pick.h"
#include "replay/profile.h"
#include "replay/profile_symbols.h"
#include "base/progress.h"
#include "report/text/recording.h"
#include "report/why_choice.h"
#include "symbols/symbolizer.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The values of the table below, which finds each by its offset. All zero is the default.
 * Strings point into argv.
 */
struct report_options {
	struct option_choice group, sort, class, format;
	struct option_number top;
	struct process_choice process;
	const char *why, *explain, *phase, *thread, *sizes;
	struct option_list modules, functions;
	bool stacks, heap_kept, only_mine, advice;
	struct option_list wrappers, kept, mine;
	struct option_list suppressions; /* names of files */
	bool all;
};

/*
 * The names are in the order of enum report_group, enum verdict and enum report_sort: the index
 * that the parser stores is used as the enum's value. The aliases are the names of version 0.1,
 * and the class whose printed name has spaces.
 */
static const char *const groups[] = { "path",   "function", "module",
	                                  "thread", "owner",    NULL };
static const struct option_alias group_aliases[] = { { "site", REPORT_BY_PATH },
	                                                 { NULL, 0 } };
static const char *const classes[] = { "stack-like",  "escaping",     "crossed",
	                                   "static-like", "live-at-exit", "suppressed",
	                                   "inferred",    "open",         "unknown",
	                                   NULL };
static const struct option_alias class_aliases[] = {
	{ "stack", CLASS_STACK },       { "escape", CLASS_ESCAPING },
	{ "static", CLASS_STATIC },     { "live", CLASS_LIVE },
	{ "live at exit", CLASS_LIVE }, { NULL, 0 }
};
static const char *const sorts[] = { "bytes", "calls", "peak", "live", NULL };
/* Filled by formats_offer() before the command line is parsed, since the options point here. */
static const char *formats[FORMATS_MAX + 1];

static const struct option options[] = {
	{ "by", 'b', OPTION_CHOICE, offsetof(struct report_options, group), NULL,
	  "one row for each of these, instead of the overview", groups, group_aliases },
	{ "sort", 's', OPTION_CHOICE, offsetof(struct report_options, sort), NULL,
	  "sort by bytes allocated, calls, bytes at the peak, or bytes never\n"
	  "freed; the most first",
	  sorts, NULL },
	{ "class", 'c', OPTION_CHOICE, offsetof(struct report_options, class), NULL,
	  "show which functions allocate the blocks of this class", classes,
	  class_aliases },
	{ "why", 'w', OPTION_STRING, offsetof(struct report_options, why), "WHAT",
	  "the evidence about a call path (its number), a call site (35c), or\n"
	  "a function: its number (35f), its name as shown, or a part of it",
	  NULL, NULL },
	{ "explain", 'e', OPTION_STRING, offsetof(struct report_options, explain), "BLOCK",
	  "follow one block: its address (0x..), or the number of its\n"
	  "allocation, counted from 1",
	  NULL, NULL },
	{ "advice", 0, OPTION_FLAG, offsetof(struct report_options, advice), NULL,
	  "all advice, the most useful first", NULL, NULL },
	{ "stacks", 0, OPTION_FLAG, offsetof(struct report_options, stacks), NULL,
	  "how deep the stacks of the threads went, and by which functions", NULL, NULL },
	{ "kept", 0, OPTION_FLAG, offsetof(struct report_options, heap_kept), NULL,
	  "what malloc keeps though it is free, which blocks pin it, what helps", NULL,
	  NULL },
	{ "thread", 't', OPTION_STRING, offsetof(struct report_options, thread), "THREAD",
	  "only blocks that this thread allocated: its number, its name, or a\n"
	  "glob; with --stacks: its deepest call path",
	  NULL, NULL },
	{ "module", 0, OPTION_LIST, offsetof(struct report_options, modules), "NAME",
	  "only blocks that functions of this module allocated (program or\n"
	  "library): its name, path, a part or a glob; may be repeated",
	  NULL, NULL },
	{ "function", 0, OPTION_LIST, offsetof(struct report_options, functions), "NAME",
	  "only blocks that this function allocated, or what it called: its name\n"
	  "as shown, a part, a glob or its number (35f); may be repeated",
	  NULL, NULL },
	{ "size", 0, OPTION_STRING, offsetof(struct report_options, sizes), "SIZES",
	  "only blocks of this size when they were allocated: 24, 1K..64K, ..256\n"
	  "or 4K..",
	  NULL, NULL },
	{ "only-mine", 0, OPTION_FLAG, offsetof(struct report_options, only_mine), NULL,
	  "only blocks that your own code allocated: see --mine", NULL, NULL },
	{ "phase", 0, OPTION_STRING, offsetof(struct report_options, phase), "NAME",
	  "only blocks allocated in this phase: load, main, exit, or one that\n"
	  "the program named (see outlive_phase(3))",
	  NULL, NULL },
	{ "wrapper", 0, OPTION_LIST, offsetof(struct report_options, wrappers), "NAME",
	  "a function that only allocates for its caller; may be a glob", NULL, NULL },
	{ "keep", 0, OPTION_LIST, offsetof(struct report_options, kept), "NAME",
	  "a function that is no wrapper, though it is of a standard library, or\n"
	  "allocates for its caller; may be a glob",
	  NULL, NULL },
	{ "mine", 'm', OPTION_LIST, offsetof(struct report_options, mine), "PATTERN",
	  "list your own code first: source files, modules, directories or\n"
	  "namespaces (default: a guess); may be repeated",
	  NULL, NULL },
	{ "suppressions", 0, OPTION_LIST, offsetof(struct report_options, suppressions),
	  "FILE",
	  "hide never-freed blocks that match a rule of this file, in the syntax\n"
	  "of LeakSanitizer: lines of leak:PATTERN; may be repeated",
	  NULL, NULL },
	{ "all", 'a', OPTION_FLAG, offsetof(struct report_options, all), NULL,
	  "hide nothing, not even what libc and runtimes keep on purpose", NULL, NULL },
	{ "top", 'n', OPTION_COUNT, offsetof(struct report_options, top), "N",
	  "show at most N rows (default 20; json: 1000 paths; csv: all); 0: all", NULL,
	  NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct report_options, format), NULL,
	  "for people (default), for programs: see outlive-report-json(5), or\n"
	  "call paths as a table",
	  formats, NULL },
	{ "pid", 'p', OPTION_COUNT, offsetof(struct report_options, process.pid), "PID",
	  "report the process with this pid (default: the program that the first\n"
	  "process became by exec, else the process with the most events)",
	  NULL, NULL },
	{ "process", 0, OPTION_COUNT, offsetof(struct report_options, process.number), "N",
	  "report the process with this number in 'outlive info', if exec made\n"
	  "several of one pid",
	  NULL, NULL },
};

static void progress_events(void *progress, uint64_t done, uint64_t expected)
{
	progress_show(progress, done, expected);
}

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
static _Noreturn void why_die(const char *file, const char *why,
                              const struct why_several *several)
{
	if (several->list.bytes)
		fputs(several->list.data, stderr);
	if (several->peeled)
		die("%s: '%s' only allocates for others and is skipped as a wrapper (%s): its "
		    "blocks are counted for these functions, and --why takes the number of one",
		    file, why, peel_reason_text(several->peeled));
	if (several->list.bytes)
		die("%s: several functions are '%s': --why takes the number of one of these",
		    file, why);
	die("%s: no call path or function '%s': --by path and --by function list them",
	    file, why);
}

/* ---- views ---------------------------------------------------------------------------- */

/* Options that select a view, or that some views refuse. */
enum {
	ASKED_BY = 1 << 0,
	ASKED_SORT = 1 << 1,
	ASKED_CLASS = 1 << 2,
	ASKED_TOP = 1 << 3,
	ASKED_WHY = 1 << 4,
	ASKED_EXPLAIN = 1 << 5,
	ASKED_STACKS = 1 << 6,
	ASKED_BLOCKS = 1 << 7, /* filters that say nothing about a stack */
	ASKED_ADVICE = 1 << 8,
	ASKED_KEPT = 1 << 9,
};
#define REFUSED_MAX 3 /* sets of options that a view refuses */
#define ASKED_ROWS (ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_TOP)

/*
 * One row for each view. The first row with a given option is shown. So the order of the rows
 * is that of precedence: a view that refuses other options comes before the views that these
 * select. The overview, which no option selects, ends the search.
 */
static const struct view_row {
	enum report_view view;
	const char *name; /* of the option, for messages */
	unsigned options; /* that select the view; 0: the default */
	struct {
		unsigned options;
		const char *message;
	} refused[REFUSED_MAX];
} views[] = {
	{ REPORT_STACKS,
	  "--stacks",
	  ASKED_STACKS,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN |
	          ASKED_ADVICE,
	      "--stacks goes alone, without --by, --sort, --class, --why, --advice or "
	      "--explain" },
	    { ASKED_BLOCKS,
	      "--stacks shows no blocks, so --module, --function, --size, --only-mine and "
	      "--phase do not go with it" },
	    { ASKED_KEPT, "--stacks and --kept do not go together" } } },
	{ REPORT_KEPT,
	  "--kept",
	  ASKED_KEPT,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN |
	          ASKED_ADVICE,
	      "--kept goes with none of --by, --sort, --class, --why, --advice and --explain" } } },
	{ REPORT_ADVICE,
	  "--advice",
	  ASKED_ADVICE,
	  { { ASKED_BY | ASKED_SORT | ASKED_CLASS | ASKED_WHY | ASKED_EXPLAIN,
	      "--advice goes alone, without --by, --sort, --class, --why or --explain" } } },
	{ REPORT_WHY,
	  "--why",
	  ASKED_WHY,
	  { { ASKED_EXPLAIN, "--why and --explain do not go together" },
	    { ASKED_ROWS, "--why goes with none of --by, --class, --sort and --top" } } },
	{ REPORT_EXPLAIN,
	  "--explain",
	  ASKED_EXPLAIN,
	  { { ASKED_ROWS,
	      "--explain goes with none of --by, --class, --sort and --top" } } },
	{ REPORT_CLASS, "--class", ASKED_CLASS, { { 0, NULL } } },
	{ REPORT_ROWS, "--by", ASKED_BY | ASKED_SORT | ASKED_TOP, { { 0, NULL } } },
	{ REPORT_OVERVIEW, "the overview", 0, { { 0, NULL } } },
};

/*
 * The options that were given, as ASKED bits. Those that go with every view (--thread, --wrapper
 * ..), or choose the process, have no bit.
 */
static unsigned asked_options(const struct report_options *options)
{
	return (options->group.is_given ? ASKED_BY : 0) |
	       (options->sort.is_given ? ASKED_SORT : 0) |
	       (options->class.is_given ? ASKED_CLASS : 0) |
	       (options->top.is_given ? ASKED_TOP : 0) | (options->why ? ASKED_WHY : 0) |
	       (options->explain ? ASKED_EXPLAIN : 0) |
	       (options->stacks ? ASKED_STACKS : 0) | (options->advice ? ASKED_ADVICE : 0) |
	       (options->heap_kept ? ASKED_KEPT : 0) |
	       (options->modules.count || options->functions.count || options->sizes ||
	                options->only_mine || options->phase
	            ? ASKED_BLOCKS
	            : 0);
}

/* Choose the view by the options. Exits with an error if they do not go together. */
static const struct view_row *view_choose(const struct report_options *options)
{
	unsigned asked = asked_options(options);
	const struct view_row *row = views;
	size_t i;

	/*
	 * a thread allocates blocks of all classes, and an owner owns blocks that others
	 * allocated
	 */
	if (options->class.is_given && (options->group.value == REPORT_BY_THREAD ||
	                                options->group.value == REPORT_BY_OWNER))
		die_usage("report",
		          "report: --class goes with --by path, function or module, not %s",
		          groups[options->group.value]);
	while (row->options && !(row->options & asked))
		row++;
	for (i = 0; i < REFUSED_MAX; i++) {
		if (row->refused[i].options & asked)
			die_usage("report", "report: %s", row->refused[i].message);
	}
	return row;
}

/*
 * Exits with an error if the format cannot show the view or its groups. This is checked before
 * the recording is opened, since reading it may take minutes.
 */
static void view_check(const struct view_row *row, const struct report_options *options,
                       const struct reporter *reporter)
{
	const char *group = groups[options->group.value];

	if (!reporter->show[row->view])
		die_usage("report", "report: %s %s", row->name, reporter->refusal);
	if (options->group.is_given && !(reporter->groups & 1u << options->group.value))
		die_usage("report", "report: --by %s %s", group, reporter->refusal);
}

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
	int result;

	settings->several = &several;
	result = reporter_show(reporter, &output, &subject);
	settings->several = NULL;
	if (result > 0 && options->stacks)
		die("%s: no thread '%s' has a known stack: --stacks shows all",
		    trace_reader_name(reader), options->thread);
	if (result > 0)
		why_die(trace_reader_name(reader), options->why, &several);
	text_release(&several.list);
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

/* The settings of the report, as far as the options determine them. */
static struct report_settings settings_of(const struct report_options *options,
                                          const struct reporter *reporter,
                                          const struct suppressions *suppressions)
{
	return (struct report_settings){
		.group = options->group.is_given ? (enum report_group)options->group.value
		                                 : reporter->group,
		.sort = (enum report_sort)options->sort.value,
		.top = options->top.is_given ? options->top.value
		       : options->advice     ? 0
		                             : reporter->top,
		.class = (enum verdict)options->class.value,
		.why = options->why,
		.classes = { .wrappers = options->wrappers.items,
		             .wrapper_count = options->wrappers.count,
		             .kept = options->kept.items,
		             .kept_count = options->kept.count,
		             .mine = options->mine.items,
		             .mine_count = options->mine.count,
		             .suppressions = options->suppressions.count ? suppressions : NULL,
		             .shows_suppressed = options->all },
	};
}

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

/* Whether the recording has the names of the process, and what was inlined. */
static bool is_named(struct trace_reader *reader, size_t process)
{
	const struct trace_process *described = trace_reader_process(reader, process);

	return described->symbols.count && described->sources.count;
}

/* Read all events of the process into a profile with names. `blocks`: which; NULL: all. */
static struct profile *blocks_read(struct trace_reader *reader, size_t process,
                                   const struct block_choice *blocks)
{
	/* a complete trace contains all that a symbolizer would say */
	struct symbolizer *symbolizer = is_named(reader, process) ? NULL : symbolizer_new();
	struct profile_choice choice = { .blocks = blocks, .symbolizer = symbolizer };
	struct progress progress;
	struct profile *profile;
	struct error error;

	progress_begin(&progress, "reading events");
	profile = profile_read_chosen(reader, process, &choice, progress_events, &progress,
	                              &error);
	progress_end(&progress);
	if (!profile)
		die("%s", error.message);
	if (symbolizer && profile_symbolize(profile, symbolizer, NULL))
		warning("out of memory for symbols; some names are missing");
	symbolizer_free(symbolizer);
	return profile;
}

/* What --thread, --phase, --module, .. ask for. */
static struct filter_request filter_asked(const struct report_options *options)
{
	struct filter_request asked = { .phase = options->phase,
		                            .thread = options->thread,
		                            .modules = options->modules.items,
		                            .module_count = options->modules.count,
		                            .functions = options->functions.items,
		                            .function_count = options->functions.count,
		                            .is_only_mine = options->only_mine,
		                            .has_sizes = options->sizes };

	if (options->sizes &&
	    filter_sizes(options->sizes, &asked.size_min, &asked.size_max))
		die_usage(
			"report",
			"--size takes a number of bytes, or the least and the most, such as 24, "
			"1K..64K, ..256 or 4K.., not '%s'",
			options->sizes);
	return asked;
}

/*
 * Read the blocks that are asked for: for a filter, all blocks first. Warnings about the recording
 * come last: reading is what finds damage, and only afterwards the progress line is gone from the
 * terminal.
 */
static struct profile *recording_read(struct trace_reader *reader, size_t process,
                                      struct report_settings *settings,
                                      const struct filter_request *asked,
                                      struct block_filter *filter)
{
	struct profile *profile = blocks_read(reader, process, NULL);
	struct error error;

	if (filter_request_is_any(asked)) {
		if (block_filter_make(filter, profile, &settings->classes, asked, &error))
			die("%s", error.message);
		profile_free(profile);
		profile = blocks_read(reader, process, &filter->choice);
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
	struct report_options options = { .stacks = false };
	const struct reporter *reporter;
	struct suppressions suppressions = { .count = 0 };
	struct block_history history = { .count = 0 };
	struct filter_request asked;
	struct block_filter filter = { .asked = NULL };
	struct report_settings settings;
	const struct view_row *row;
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;
	size_t process = 0, i;
	int at;

	formats_offer(formats, REPORT_OVERVIEW, REPORT_EXPLAIN);
	at = command_parse(command, &options, argc, argv);
	if (argc - at != 1)
		die_usage("report",
		          at == argc ? "report: which file?" : "report: one file at a time");
	reporter = format_find(formats[options.format.value]);
	asked = filter_asked(&options);
	row = view_choose(&options);
	view_check(row, &options, reporter);
	for (i = 0; i < options.suppressions.count; i++) {
		if (suppressions_read(&suppressions, options.suppressions.items[i], &error))
			die("%s", error.message);
	}
	reader = recording_open(argv[at], &options, &process);
	settings = settings_of(&options, reporter, &suppressions);
	profile = recording_read(reader, process, &settings, &asked, &filter);
	settings.view = row->view;
	settings.history = &history;
	if (row->view == REPORT_EXPLAIN)
		history_read(&history, reader, profile, options.explain);
	if (report_print(reader, profile, &options, reporter, &settings))
		die("%s: out of memory for the report", argv[at]);
	block_history_release(&history);
	suppressions_release(&suppressions);
	if (fflush(stdout) || ferror(stdout))
		die("the report could not be written completely");
	profile_free(profile);
	block_filter_release(&filter);
	trace_reader_close(reader);
	return EXIT_SUCCESS;
}

const struct command command_report = {
	.name = "report",
	.summary = "show who allocated what",
	.usage = "[OPTION]... FILE",
	.details = "FILE is a trace of 'outlive run', or a ring that a crash left behind.\n"
			   "Without --by, --class, --sort or --top: an overview.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = report_run,
};

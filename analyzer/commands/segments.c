/* commands/segments.c - `outlive segments`: where a process keeps its memory. */
#include "commands/command.h"
#include "commands/formats.h"
#include "commands/pager.h"
#include "trace/pick.h"
#include "replay/profile.h"
#include "base/progress.h"
#include "report/completeness.h"
#include "report/text/recording.h"
#include "report/segments.h"
#include "report/timeline.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/*
 * The values of the table below, which finds each by its offset. All zero is the default. Times
 * stay text until the operand shows whether they are allowed.
 */
struct segments_options {
	struct option_choice group, format;
	struct option_number top;
	struct process_choice process;
	const char *watch, *between, *at, *phase;
	bool tables, no_pager;
};

/* The first four are in the order of enum segment_group. */
#define BY_SYMBOL 4
#define BY_GOROUTINE 5
static const char *const groups[] = { "segment", "module",    "map", "thread",
	                                  "symbol",  "goroutine", NULL };
/* Filled by formats_offer() before the command line is parsed, since the options point here. */
static const char *formats[FORMATS_MAX + 1];

static const struct option options[] = {
	{ "by", 'b', OPTION_CHOICE, offsetof(struct segments_options, group), NULL,
	  "one row for each of these (default: segment)", groups, NULL },
	{ "watch", 'w', OPTION_STRING, offsetof(struct segments_options, watch), "SECONDS",
	  "repeat every so many seconds, until the process ends or Ctrl-C", NULL, NULL },
	{ "between", 0, OPTION_STRING, offsetof(struct segments_options, between),
	  "FROM:TO",
	  "of a recording: how each segment grew between two times after its\n"
	  "start, as 2s:5s; 500ms: is up to the end, :5s from the start",
	  NULL, NULL },
	{ "at", 0, OPTION_STRING, offsetof(struct segments_options, at), "TIME",
	  "of a recording: the segments at that time", NULL, NULL },
	{ "phase", 0, OPTION_STRING, offsetof(struct segments_options, phase), "NAME",
	  "of a recording: how each segment grew while the process was in this\n"
	  "phase: load, main, exit, or one that it named",
	  NULL, NULL },
	{ "tables", 0, OPTION_FLAG, offsetof(struct segments_options, tables), NULL,
	  "of a recording: all tables and the graph below the first sentences", NULL,
	  NULL },
	{ "pid", 'p', OPTION_COUNT, offsetof(struct segments_options, process.pid), "PID",
	  "of a recording: the process with this pid", NULL, NULL },
	{ "process", 0, OPTION_COUNT, offsetof(struct segments_options, process.number),
	  "NUMBER", "of a recording: the process with this number in 'outlive info'", NULL,
	  NULL },
	{ "top", 'n', OPTION_COUNT, offsetof(struct segments_options, top), "N",
	  "show at most N rows (default 40, or 12 times; json and csv: all);\n"
	  "0: all",
	  NULL, NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct segments_options, format), NULL,
	  "for people (default), or for programs: see outlive-segments-json(5)", formats,
	  NULL },
	PAGER_OPTION(segments_options, no_pager),
};

static pid_t pid_of(const char *text)
{
	long pid;

	errno = 0;
	pid = strtol(text, NULL, 10);
	if (errno || pid <= 0 || pid > INT_MAX)
		die_usage("segments", "segments: %s: which process? give its pid", text);
	return (pid_t)pid;
}

/*
 * Whether the operand is a pid. A file with such a name can be given as ./1234. Digits decide,
 * not whether such a process or file exists: the same command line must always mean the same.
 */
static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/*
 * The argument of --watch. The condition is written so that NaN, which strtod() accepts, fails
 * it.
 */
static double seconds_of(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end || end == text || !(seconds >= 0.01 && seconds <= 86400))
		die_usage("segments", "segments: --watch takes seconds, 0.01 to 86400: %s",
		          text);
	return seconds;
}

static const struct reporter *reporter_of(const struct segments_options *options)
{
	return format_find(formats[options->format.value]);
}

/*
 * Show one snapshot. --by symbol is no group of segment_rows_make(): symbols are found here, in
 * the files of the modules, and shown instead of rows. 0, or -1: standard output could not be
 * written.
 */
static int segments_print(const struct segments *segments,
                          const struct segments_options *options,
                          struct report_output *output)
{
	struct segment_report report = {
		.segments = segments,
		.group = (enum segment_group)options->group.value,
		.top = options->top.is_given ? options->top.value
		                             : reporter_of(options)->segments_top,
	};
	struct report_subject subject = { .view = REPORT_SEGMENTS, .segments = &report };
	struct segment_symbols symbols = { .count = 0 };

	if (options->group.value == BY_GOROUTINE) {
		report.group = SEGMENTS_BY_SEGMENT;
		report.is_by_goroutine = true;
	}
	if (options->group.value == BY_SYMBOL) {
		report.group = SEGMENTS_BY_SEGMENT;
		report.symbols = &symbols;
		if (segment_symbols_find(&symbols, segments, report.top))
			die("segments: out of memory");
	}
	if (reporter_show(reporter_of(options), output, &subject))
		die("segments: out of memory");
	segment_symbols_release(&symbols);
	return pager_flush();
}

static void pause_for(double seconds)
{
	struct timespec pause = { (time_t)seconds,
		                      (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&pause, NULL);
}

/*
 * Show the segments of a living process. With --watch again and again, until the process has
 * ended. That is an error only before the first snapshot; later it is the expected end.
 * `segments` is used again for each snapshot, so that what is known of the modules is not found
 * again.
 */
static void process_show(const struct segments_options *options, const char *operand)
{
	double seconds = options->watch ? seconds_of(options->watch) : 0;
	struct report_output output = { .file = stdout,
		                            .is_watched = options->watch != NULL };
	struct segments segments = { .go = { .wants_goroutines = true } };
	pid_t pid = pid_of(operand);
	struct error error;
	bool is_first = true;

	if (options->between || options->at || options->phase || options->tables ||
	    options->process.pid.is_given || options->process.number.is_given)
		die_usage("segments",
		          "segments: %s is a process that runs: --between, --at, "
		          "--phase, --tables, --pid and --process are for recordings",
		          operand);
	for (;; is_first = false) {
		if (segments_read(&segments, pid, &error)) {
			if (is_first)
				die("%s", error.message);
			break; /* it ended between two snapshots */
		}
		if (!segments.maps.count) {
			if (is_first)
				die("%d: has no memory of its own: "
				    "a kernel thread, or it has ended",
				    (int)pid);
			break;
		}
		if (!options->watch)
			pager_begin(options->no_pager);
		if (segments_print(&segments, options, &output))
			die("the segments could not be written completely");
		if (!options->watch)
			break;
		pause_for(seconds);
	}
	if (options->watch)
		fprintf(stderr, "outlive: %d has ended\n", (int)pid);
	segments_release(&segments);
}

/* ---- recordings ---- */

/*
 * Nanoseconds from "2s", "500ms", "1.5m" or "2" (seconds); of an empty text: `otherwise`.
 * `text` does not end at `length`: "2s:5s" is read in two parts. Exits with an error if it is
 * no time. 9e18 ns are 285 years: more than any recording, and less than INT64_MAX.
 */
static uint64_t time_of(const char *text, size_t length, uint64_t otherwise)
{
	static const struct {
		const char *unit;
		double ns;
	} units[] = { { "", 1e9 }, { "s", 1e9 },  { "ms", 1e6 },   { "us", 1e3 },
		          { "ns", 1 }, { "m", 60e9 }, { "min", 60e9 }, { "h", 3600e9 } };
	char copy[64], *end;
	double number;
	size_t i;

	if (!length)
		return otherwise;
	if (length < sizeof(copy)) {
		memcpy(copy, text, length);
		copy[length] = 0;
		number = strtod(copy, &end);
		for (i = 0; end != copy && i < sizeof(units) / sizeof(*units); i++) {
			if (!strcmp(end, units[i].unit) && number >= 0 &&
			    number * units[i].ns < 9e18)
				return (uint64_t)(number * units[i].ns);
		}
	}
	die_usage("segments", "segments: %.*s: is not a time: use 2s, 500ms or 1m",
	          (int)length, text);
}

/*
 * Choose the first and the last snapshot in the phase. If the phase has several spans, what
 * lies between them is part of the growth. If only one snapshot was taken in the phase, that
 * snapshot is shown.
 */
static void phase_choose(struct segment_timeline *timeline, const char *name)
{
	const struct profile *profile = timeline->profile;
	const struct segment_history *history = &profile->segments;
	struct error error;
	uint32_t number = profile_phase(profile, name, &error);
	bool is_any = false;
	size_t i;

	if (number == PHASE_NUMBER_NONE)
		die("%s", error.message);
	for (i = 0; i < history->count; i++) {
		if (!segment_is_in_phase(profile, history->snapshots[i].time_ns, number))
			continue;
		timeline->from = is_any ? timeline->from : i;
		timeline->to = i;
		is_any = true;
	}
	if (!is_any)
		die("%s: no snapshot was taken in phase '%s': use a shorter 'outlive run "
		    "--segments-every'",
		    profile->name, name);
	timeline->view = timeline->from == timeline->to ? TIMELINE_AT : TIMELINE_BETWEEN;
	timeline->from_ns = history->snapshots[timeline->from].time_ns;
	timeline->to_ns = history->snapshots[timeline->to].time_ns;
}

/*
 * Choose the snapshots to show by --phase, --at or --between; by default all. The options are
 * exclusive, as the caller has checked, and there is at least one snapshot. A time stands for
 * the snapshot nearest to it; from_ns and to_ns keep the exact times, for the sizes, which were
 * read at other times. An open end is UINT64_MAX / 4: later than any recording.
 */
static void times_choose(struct segment_timeline *timeline,
                         const struct segments_options *options)
{
	const struct segment_history *history = &timeline->profile->segments;
	const char *colon = options->between ? strchr(options->between, ':') : NULL;
	uint64_t from_ns, to_ns;

	timeline->to = history->count - 1;
	if (options->phase) {
		phase_choose(timeline, options->phase);
	} else if (options->at) {
		timeline->view = TIMELINE_AT;
		from_ns = time_of(options->at, strlen(options->at), 0);
		timeline->from_ns = timeline->to_ns = from_ns;
		timeline->from = timeline->to = segment_history_near(history, from_ns);
	} else if (options->between) {
		if (!colon)
			die_usage("segments",
			          "segments: --between takes two times, such as 2s:5s: %s",
			          options->between);
		from_ns = time_of(options->between, (size_t)(colon - options->between), 0);
		to_ns = time_of(colon + 1, strlen(colon + 1), UINT64_MAX / 4);
		if (from_ns > to_ns)
			die_usage("segments", "segments: --between %s: goes back in time",
			          options->between);
		timeline->view = TIMELINE_BETWEEN;
		timeline->from_ns = from_ns;
		timeline->to_ns = to_ns;
		timeline->from = segment_history_near(history, from_ns);
		timeline->to = segment_history_near(history, to_ns);
	}
}

/* Exit with the reason why the recording has no snapshot of the process. */
static _Noreturn void samples_missing(const struct profile *profile)
{
	if (profile->segments.refused)
		die("%s: process %u could not be read: not permitted (it runs as another "
		    "user, or hides its memory)",
		    profile->name, profile->process->number);
	die("%s: has no snapshot of the segments of process %u: it is a ring, an older "
	    "recording or one with --segments-every 0, or the process ended before the first "
	    "snapshot",
	    profile->name, profile->process->number);
}

static void progress_events(void *progress, uint64_t done, uint64_t expected)
{
	progress_show(progress, done, expected);
}

/*
 * Read one process completely, events included: only they show which mappings contain large
 * blocks of malloc, which then count as heap (segments/reassign.h). Exits on failure.
 */
static struct profile *recording_read(struct trace_reader *reader,
                                      const struct segments_options *options)
{
	struct progress progress;
	struct profile *profile;
	struct error error;
	size_t process;

	if (process_pick(reader, &options->process, &process, &error))
		die("%s", error.message);
	progress_begin(&progress, "reading events");
	profile = profile_read(reader, process, progress_events, &progress, &error);
	progress_end(&progress);
	if (!profile)
		die("%s", error.message);
	return profile;
}

static void timeline_print(struct segment_timeline *timeline,
                           const struct segments_options *options)
{
	struct report_subject subject = { .view = REPORT_TIMELINE, .timeline = timeline };
	struct report_output output = { .file = stdout };

	if (!timeline->profile->segments.count)
		timeline->view = TIMELINE_NONE;
	else
		times_choose(timeline, options);
	pager_begin(options->no_pager);
	if (reporter_show(reporter_of(options), &output, &subject))
		die("segments: out of memory");
}

/*
 * Show the segments of a recorded process. A trace holds sums of segments and stacks, but no
 * list of mappings: only these two groups are possible. A process without snapshots from
 * outside is shown by those that it took itself, but only as a whole.
 */
static void recording_show(const struct segments_options *options, const char *path)
{
	struct segment_timeline timeline = {
		.is_by_thread = options->group.value == SEGMENTS_BY_THREAD,
		.to_ns = UINT64_MAX,
		.has_tables = options->tables || options->top.is_given,
		.top = options->top.is_given ? options->top.value
		       : options->group.value == SEGMENTS_BY_THREAD
		           ? reporter_of(options)->segments_top
		           : reporter_of(options)->times_top,
	};
	struct text incomplete = { NULL, 0, 0 };
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;

	if (options->watch)
		die_usage("segments", "segments: --watch is for processes: %s is a recording",
		          path);
	if (!!options->at + !!options->between + !!options->phase > 1)
		die_usage("segments", "segments: one of --at, --between and --phase");
	if (options->group.value != SEGMENTS_BY_SEGMENT &&
	    options->group.value != SEGMENTS_BY_THREAD)
		die_usage("segments",
		          "segments: a recording keeps the sums of segments and stacks, no %s: "
		          "--by segment or thread",
		          groups[options->group.value]);
	reader = trace_reader_open(path, &error);
	if (!reader)
		die("%s", error.message);
	profile = recording_read(reader, options);
	report_completeness(reader);
	problems_warn(trace_reader_problems(reader));
	timeline.profile = profile;
	if (completeness_text(&incomplete, reader))
		die("%s: out of memory", path);
	timeline.incomplete = incomplete.data;
	if (!profile->segments.count &&
	    (!profile->views.count || options->at || options->between || options->phase ||
	     timeline.is_by_thread))
		samples_missing(profile);
	timeline_print(&timeline, options);
	if (pager_flush())
		die("the segments could not be written completely");
	text_release(&incomplete);
	profile_free(profile);
	trace_reader_close(reader);
}

static int segments_run(const struct command *command, int argc, char **argv)
{
	struct segments_options options = { .watch = NULL };
	int at;

	formats_offer(formats, REPORT_SEGMENTS, REPORT_TIMELINE);
	at = command_parse(command, &options, argc, argv);

	if (argc - at != 1)
		die_usage("segments", at == argc
		                          ? "segments: which process, or which recording?"
		                          : "segments: one process or recording at a time");
	if (is_number(argv[at]))
		process_show(&options, argv[at]);
	else
		recording_show(&options, argv[at]);
	return EXIT_SUCCESS;
}

const struct command command_segments = {
	.name = "segments",
	.summary = "show where a process keeps its memory, now or over time",
	.usage = "[OPTION]... PID|FILE",
	.details =
		"Code, data, bss, heap, stacks and the rest: of any process that you may\n"
		"read (it is not stopped, and need not be recorded), or of FILE, a trace of\n"
		"'outlive run', from its start to its end.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = segments_run,
};

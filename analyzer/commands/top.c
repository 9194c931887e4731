/* commands/top.c - `outlive top`: what a recorded program has live now. */
#include "commands/command.h"
#include "commands/top_program.h"

#include "base/kernel_clock.h"
#include "live/feed.h"
#include "live/find.h"
#include "live/json_line.h"
#include "live/moment.h"
#include "live/rows.h"
#include "live/session.h"
#include "top/screen.h"
#include "top/terminal.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVERY_DEFAULT "250ms"
#define EVERY_NS_MIN UINT64_C(10000000)
#define EVERY_NS_MAX UINT64_C(86400000000000)
#define TOP_DEFAULT 10

struct top_options {
	const char *every, *output;
	struct option_choice format, group, sort;
	struct option_number count, top;
	struct process_choice process;
};

static const char *const formats[] = { "screen", "ndjson", NULL };
enum { FORMAT_SCREEN, FORMAT_NDJSON };
/* in the order of enum live_group and enum live_sort */
static const char *const groups[] = { "function", "path",   "module",
	                                  "owner",    "thread", NULL };
static const char *const sorts[] = { "live",  "blocks", "growth", "rate",
	                                 "calls", "bytes",  "total",  NULL };

static const struct option top_option_table[] = {
	{ "every", 0, OPTION_STRING, offsetof(struct top_options, every), "TIME",
	  "how often: 250ms (default), 1s, 2m; at least 10ms", NULL, NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct top_options, format), NULL,
	  "screen (default), or ndjson for programs: a line of JSON each time, whose\n"
	  "keys are in outlive-top(1)",
	  formats, NULL },
	{ "count", 'n', OPTION_COUNT, offsetof(struct top_options, count), "N",
	  "ndjson: end after N lines (default: when the process has ended)", NULL, NULL },
	{ "by", 'b', OPTION_CHOICE, offsetof(struct top_options, group), NULL,
	  "ndjson: one row for each of these (default: function)", groups, NULL },
	{ "sort", 's', OPTION_CHOICE, offsetof(struct top_options, sort), NULL,
	  "ndjson: order of the rows: live bytes (default) or blocks, growth, bytes\n"
	  "or calls a second, all bytes or calls",
	  sorts, NULL },
	{ "top", 't', OPTION_COUNT, offsetof(struct top_options, top), "N",
	  "ndjson: so many rows (default 10); 0: all", NULL, NULL },
	{ "output", 'o', OPTION_STRING, offsetof(struct top_options, output), "FILE",
	  "of a PROGRAM: write the trace here (default: PROGRAM.PID.outlive)", NULL, NULL },
	{ "pid", 'p', OPTION_COUNT, offsetof(struct top_options, process.pid), "PID",
	  "of a FILE: the process with this pid", NULL, NULL },
	{ "process", 0, OPTION_COUNT, offsetof(struct top_options, process.number), "N",
	  "of a FILE: the process with this number, by 'outlive info'", NULL, NULL },
};

/* ---- what was asked for ---- */

/* The argument of --every. The condition is written so that NaN fails it. */
static uint64_t every_ns(const char *text)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "ms", 1e6 }, { "s", 1e9 }, { "", 1e9 }, { "m", 6e10 } };
	double ns = 0;
	char *end;
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		ns = strtod(text, &end) * units[i].ns;
		if (end != text && !strcmp(end, units[i].name) && ns >= EVERY_NS_MIN &&
		    ns <= EVERY_NS_MAX)
			return (uint64_t)ns;
	}
	die_usage("top",
	          "top: --every takes a time like 250ms, 1s or 2m, 10ms to 1440m: %s",
	          text);
}

/* Digits decide, not whether such a process or file exists: see `outlive segments`. */
static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* Find the recording of the operand, a pid or a file; `found` keeps its path. */
static void recording_find(const char *operand, struct top_options *options,
                           struct live_found *found)
{
	struct error error;
	long pid;

	if (!is_number(operand)) {
		snprintf(found->path, sizeof(found->path), "%s", operand);
		snprintf(found->name, sizeof(found->name), "%s", operand);
		return;
	}
	errno = 0;
	pid = strtol(operand, NULL, 10);
	if (errno || pid <= 0 || pid > INT_MAX)
		die_usage("top", "top: %s: which process? give its pid", operand);
	if (options->process.pid.is_given || options->process.number.is_given)
		die_usage("top", "top: --pid and --process are for a FILE");
	if (live_find(found, (pid_t)pid, &error))
		die("%s", error.message);
	options->process.pid = (struct option_number){ (uint64_t)found->pid, true };
}

/* ---- lines ---- */

static void sleep_until(uint64_t time_ns)
{
	uint64_t now_ns = kernel_now_ns();
	struct timespec rest;

	if (time_ns <= now_ns)
		return;
	rest.tv_sec = (time_t)((time_ns - now_ns) / 1000000000);
	rest.tv_nsec = (long)((time_ns - now_ns) % 1000000000);
	nanosleep(&rest, NULL);
}

/*
 * Bring the figures up to date, as far as that is possible until `until_ns`: so a line comes in
 * time also if the program is faster. Whether the process has ended, and all of it was read.
 */
static bool feed_catch_up(struct live_feed *feed, uint64_t until_ns)
{
	struct error error;
	int result = 0;

	if (!feed->is_behind)
		result = live_feed_refresh(feed, &error);
	if (!result)
		result = live_feed_replay(feed, until_ns, &error);
	if (!result)
		result = live_feed_move_on(feed, &error);
	if (result < 0)
		die("%s", error.message);
	if (live_profile_settle(feed->live))
		die("%s: out of memory", feed->path);
	return !result && live_feed_is_ended(feed);
}

/* What is kept from line to line. */
struct lines {
	struct live_moment since, before;
	struct live_rows rows;
	uint64_t count;
};

static int line_print(struct lines *lines, const struct live_json *json,
                      const struct live_feed *feed)
{
	uint64_t now_ns = live_feed_time_ns(feed), then_ns = lines->before.time_ns;
	const struct profile *profile = live_feed_profile(feed);
	struct live_compare compare = { &lines->since, &lines->before,
		                            now_ns > then_ns ? (double)(now_ns - then_ns) / 1e9
		                                             : 0 };

	if (!lines->count++ && live_moment_take(&lines->since, profile, now_ns))
		return -1;
	if (live_json_line(json, feed, &lines->rows, &compare))
		return -1;
	return live_moment_take(&lines->before, profile, now_ns);
}

/* Print line after line, until the process has ended or there were enough. */
static void lines_print(struct live_feed *feed, const struct top_options *options)
{
	struct live_json json = { .file = stdout,
		                      .group = (enum live_group)options->group.value,
		                      .sort = (enum live_sort)options->sort.value,
		                      .top = options->top.is_given ? options->top.value
		                                                   : TOP_DEFAULT };
	uint64_t every = every_ns(options->every), next = kernel_now_ns();
	struct lines lines = { .count = 0 };
	bool goes_on = true, is_ended;

	while (goes_on) {
		/* a file that is complete is read to its end before the first line */
		is_ended = feed_catch_up(feed, feed->is_growing ? next + every : UINT64_MAX);
		if (line_print(&lines, &json, feed))
			die("%s: out of memory", feed->path);
		if (ferror(stdout))
			die("a line could not be written: %s", strerror(errno));
		next += every;
		goes_on = !is_ended &&
		          (!options->count.is_given || lines.count < options->count.value);
		if (goes_on && !feed->is_behind)
			sleep_until(next);
	}
	live_rows_release(&lines.rows);
	live_moment_release(&lines.since);
	live_moment_release(&lines.before);
}

/* ---- the screen ---- */

/* Give the terminal back before anything is printed. *signal: the one that ended it. */
static enum screen_end screen_show(struct live_feed *feed,
                                   const struct top_options *options, bool owns_program,
                                   int *signal)
{
	struct live_session *session;
	enum screen_end end;
	struct error error;

	session = live_session_start(feed, every_ns(options->every), &error);
	if (!session) {
		terminal_close();
		die("%s", error.message);
	}
	end = screen_run(session, (enum live_view)LIVE_BY_FUNCTION, owns_program, signal,
	                 &error);
	terminal_close();
	live_session_stop(session);
	if (end == SCREEN_ERROR)
		die("%s", error.message);
	return end;
}

/* A program of the user's is started only when there is a screen to show it on. */
static void screen_open(const struct top_options *options, bool owns_program)
{
	struct error error;

	if (options->format.value == FORMAT_SCREEN && terminal_open(owns_program, &error))
		die("%s", error.message);
}

/* ---- the command ---- */

/* Open the recording of the program as soon as there is one. */
static void program_open(struct top_program *program, struct live_feed *feed,
                         const struct top_options *options)
{
	struct error error;

	while (live_feed_open(feed, program->trace, &options->process, &error) ||
	       live_feed_session(feed) == program->old_session) {
		live_feed_release(feed);
		if (top_program_wait(program))
			continue;
		terminal_close();
		top_program_die(program);
	}
}

static int program_show(const struct top_options *options, char **argv)
{
	static struct top_program program;
	enum screen_end end = SCREEN_ENDED;
	struct live_feed feed;
	int signal = 0;

	screen_open(options, true);
	top_program_start(&program, options->output, argv);
	program_open(&program, &feed, options);
	if (options->format.value == FORMAT_SCREEN) {
		end = screen_show(&feed, options, true, &signal);
	} else {
		lines_print(&feed, options);
		end = live_feed_is_ended(&feed) ? SCREEN_ENDED : SCREEN_QUIT;
		live_feed_release(&feed);
	}
	return top_program_end(&program, end == SCREEN_KILL ? SIGTERM : signal,
	                       end == SCREEN_ENDED);
}

static int recording_show(struct top_options *options, const char *operand)
{
	static struct live_found *found; /* with the path that the feed reads */
	struct live_feed feed;
	struct error error;
	int signal = 0;

	found = malloc(sizeof(*found));
	if (!found)
		die("top: no memory");
	recording_find(operand, options, found);
	if (live_feed_open(&feed, found->path, &options->process, &error))
		die("%s", error.message);
	if (options->format.value == FORMAT_SCREEN) {
		screen_open(options, false);
		screen_show(&feed, options, false, &signal);
		return signal ? 128 + signal : EXIT_SUCCESS;
	}
	lines_print(&feed, options);
	live_feed_release(&feed);
	return EXIT_SUCCESS;
}

/* Whether the operands are a program: "--" stands before them. */
static bool is_program(char **argv, int at)
{
	return at > 1 && !strcmp(argv[at - 1], "--");
}

static int top_run(const struct command *command, int argc, char **argv)
{
	static struct top_options options = { .every = EVERY_DEFAULT };
	int at = command_parse(command, &options, argc, argv);

	every_ns(options.every);
	if (at < argc && is_program(argv, at))
		return program_show(&options, argv + at);
	if (argc - at != 1)
		die_usage("top", at == argc
		                     ? "top: of which process, file or program?"
		                     : "top: one process or file at a time; a program comes "
		                       "after --");
	if (options.output)
		die_usage("top", "top: --output is for a PROGRAM");
	return recording_show(&options, argv[at]);
}

const struct command command_top = {
	.name = "top",
	.summary = "show what a program has live now, while it is recorded",
	.usage = "[OPTION]... PID | FILE | -- PROGRAM [ARGUMENT]...",
	.details =
		"PID is a process that is being recorded; FILE is its trace, which may also be\n"
		"complete, or a ring. PROGRAM is started as 'outlive run' does; what it would\n"
		"print on the terminal goes to the trace's name with .out at its end, and its\n"
		"input is empty. Keys: ? shows them.",
	.options = top_option_table,
	.option_count = sizeof(top_option_table) / sizeof(top_option_table[0]),
	.run = top_run,
};

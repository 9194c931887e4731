/* cmd_segments.c - `outlive segments`: where a process keeps its memory. Layer 20. */
#include "command.h"
#include "segment_report.h"
#include "watch_frame.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TOP_UNSAID UINT64_MAX
#define TOP_TEXT 40

enum segments_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

struct segments_options {
	int group, format;
	uint64_t top;
	const char *watch;
};

/* The first four as enum segment_group has them. */
#define BY_SYMBOL 4
static const char *const groups[] = { "segment", "module", "map",
	                                  "thread",  "symbol", NULL };
static const char *const formats[] = { "text", "json", "csv", NULL };

static const struct option options[] = {
	{ "by", 'b', OPTION_CHOICE, offsetof(struct segments_options, group), NULL,
	  "one row for each of these (default: segment)", groups },
	{ "watch", 'w', OPTION_STRING, offsetof(struct segments_options, watch), "SECONDS",
	  "look again every so often, until the process ends or Ctrl-C", NULL },
	{ "top", 'n', OPTION_COUNT, offsetof(struct segments_options, top), "N",
	  "so many rows (default 40; json and csv: all), 0: all", NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct segments_options, format), NULL,
	  "for people (default), or for programs: see outlive-segments-json(5)", formats },
};

static pid_t pid_of(const char *text)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(text, &end, 10);
	if (errno || *end || end == text || pid <= 0 || pid > INT_MAX)
		die_usage("segments", "segments: %s: which process? give its pid", text);
	return (pid_t)pid;
}

static double seconds_of(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (*end || end == text || !(seconds >= 0.01 && seconds <= 86400))
		die_usage("segments", "segments: --watch takes seconds, 0.01 to 86400: %s",
		          text);
	return seconds;
}

/* 0, or -1: it could not be written. */
static int segments_print(const struct segments *segments,
                          const struct segments_options *said)
{
	struct segment_report report = {
		.segments = segments,
		.group = (enum segment_group)said->group,
		.top = said->top != TOP_UNSAID       ? said->top
		       : said->format == FORMAT_TEXT ? TOP_TEXT
		                                     : 0,
	};
	struct screen screen = screen_of(stdout);
	struct segment_symbols symbols = { .count = 0 };
	struct watch_frame frame;
	int result;

	if (said->group == BY_SYMBOL) {
		report.group = SEGMENTS_BY_SEGMENT;
		report.symbols = &symbols;
		if (segment_symbols_find(&symbols, segments, report.top))
			die("segments: out of memory");
	}
	if (said->watch && said->format == FORMAT_TEXT) {
		watch_frame_begin(&frame, stdout);
		screen.file = frame.file;
	}
	result = said->format == FORMAT_JSON  ? segment_report_json(&report, stdout)
	         : said->format == FORMAT_CSV ? segment_report_csv(&report, stdout)
	                                      : segment_report_text(&report, &screen);

	if (result)
		die("segments: out of memory");
	if (said->watch && said->format == FORMAT_TEXT)
		watch_frame_end(&frame);
	segment_symbols_release(&symbols);
	return fflush(stdout) || ferror(stdout) ? -1 : 0;
}

/* Between two looks: a terminal is drawn over, other readers get one after the other. */
static void watch_turn(const struct segments_options *said, double seconds)
{
	struct timespec pause = { (time_t)seconds,
		                      (long)((seconds - (double)(time_t)seconds) * 1e9) };

	nanosleep(&pause, NULL);
	if (said->format != FORMAT_TEXT)
		return;
	if (!isatty(STDOUT_FILENO))
		fputc('\n', stdout);
}

static int segments_run(const struct command *command, int argc, char **argv)
{
	struct segments_options said = { .top = TOP_UNSAID };
	int at = command_parse(command, &said, argc, argv);
	struct segments segments = { .pid = 0 };
	double seconds = said.watch ? seconds_of(said.watch) : 0;
	struct error error;
	bool is_first = true;
	pid_t pid;

	if (argc - at != 1)
		die_usage("segments", at == argc ? "segments: which process? give its pid"
		                                 : "segments: one process at a time");
	pid = pid_of(argv[at]);
	for (;; is_first = false) {
		if (segments_read(&segments, pid, &error)) {
			if (is_first)
				die("%s", error.message);
			break; /* it ended while it was watched */
		}
		if (!segments.maps.count) {
			if (is_first)
				die("%d: has no memory of its own: a kernel thread, or it has ended",
				    (int)pid);
			break;
		}
		if (!is_first)
			watch_turn(&said, 0);
		if (segments_print(&segments, &said))
			die("the segments could not be written to their end");
		if (!said.watch)
			break;
		watch_turn(&(struct segments_options){ .format = FORMAT_CSV }, seconds);
	}
	if (said.watch)
		fprintf(stderr, "outlive: %d has ended\n", (int)pid);
	segments_release(&segments);
	return EXIT_SUCCESS;
}

const struct command command_segments = {
	.name = "segments",
	.summary = "show where a running process keeps its memory",
	.usage = "[OPTION]... PID",
	.details =
		"Code, data, bss, heap, stacks and all the rest of any process that you may\n"
		"read, without stopping it; it need not be recorded.\n",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = segments_run,
};

/* commands/symbols.c - `outlive symbols`: adds names and lines to a finished trace. */
#include "commands/command.h"
#include "commands/given.h"

#include "base/progress.h"
#include "base/screen.h"
#include "base/text.h"
#include "record/renaming.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbols_options {
	const char *output;
};

static const struct option options[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct symbols_options, output), "FILE",
	  "write the trace with the new names here, and leave FILE as it is", NULL, NULL },
};

struct outcome {
	struct progress progress;
	struct text seen;  /* "\nPATH\n" of the modules that are in `lines` */
	struct text lines; /* what to print at the end, each with its '\n' */
};

static void progress_events(void *context, uint64_t done, uint64_t expected)
{
	progress_show(&((struct outcome *)context)->progress, done, expected);
}

/* Keep a line for each module, for the first process that has it. */
static void module_report(void *context, const struct renamed_module *renamed)
{
	char path[1024], from[1024], missing[1024];
	struct text line = { NULL, 0, 0 };
	struct outcome *outcome = context;
	bool is_seen;

	text_escape(path, sizeof(path), renamed->module->path);
	text_escape(from, sizeof(from), renamed->origin.path);
	is_seen = text_printf(&line, "\n%s\n", path) ||
	          (outcome->seen.data && strstr(outcome->seen.data, line.data)) ||
	          text_printf(&outcome->seen, "%s", line.data);
	text_release(&line);
	if (is_seen)
		return;
	text_printf(&outcome->lines, "%s: %zu of %zu addresses have lines, by %s", path,
	            renamed->lines, renamed->addresses, from);
	if (renamed->missing)
		text_printf(&outcome->lines, "; still missing: %s",
		            text_escape(missing, sizeof(missing), renamed->missing));
	if (!renamed->origin.has_code)
		text_printf(&outcome->lines,
		            "; its code is not here, so what only the code can "
		            "prove stays open: give the program or library itself, "
		            "too");
	text_printf(&outcome->lines, "\n");
}

/* Print what was kept. */
static void lines_print(struct outcome *outcome)
{
	struct screen screen = screen_of(stdout);
	char *line = outcome->lines.data, *end;

	for (; line && (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		screen_line(&screen, 2, "%s", line);
	}
	text_release(&outcome->lines);
	text_release(&outcome->seen);
}

/* Refuse what cannot be written anew without a loss. */
static void trace_check(struct trace_reader *reader)
{
	const char *name = trace_reader_name(reader);

	if (!trace_reader_is_trace(reader))
		die("%s: is a ring: 'outlive report --symbols' takes names for it", name);
	if (!trace_reader_is_complete(reader) || trace_reader_problems(reader)->count)
		die("%s: was cut short or is damaged, and is left as it is: 'outlive report "
		    "--symbols' takes names for it",
		    name);
}

static int symbols_run(const struct command *command, int argc, char **argv)
{
	struct symbols_options options_given = { .output = NULL };
	int at = command_parse(command, &options_given, argc, argv);
	struct outcome outcome = { .seen = { NULL, 0, 0 } };
	struct given_files given = { .count = 0 };
	struct symbolizer *symbolizer = symbolizer_new();
	struct trace_reader *reader;
	struct error error;
	long renamed;

	if (at == argc)
		die_usage("symbols", "symbols: which trace?");
	reader = trace_reader_open(argv[at], &error);
	if (!reader)
		die("%s", error.message);
	trace_check(reader);
	given_read(&given, (const char *const *)argv + at + 1, (size_t)(argc - at - 1),
	           reader);
	if (!symbolizer)
		die("%s: out of memory", argv[at]);
	symbolizer_use_given(symbolizer, &given);
	progress_begin(&outcome.progress, "reading events");
	renamed = renaming_do(&(struct renaming){ .reader = reader,
	                                          .path = argv[at],
	                                          .output = options_given.output,
	                                          .symbolizer = symbolizer,
	                                          .reading = progress_events,
	                                          .tell = module_report,
	                                          .context = &outcome },
	                      &error);
	progress_end(&outcome.progress);
	if (renamed < 0)
		die("%s", error.message);
	if (!renamed)
		die("%s: nothing new is known of its modules: install their debug information, "
		    "or name the files or directories that hold it",
		    argv[at]);
	lines_print(&outcome);
	if (fflush(stdout) || ferror(stdout))
		die("what was done could not be written completely");
	symbolizer_free(symbolizer);
	given_files_release(&given);
	trace_reader_close(reader);
	return EXIT_SUCCESS;
}

const struct command command_symbols = {
	.name = "symbols",
	.summary = "add names and lines to a trace from debug files",
	.usage = "[OPTION]... FILE [DEBUGFILE|DIRECTORY]...",
	.details =
		"FILE is a trace of a program that had no debug information. Names and lines\n"
		"are taken from debug files and unstripped programs whose build-ids match,\n"
		"and from where the system keeps debug information.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = symbols_run,
};

/* commands/go.c - `outlive go escape`: what Go's escape analysis cost in a recorded run. */
#include "commands/blocks.h"
#include "commands/command.h"
#include "commands/pager.h"

#include "go/escape_json.h"
#include "go/escape_text.h"
#include "report/json/go_escapes.h"
#include "report/text/go_escapes.h"
#include "trace/pick.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define TOP_USUAL 20 /* rows that fit a screen */

struct go_options {
	const char *build;
	struct option_number top;
	struct option_choice format;
	struct process_choice process;
	bool no_pager;
};

static const char *const formats[] = { "text", "json", NULL };

static const struct option options[] = {
	{ "build", 'b', OPTION_STRING, offsetof(struct go_options, build), "COMMAND",
	  "run this command of the shell ('go build ./cmd/x') with -gcflags=-m=2 in\n"
	  "GOFLAGS, and read what the compiler prints",
	  NULL, NULL },
	{ "top", 'n', OPTION_COUNT, offsetof(struct go_options, top), "N",
	  "show at most N rows of each table (default 20; json: all); 0: all", NULL, NULL },
	{ "format", 'f', OPTION_CHOICE, offsetof(struct go_options, format), NULL,
	  "for people (default), or for programs: see outlive-go(1)", formats, NULL },
	{ "pid", 'p', OPTION_COUNT, offsetof(struct go_options, process.pid), "PID",
	  "the process with this pid", NULL, NULL },
	{ "process", 0, OPTION_COUNT, offsetof(struct go_options, process.number), "N",
	  "the process with this number in 'outlive info'", NULL, NULL },
	PAGER_OPTION(go_options, no_pager),
};

/* ---- what the compiler says ------------------------------------------------------------ */

/* Open a regular file; anything else may never end. */
static FILE *text_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat about;
	FILE *file;

	if (fd < 0 || fstat(fd, &about))
		die("%s: cannot be read: %m", path);
	if (!S_ISREG(about.st_mode))
		die("%s: is neither a file nor a directory: give what 'go build -gcflags=-m=2' "
		    "printed",
		    path);
	file = fdopen(fd, "r");
	if (!file)
		die("%s: cannot be read: %m", path);
	return file;
}

/* Read a saved text, or a directory of -json=0,DIRECTORY. */
static void saved_read(struct go_escapes *escapes, const char *path)
{
	struct problem_list problems = { .count = 0 };
	uint64_t before = escapes->read;
	struct stat about;
	struct error error;
	FILE *file;

	if (!stat(path, &about) && S_ISDIR(about.st_mode)) {
		if (go_escape_json_read(escapes, path, &problems, &error))
			die("%s", error.message);
		problems_warn(&problems);
		problem_list_release(&problems);
		return;
	}
	file = text_open(path);
	if (go_escape_text_read(escapes, file))
		die("%s: out of memory for its lines", path);
	if (ferror(file))
		die("%s: cannot be read: %m", path);
	fclose(file);
	if (escapes->read == before)
		die("%s: has no line FILE:LINE:COLUMN: give what 'go build -gcflags=-m=2' printed "
		    "(to stderr), or the directory of -gcflags=-json=0,DIRECTORY",
		    path);
}

/* Let the command build, and read what it prints. */
static void build_read(struct go_escapes *escapes, const char *command)
{
	const char *flags = getenv("GOFLAGS");
	struct text text = { NULL, 0, 0 };
	FILE *output;
	int status;

	if (text_printf(&text, "%s%s-gcflags=-m=2", flags ? flags : "",
	                flags && *flags ? " " : "") ||
	    setenv("GOFLAGS", text.data, 1))
		die("out of memory");
	text.bytes = 0;
	if (text_printf(&text, "exec 2>&1\n%s", command))
		die("out of memory");
	output = popen(text.data, "re");
	if (!output)
		die("--build: the shell cannot be run: %m");
	if (go_escape_text_read(escapes, output))
		die("--build: out of memory for what the compiler prints");
	status = pclose(output);
	if (status)
		die("--build: '%s' failed (%s %d): run it by itself to see why", command,
		    WIFSIGNALED(status) ? "signal" : "exit status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (!escapes->read)
		die("--build: '%s' printed nothing of Go's compiler: give a 'go build' with the "
		    "packages that you mean",
		    command);
	text_release(&text);
}

/* ---- the run --------------------------------------------------------------------------- */

/* Print what the run cost. */
static void escape_show(const struct go_escapes *escapes, const struct profile *profile,
                        const struct go_options *given)
{
	struct classes *classes = classes_new(profile, NULL);
	struct escape_lines lines;
	struct go_lines c_lines;
	struct go_escape_report report = { .lines = given->build || escapes->read ? &lines
		                                                                      : NULL,
		                               .c_lines = &c_lines,
		                               .classes = classes,
		                               .top = given->top.is_given ? given->top.value
		                                      : given->format.value == 0 ? TOP_USUAL
		                                                                 : 0 };

	if (!classes || escape_lines_make(&lines, escapes) ||
	    go_lines_make(&c_lines, classes))
		die("%s: out of memory for its lines", profile->name);
	report.has_go_heap = profile->go_heap.is_known;
	report.rate = profile->go_heap.rate;
	escape_lines_count_all(&lines, profile);
	report.used = escape_lines_rank(&lines);
	pager_begin(given->no_pager);
	if (given->format.value ? go_escapes_json(stdout, &report)
	                        : go_escapes_print(stdout, &report))
		die("%s: out of memory for the report", profile->name);
	if (pager_flush())
		die("the report could not be written completely");
	go_lines_release(&c_lines);
	escape_lines_release(&lines);
	classes_free(classes);
}

static int go_run(const struct command *command, int argc, char **argv)
{
	struct go_options given = { .build = NULL };
	struct go_escapes escapes = { .count = 0 };
	int at = command_parse(command, &given, argc, argv), i;
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;
	size_t process = 0;

	if (at == argc)
		die_usage("go", "go: what? There is 'outlive go escape'");
	if (strcmp(argv[at], "escape"))
		die_usage("go", "go: there is no '%s', only 'outlive go escape'", argv[at]);
	if (++at == argc)
		die_usage("go", "go escape: which trace?");
	reader = trace_reader_open(argv[at], &error);
	if (!reader || process_pick(reader, &given.process, &process, &error))
		die("%s", error.message);
	for (i = at + 1; i < argc; i++)
		saved_read(&escapes, argv[i]);
	if (given.build)
		build_read(&escapes, given.build);
	go_escapes_settle(&escapes);
	profile = blocks_read(reader, process, NULL, NULL);
	problems_warn(trace_reader_problems(reader));
	escape_show(&escapes, profile, &given);
	profile_free(profile);
	trace_reader_close(reader);
	go_escapes_release(&escapes);
	return EXIT_SUCCESS;
}

const struct command command_go = {
	.name = "go",
	.summary = "show what Go's escape analysis cost, and who owns C's memory in Go",
	.usage = "escape [OPTION]... FILE [TEXT|DIRECTORY]...",
	.details =
		"FILE is a trace of 'outlive run'. TEXT is what 'go build -gcflags=-m=2' printed,\n"
		"DIRECTORY what -gcflags=-json=0,DIRECTORY wrote; or --build lets the\n"
		"compiler say it now.",
	.options = options,
	.option_count = sizeof(options) / sizeof(options[0]),
	.run = go_run,
};

/* commands/snapshot.c - `outlive snapshot`: what a flight recorder has at this moment. */
#include "commands/command.h"
#include "commands/pid.h"

#include "base/error.h"
#include "base/text.h"
#include "record/attached.h"
#include "record/costs_measure.h"
#include "record/names.h"
#include "record/output.h"
#include "record/overview.h"
#include "record/window.h"
#include "report/text/losses.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct snapshot_options {
	const char *output;
	bool is_quiet;
};

static const struct option snapshot_option_table[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct snapshot_options, output), "FILE",
	  "write the trace here; an older trace is replaced (default:\n"
	  "PROGRAM.PID.outlive, which replaces nothing)",
	  NULL, NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct snapshot_options, is_quiet), NULL,
	  "print no report, only where the trace is", NULL, NULL },
};

/* One snapshot: its parts are large, and libdw may call from deep within. */
static struct snapshot {
	struct snapshot_options options;
	struct attached found;
	struct trace_writer writer;
	struct drain_counts counts;
	char trace[PATH_MAX];
} snapshot;

static void process_find(pid_t pid)
{
	struct error error;
	int result = attached_find(pid, &snapshot.found, &error);

	if (result < 0)
		die("%s", error.message);
	if (result)
		die("%d: is not recorded: 'outlive ps' lists what is", (int)pid);
	if (snapshot.found.header.policy == RING_DRAIN && snapshot.found.has_reader)
		die("%d: has no flight recorder: process %u takes all events into its trace, "
		    "which 'outlive report' reads at any time",
		    (int)pid, snapshot.found.header.reader_pid);
}

static const char *program_name(void)
{
	struct ring_header *header = &snapshot.found.header;
	const char *slash;

	header->executable[sizeof(header->executable) - 1] = '\0';
	slash = strrchr(header->executable, '/');
	return slash && slash[1] ? slash + 1 : "process";
}

static int window_write(struct kept_files *kept, struct error *error)
{
	struct trace_writer *writer = &snapshot.writer;
	const struct ring_header *header = &snapshot.found.header;

	return (header->sample_bytes &&
	        trace_writer_require(writer, FEATURE_SAMPLED, error)) ||
	               window_copy(&snapshot.found, writer, kept, &snapshot.counts,
	                           error) ||
	               trace_writer_end(writer, error)
	           ? -1
	           : 0;
}

static void trace_write(pid_t pid, struct kept_files *kept)
{
	struct error error;
	int file = trace_output_open(snapshot.options.output, program_name(), pid,
	                             snapshot.trace, &error);

	if (file < 0)
		die("%s", error.message);
	if (trace_writer_open(&snapshot.writer, file, snapshot.trace,
	                      snapshot.found.header.session, &error) == 0 &&
	    window_write(kept, &error) == 0)
		return;
	unlink(snapshot.trace);
	die("%s", error.message);
}

static void end_tell(void)
{
	static char lost[LOSS_TEXT_BYTES], name[PATH_MAX];
	char events[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES];

	if (snapshot.counts.broken)
		warning("%u of the ring's chunks could not be read", snapshot.counts.broken);
	loss_text(lost, sizeof(lost), snapshot.counts.lost, snapshot.counts.events, "");
	fprintf(stderr, "outlive: %s event%s of process %d in %s (%s)%s\n",
	        text_count(events, snapshot.counts.events), text_s(snapshot.counts.events),
	        (int)snapshot.found.pid, text_escape(name, sizeof(name), snapshot.trace),
	        text_size(size, snapshot.writer.offset), lost);
}

/* Called by libdw: the trace is whole, and has some of the names or none. */
static __attribute__((noreturn)) void memory_out(void)
{
	warning("memory ran out in the search for names: 'outlive report' finds them where "
	        "more memory is allowed, while the program's files are there");
	end_tell();
	_exit(EXIT_SUCCESS);
}

static void no_progress(void *context, uint64_t done, uint64_t expected)
{
	(void)context;
	(void)done;
	(void)expected;
}

static void overview_show(void *context, struct trace_reader *reader,
                          const struct profile *profile)
{
	(void)context;
	if (!snapshot.options.is_quiet)
		overview_print(reader, profile, snapshot.trace);
}

static void names_add(const struct kept_files *kept)
{
	struct trace_names names = {
		.writer = &snapshot.writer,
		.kept = kept,
		.reading = no_progress,
		.naming = no_progress,
		.show = overview_show,
		.is_quiet = snapshot.options.is_quiet,
		.memory_out = memory_out,
		.costs = costs_measure(),
	};
	struct error error;

	if (trace_names_add(&names, &error))
		warning("not all names could be put into the trace: %s", error.message);
}

static int snapshot_command(const struct command *command, int argc, char **argv)
{
	int first = command_parse(command, &snapshot.options, argc, argv);
	struct kept_files *kept;
	struct error error;
	pid_t pid;

	if (first + 1 != argc)
		die_usage("snapshot", first >= argc ? "snapshot: which process? give its pid"
		                                    : "snapshot: takes one process");
	pid = pid_read("snapshot", argv[first]);
	process_find(pid);
	kept = kept_files_new();
	if (!kept)
		die("snapshot: no memory");
	trace_write(pid, kept);
	names_add(kept);
	end_tell();
	kept_files_free(kept);
	if (trace_writer_close(&snapshot.writer, &error))
		die("%s", error.message);
	return EXIT_SUCCESS;
}

const struct command command_snapshot = {
	.name = "snapshot",
	.summary = "copy what a flight recorder has at this moment",
	.usage = "[OPTION]... PID",
	.details = "The process is not stopped, and its recorder goes on.",
	.options = snapshot_option_table,
	.option_count = sizeof(snapshot_option_table) / sizeof(snapshot_option_table[0]),
	.run = snapshot_command,
};

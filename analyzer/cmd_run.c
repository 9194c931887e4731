/* cmd_run.c - `outlive run`: record a program from its start. Layer 13. */
#include "command.h"

#include "drain.h"
#include "error.h"
#include "module_shelf.h"
#include "program.h"
#include "session.h"
#include "target.h"
#include "text.h"
#include "trace_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define RING_BYTES_DEFAULT (UINT64_C(64) << 20)
#define RING_BYTES_MIN ((uint64_t)CHUNK_COUNT_MIN * CHUNK_BYTES)
#define RING_BYTES_MAX ((uint64_t)CHUNK_COUNT_MAX * CHUNK_BYTES)
#define WAIT_S_DEFAULT 1
#define SETTLE_NS UINT64_C(200000000) /* for a process to make its ring */
#define LIVE_NAMED_MAX 3 /* processes that still run, by name */

struct run_options {
	const char *output;
	uint64_t ring_bytes;
	uint64_t wait_s;
	bool is_flight, is_alone, is_quiet;
};

static const struct option run_option_table[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct run_options, output), "FILE",
		"write the trace here, over an older trace if there is one\n"
		"(default: PROGRAM.PID.outlive, never over anything)",
		NULL },
	{ "ring", 0, OPTION_SIZE, offsetof(struct run_options, ring_bytes), "SIZE",
		"ring buffer of each process (default 64M, at least 1M)", NULL },
	{ "flight", 0, OPTION_FLAG, offsetof(struct run_options, is_flight), NULL,
		"flight recorder: do not read along, keep what fits the ring, the\n"
		"oldest events are overwritten",
		NULL },
	{ "no-follow", 0, OPTION_FLAG, offsetof(struct run_options, is_alone), NULL,
		"record the program only, not the processes it starts", NULL },
	{ "wait", 0, OPTION_COUNT, offsetof(struct run_options, wait_s), "SECONDS",
		"how long to go on for processes that outlive the program (default 1);\n"
		"Ctrl-C ends the wait",
		NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct run_options, is_quiet), NULL,
		"no report at the end, only where the trace is", NULL },
};

/* One recording. */
struct run {
	struct run_options options;
	const char *name;       /* of the program, as it was typed */
	char path[PATH_MAX];    /* what is executed */
	char library[PATH_MAX];
	char trace[PATH_MAX];   /* absolute or as given; "" until it is known */
	struct session session;
	struct target target;
	struct trace_writer writer;
	struct module_shelf *shelf;
	struct drain *drain;
	bool is_cut; /* the trace could not be written to its end */
};

/* Say it and exit; nothing was started yet, or it is gone. */
static _Noreturn void run_die(int status, const struct error *error)
{
	fprintf(stderr, "outlive: %s\n", error->message);
	exit(status);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* ---- before the start ---- */

static void program_prepare(struct run *run)
{
	struct error error;

	switch (program_check(run->name, run->path, &error)) {
	case PROGRAM_OK:
		break;
	case PROGRAM_NOT_FOUND:
		run_die(EXIT_NOT_FOUND, &error);
	case PROGRAM_NOT_EXECUTABLE:
		run_die(EXIT_NOT_EXECUTABLE, &error);
	case PROGRAM_REFUSED:
		run_die(EXIT_BAD_INPUT, &error);
	}
	if (program_library(run->library, &error))
		run_die(EXIT_BAD_INPUT, &error);
}

static void ring_prepare(struct run *run)
{
	uint64_t bytes = run->options.ring_bytes;

	if (bytes < RING_BYTES_MIN)
		die("--ring is too small: a ring needs at least %" PRIu64 "M",
			RING_BYTES_MIN >> 20);
	if (bytes > RING_BYTES_MAX)
		die("--ring is too big: a ring takes at most %" PRIu64 "G",
			RING_BYTES_MAX >> 30);
	run->options.ring_bytes = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
}

/* The absolute directory of the trace to be. */
static void trace_directory(const struct run *run, char directory[PATH_MAX])
{
	const char *output = run->options.output;
	const char *slash = output ? strrchr(output, '/') : NULL;
	char given[PATH_MAX];

	snprintf(given, sizeof(given), "%.*s", slash ? (int)(slash - output + 1) : 1,
		slash ? output : ".");
	if (!realpath(given, directory))
		die("%s: %s: make the directory first, or use another -o", given,
			strerror(errno));
}

/* Whether the file behind `descriptor` may be overwritten: empty, or an older trace. */
static bool is_replaceable(int descriptor)
{
	uint64_t magic;
	ssize_t bytes = pread(descriptor, &magic, sizeof(magic), 0);

	return bytes == 0 || (bytes == sizeof(magic) && magic == TRACE_MAGIC);
}

/* Open the file of -o; -1 and *error. */
static int output_open(struct run *run, struct error *error)
{
	const char *output = run->options.output;
	int file = open(output, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat status;

	snprintf(run->trace, sizeof(run->trace), "%s", output);
	if (file < 0)
		return error_set(error, "%s: %s", output, strerror(errno));
	if (fstat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
		error_set(error, "%s: not a regular file: a trace cannot go there", output);
	} else if (!is_replaceable(file)) {
		error_set(error, "%s: is there and is not a trace: remove it, or use "
			"another -o", output);
	} else if (ftruncate(file, 0)) {
		error_set(error, "%s: %s", output, strerror(errno));
	} else {
		return file;
	}
	close(file);
	return -1;
}

/* Create PROGRAM.PID.outlive here; -1 and *error. */
static int default_open(struct run *run, struct error *error)
{
	const char *slash = strrchr(run->name, '/');
	const char *base = slash ? slash + 1 : run->name;
	int file, i;

	for (i = 0;; i++) {
		if (i == 0)
			snprintf(run->trace, sizeof(run->trace), "%s.%d.outlive", base,
				(int)run->target.pid);
		else
			snprintf(run->trace, sizeof(run->trace), "%s.%d.%d.outlive", base,
				(int)run->target.pid, i);
		file = open(run->trace, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (file >= 0 || errno != EEXIST)
			break;
	}
	if (file < 0)
		return error_set(error, "%s: %s: use -o to write the trace elsewhere",
			run->trace, strerror(errno));
	return file;
}

/* The trace, from its header to the place of its rings. 0, or -1 and *error. */
static int trace_begin(struct run *run, struct error *error)
{
	struct trace_block about = { .type = BLOCK_RING_DIRECTORY };
	int file = run->options.output ? output_open(run, error) : default_open(run, error);

	if (file < 0)
		return -1;
	if (trace_writer_open(&run->writer, file, run->trace, run->session.number, error) ==
			0 &&
		trace_writer_block(&run->writer, &about, run->session.directory,
			strlen(run->session.directory), error) == 0)
		return 0;
	trace_writer_close(&run->writer, NULL);
	unlink(run->trace);
	return -1;
}

static int drain_begin(struct run *run, struct error *error)
{
	struct drain_settings settings = {
		.session = &run->session,
		.writer = &run->writer,
		.is_flight = run->options.is_flight,
	};

	run->shelf = module_shelf_new();
	if (!run->shelf)
		return error_set(error, "out of memory");
	settings.shelf = run->shelf;
	run->drain = drain_new(&settings, error);
	return run->drain ? 0 : -1;
}

/* Modules and processes take a descriptor each; the program keeps its own limit. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void target_begin(struct run *run, char **argv)
{
	struct target_settings settings = {
		.path = run->path,
		.argv = argv,
		.library = run->library,
		.directory = run->session.directory,
		.ring_bytes = run->options.ring_bytes,
		.session = run->session.number,
		.is_flight = run->options.is_flight,
		.is_followed = !run->options.is_alone,
	};
	struct error error;
	int cause;

	if (target_fork(&run->target, &settings, &error)) {
		session_close(&run->session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	if (trace_begin(run, &error) || drain_begin(run, &error)) {
		target_abandon(&run->target);
		session_close(&run->session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	descriptors_raise();
	cause = target_release(&run->target);
	if (!cause)
		return;
	error_set(&error, "%s: %s", run->path, strerror(cause));
	trace_writer_close(&run->writer, NULL);
	unlink(run->trace);
	session_close(&run->session);
	run_die(cause == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, &error);
}

/* ---- while it runs ---- */

/* One look at the rings; how long they may be left alone. */
static int run_step(struct run *run)
{
	struct error error;
	int idle_ms = drain_step(run->drain, &error);

	if (idle_ms >= 0)
		return idle_ms;
	run->is_cut = true;
	warning("%s", error.message);
	return 1;
}

/* Whether processes go on without the program: with rings, or just about to have one. */
static bool is_outlived(const struct run *run, uint64_t ended_ns)
{
	if (drain_live_count(run->drain))
		return true;
	return now_ns() - ended_ns < SETTLE_NS && session_process_count(&run->session);
}

static void run_record(struct run *run)
{
	uint64_t ended_ns, wait_ns = UINT64_MAX;

	while (!run->target.has_ended)
		target_wait(&run->target, drain_descriptor(run->drain), run_step(run));
	ended_ns = now_ns();
	if (run->options.wait_s < UINT32_MAX)
		wait_ns = run->options.wait_s * 1000000000;
	run_step(run);
	while (is_outlived(run, ended_ns) && now_ns() - ended_ns < wait_ns &&
		!run->target.interrupts)
		target_wait(&run->target, drain_descriptor(run->drain), run_step(run));
}

/* ---- after its end ---- */

/* Name those that still run: they go on without us. */
static void live_tell(const struct run *run)
{
	size_t count = drain_live_count(run->drain), i;
	struct text names = { NULL, 0, 0 };
	const char *ring;
	pid_t pid;

	if (!count)
		return;
	for (i = 0; i < count && i < LIVE_NAMED_MAX; i++) {
		pid = drain_live(run->drain, i, &ring);
		text_printf(&names, "%s%d", i ? ", " : "", (int)pid);
	}
	warning("%zu process%s still run%s (%s%s): the trace has what happened until now; "
		"from here on %s a flight recorder in %s (--wait SECONDS waits longer)",
		count, count == 1 ? "" : "es", count == 1 ? "s" : "", names.data,
		count > LIVE_NAMED_MAX ? ", .." : "",
		count == 1 ? "its ring is" : "each of their rings is",
		run->session.directory);
	text_release(&names);
}

static void trace_finish(struct run *run)
{
	struct error error;

	if (!run->is_cut)
		session_seal(&run->session);
	if (!run->is_cut &&
		(drain_finish(run->drain, &error) || trace_writer_end(&run->writer, &error))) {
		run->is_cut = true;
		warning("%s", error.message);
	}
	if (run->is_cut && drain_live_count(run->drain) == 0)
		warning("events after that are in the rings in %s: 'outlive report %s' reads "
			"them, too, as long as that directory is there",
			run->session.directory, run->trace);
	live_tell(run);
}

/* Names come from the user and go to a terminal. */
static void run_tell(const struct run *run)
{
	const struct drain_counts *counts = drain_counts(run->drain);
	char events[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], death[128];
	char name[PATH_MAX];

	text_escape(name, sizeof(name), run->name);
	if (target_death(&run->target, death, sizeof(death)))
		fprintf(stderr, "outlive: %s (pid %d) was killed by %s\n", name,
			(int)run->target.pid, death);
	if (counts->broken)
		warning("%u of the rings or chunks could not be read", counts->broken);
	if (!counts->images)
		warning("%s was not recorded: liboutlive.so made no ring (was LD_PRELOAD "
			"dropped, or %s full?)", name, run->session.directory);
	fprintf(stderr, "outlive: %s events of %u process%s in %s (%s)\n",
		text_count(events, counts->events), counts->processes,
		counts->processes == 1 ? "" : "es",
		text_escape(name, sizeof(name), run->trace),
		text_size(size, run->writer.offset));
}

static int run_command(const struct command *command, int argc, char **argv)
{
	static struct run run = { .options = { .ring_bytes = RING_BYTES_DEFAULT,
					  .wait_s = WAIT_S_DEFAULT } };
	char beside[PATH_MAX];
	struct error error;
	int first = command_parse(command, &run.options, argc, argv);

	if (first >= argc)
		die_usage("run", "which program?");
	run.name = argv[first];
	ring_prepare(&run);
	program_prepare(&run);
	trace_directory(&run, beside);
	if (session_open(&run.session, beside, run.options.ring_bytes, &error))
		run_die(EXIT_BAD_INPUT, &error);
	target_begin(&run, argv + first);
	run_record(&run);
	trace_finish(&run);
	run_tell(&run);
	trace_writer_close(&run.writer, NULL);
	drain_free(run.drain);
	module_shelf_free(run.shelf);
	session_close(&run.session);
	return target_exit_status(&run.target);
}

const struct command command_run = {
	.name = "run",
	.summary = "record a program from its start",
	.usage = "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	.details = "The program keeps its input, output, exit status and signals. What it\n"
		   "allocates goes to a trace file; 'outlive report FILE' reads it.\n",
	.options = run_option_table,
	.option_count = sizeof(run_option_table) / sizeof(run_option_table[0]),
	.stops_at_operand = true,
	.run = run_command,
};

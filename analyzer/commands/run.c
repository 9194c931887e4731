/* commands/run.c - `outlive run`: record a program from its start. */
#include "commands/command.h"

#include "record/drain.h"
#include "base/error.h"
#include "base/kernel_clock.h"
#include "report/text/losses.h"
#include "symbols/kept_files.h"
#include "replay/profile.h"
#include "record/program.h"
#include "base/progress.h"
#include "report/text/recording.h"
#include "record/session.h"
#include "record/target.h"
#include "base/text.h"
#include "record/names.h"
#include "record/output.h"
#include "record/packer.h"
#include "trace/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define RING_BYTES_DEFAULT (UINT64_C(64) << 20)
#define RING_BYTES_MIN (UINT64_C(1) << 20)
#define RING_BYTES_MAX ((uint64_t)CHUNK_COUNT_MAX * CHUNK_BYTES)
#define WAIT_S_DEFAULT 1
#define SEGMENTS_MS_DEFAULT 100
#define SEGMENTS_MS_MIN 10
#define SEGMENTS_MS_MAX 60000
#define SETTLE_NS UINT64_C(200000000) /* for a process to make its ring */
#define LIVE_NAMED_MAX 3              /* processes that still run, by name */

struct run_options {
	const char *output;
	uint64_t ring_bytes;
	uint64_t wait_s;
	uint64_t segments_ms;
	int frames; /* index of frame_kinds */
	bool is_flight, is_alone, is_quiet;
};

static const char *const frame_kinds[] = { "exact", "plain", NULL };

static const struct option run_option_table[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct run_options, output), "FILE",
	  "write the trace here, over an older trace if there is one\n"
	  "(default: PROGRAM.PID.outlive, never over anything)",
	  NULL },
	{ "ring", 0, OPTION_SIZE, offsetof(struct run_options, ring_bytes), "SIZE",
	  "ring buffer of each process (default 64M, at least 1M); each live\n"
	  "thread holds 64 KiB of it",
	  NULL },
	{ "flight", 0, OPTION_FLAG, offsetof(struct run_options, is_flight), NULL,
	  "flight recorder: do not read along, keep what fits the ring, the\n"
	  "oldest events are overwritten",
	  NULL },
	{ "frames", 0, OPTION_CHOICE, offsetof(struct run_options, frames), NULL,
	  "exact: every call of a function is told apart, by return stubs\n"
	  "(default); plain: stacks are only compared, and what the report says\n"
	  "of lifetimes by function is inferred",
	  frame_kinds },
	{ "no-follow", 0, OPTION_FLAG, offsetof(struct run_options, is_alone), NULL,
	  "record the program only, not the processes it starts", NULL },
	{ "wait", 0, OPTION_COUNT, offsetof(struct run_options, wait_s), "SECONDS",
	  "how long to go on for processes that outlive the program (default 1);\n"
	  "Ctrl-C ends the wait",
	  NULL },
	{ "segments-every", 0, OPTION_COUNT, offsetof(struct run_options, segments_ms),
	  "MS",
	  "look at the segments of each process so often (default 100, 10 to\n"
	  "60000), as far as 1% of a processor allows; 0: never",
	  NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct run_options, is_quiet), NULL,
	  "no report at the end, only where the trace is", NULL },
};

/* One recording. */
struct recording {
	struct run_options options;
	const char *name;    /* of the program, as it was typed */
	char path[PATH_MAX]; /* what is executed */
	char library[PATH_MAX];
	char trace[PATH_MAX]; /* absolute or as given; "" until it is known */
	struct session session;
	struct target target;
	struct trace_writer writer;
	struct module_shelf *shelf;
	struct drain *drain;
	struct progress progress;
	bool is_cut; /* the trace could not be written to its end */
};

/* Say it and exit; nothing was started yet, or it is gone. */
static _Noreturn void run_die(int status, const struct error *error)
{
	fprintf(stderr, "outlive: %s\n", error->message);
	exit(status);
}

/* ---- before the start ---- */

static void program_prepare(struct recording *run)
{
	struct error error;

	switch (program_check(run->name, run->path, &error)) {
	case PROGRAM_OK: break;
	case PROGRAM_NOT_FOUND: run_die(EXIT_NOT_FOUND, &error);
	case PROGRAM_NOT_EXECUTABLE: run_die(EXIT_NOT_EXECUTABLE, &error);
	case PROGRAM_REFUSED: run_die(EXIT_BAD_INPUT, &error);
	}
	if (program_library(run->library, &error))
		run_die(EXIT_BAD_INPUT, &error);
}

static void ring_prepare(struct recording *run)
{
	uint64_t bytes = run->options.ring_bytes;

	if (bytes < RING_BYTES_MIN)
		die_usage("run", "run: --ring is too small: a ring needs at least %" PRIu64 "M",
		          RING_BYTES_MIN >> 20);
	if (bytes > RING_BYTES_MAX)
		die_usage("run", "run: --ring is too big: a ring takes at most %" PRIu64 "G",
		          RING_BYTES_MAX >> 30);
	run->options.ring_bytes = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
}

static void segments_prepare(const struct recording *run)
{
	uint64_t every_ms = run->options.segments_ms;

	if (every_ms && (every_ms < SEGMENTS_MS_MIN || every_ms > SEGMENTS_MS_MAX))
		die_usage("run", "run: --segments-every takes milliseconds, %d to %d, or 0",
		          SEGMENTS_MS_MIN, SEGMENTS_MS_MAX);
}

/* The trace, from its header to the place of its rings. 0, or -1 and *error. */
static int trace_begin(struct recording *run, struct error *error)
{
	struct trace_block about = { .type = BLOCK_RING_DIRECTORY };
	int file = trace_output_open(run->options.output, run->name, run->target.pid,
	                             run->trace, error);
	struct error cause;

	if (file < 0)
		return -1;
	if (trace_writer_open(&run->writer, file, run->trace, run->session.number, error) ==
	        0 &&
	    trace_writer_block(&run->writer, &about, run->session.directory,
	                       strlen(run->session.directory), error) == 0)
		return 0;
	cause = *error;
	error_set(error, "%s; %s was not started", cause.message, run->name);
	unlink(run->trace); /* before others may write it */
	trace_writer_close(&run->writer, NULL);
	return -1;
}

static int drain_begin(struct recording *run, struct error *error)
{
	struct drain_settings settings = {
		.session = &run->session,
		.writer = &run->writer,
		.is_flight = run->options.is_flight,
		.segments_every_ns = run->options.segments_ms * 1000000,
	};

	run->shelf = module_shelf_new();
	if (!run->shelf)
		return error_set(error, "out of memory");
	settings.shelf = run->shelf;
	run->drain = drain_new(&settings, error);
	return run->drain ? 0 : -1;
}

static void limit_raise(__rlimit_resource_t resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(resource, &limit);
}

/*
 * Modules and processes take a descriptor each, a trace and its names more than the program
 * may need itself. The program keeps its own limits: it was forked before.
 */
static void limits_raise(void)
{
	limit_raise(RLIMIT_NOFILE);
	limit_raise(RLIMIT_FSIZE);
	limit_raise(RLIMIT_AS);
	limit_raise(RLIMIT_DATA);
}

static void target_begin(struct recording *run, char **argv)
{
	struct target_settings settings = {
		.path = run->path,
		.argv = argv,
		.library = run->library,
		.directory = run->session.directory,
		.ring_bytes = run->options.ring_bytes,
		.session = run->session.number,
		.is_flight = run->options.is_flight,
		.is_plain = run->options.frames == 1,
		.is_followed = !run->options.is_alone,
	};
	struct error error;
	int cause;

	if (target_fork(&run->target, &settings, &error)) {
		session_close(&run->session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	limits_raise();
	if (trace_begin(run, &error) || drain_begin(run, &error)) {
		target_abandon(&run->target);
		session_close(&run->session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	cause = target_release(&run->target);
	if (!cause)
		return;
	error_set(&error, "%s: %s", run->path, strerror(cause));
	unlink(run->trace);
	trace_writer_close(&run->writer, NULL);
	session_close(&run->session);
	run_die(cause == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, &error);
}

/* ---- while it runs ---- */

/* One look at the rings; how long they may be left alone. */
static int run_step(struct recording *run)
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
static bool is_outlived(const struct recording *run, uint64_t ended_ns)
{
	if (drain_live_count(run->drain))
		return true;
	return kernel_now_ns() - ended_ns < SETTLE_NS &&
	       session_process_count(&run->session);
}

static void run_record(struct recording *run)
{
	uint64_t ended_ns, wait_ns = UINT64_MAX;

	while (!run->target.has_ended)
		target_wait(&run->target, drain_descriptor(run->drain), run_step(run));
	ended_ns = kernel_now_ns();
	if (run->options.wait_s < UINT32_MAX)
		wait_ns = run->options.wait_s * 1000000000;
	run_step(run);
	while (is_outlived(run, ended_ns) && kernel_now_ns() - ended_ns < wait_ns &&
	       !run->target.interrupts)
		target_wait(&run->target, drain_descriptor(run->drain), run_step(run));
}

/* ---- after its end ---- */

/* Name those that still run, and where they go on without us. */
static void live_tell(const struct recording *run)
{
	size_t count = drain_live_count(run->drain), i;
	struct text names = { NULL, 0, 0 };
	char ring[PATH_MAX + LIVE_RING_NAME_BYTES];
	const char *name = "*.ring";
	pid_t pid;

	if (!count)
		return;
	for (i = 0; i < count && i < LIVE_NAMED_MAX; i++) {
		pid = drain_live(run->drain, i, &name);
		text_printf(&names, "%s%d", i ? ", " : "", (int)pid);
	}
	snprintf(ring, sizeof(ring), "%s/%s", run->session.directory,
	         count == 1 ? name : "*.ring");
	warning("%zu process%s still run%s (%s%s): the trace has what happened until now "
	        "(--wait SECONDS waits longer); the last of what follows %s kept in "
	        "%s, for 'outlive report', until you remove %s",
	        count, count == 1 ? "" : "es", count == 1 ? "s" : "",
	        names.data ? names.data : "", count > LIVE_NAMED_MAX ? ", .." : "",
	        count == 1 ? "is" : "are", ring, count == 1 ? "it" : "them");
	text_release(&names);
}

static void trace_finish(struct recording *run)
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

/* Of a program alone the report has said it. */
static void own_malloc_tell(const struct recording *run, const char *name)
{
	const struct drain_counts *counts = drain_counts(run->drain);

	if (counts->own_malloc && counts->images > 1)
		warning("%u of %u programs brought a malloc of their own, and what that served "
		        "was not seen: 'outlive info' says which",
		        counts->own_malloc, counts->images);
	else if (counts->own_malloc && run->options.is_quiet)
		warning("%s brings its own malloc, and what that serves is not seen: build it "
		        "without, or link it as a shared library",
		        name);
}

/* Names come from the user and go to a terminal. */
static void run_tell(const struct recording *run)
{
	const struct drain_counts *counts = drain_counts(run->drain);
	char events[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], death[128];
	char name[PATH_MAX], lost[LOSS_TEXT_BYTES], population[POPULATION_TEXT_BYTES];

	text_escape(name, sizeof(name), run->name);
	if (target_death(&run->target, death, sizeof(death)))
		fprintf(stderr, "outlive: %s (pid %d) was killed by %s\n", name,
		        (int)run->target.pid, death);
	if (counts->broken)
		warning("%u of the rings or chunks could not be read", counts->broken);
	own_malloc_tell(run, name);
	if (!counts->images)
		warning("%s was not recorded: liboutlive.so made no ring (was LD_PRELOAD "
		        "dropped, %s full, or a limit of its files or its memory too low?)",
		        name, run->session.directory);
	loss_text(lost, sizeof(lost), counts->lost, counts->events, run->session.directory);
	fprintf(stderr, "outlive: %s event%s of %s in %s (%s)%s\n",
	        text_count(events, counts->events), text_s(counts->events),
	        population_text(population, drain_population(run->drain)),
	        text_escape(name, sizeof(name), run->trace),
	        text_size(size, run->writer.offset), lost);
}

/* What is left to say and do, whether or not the trace got its names. */
static int run_end(struct recording *run)
{
	run_tell(run);
	trace_writer_close(&run->writer, NULL);
	session_close(&run->session);
	return target_exit_status(&run->target);
}

/* Ctrl-C means now: the trace is complete, only without names. */
static void interrupt_check(struct recording *run)
{
	target_wait(&run->target, -1, 0);
	if (!run->target.interrupts)
		return;
	progress_end(&run->progress);
	warning(
		"interrupted: the trace has no names yet, 'outlive report' finds them while "
		"the program's files are there");
	exit(run_end(run));
}

static void run_progress(void *context, uint64_t done, uint64_t expected)
{
	struct recording *run = context;

	progress_show(&run->progress, done, expected);
	interrupt_check(run);
}

static void run_report(void *context, const struct trace_reader *reader,
                       const struct profile *profile)
{
	struct recording *run = context;

	progress_end(&run->progress);
	if (!run->options.is_quiet)
		report_recording(reader, profile, NULL, stderr);
}

/* The names of all addresses, and the report that the same reading gives. */
static void run_name(struct recording *run)
{
	struct trace_names names = {
		.writer = &run->writer,
		.shelf = run->shelf,
		.reading = run_progress,
		.naming = run_progress,
		.show = run_report,
		.context = run,
	};
	struct error error;

	run->target.interrupts = 0;
	progress_begin(&run->progress, "outlive: reading the trace");
	if (trace_names_add(&names, &error))
		warning("%s", error.message);
	progress_end(&run->progress);
}

static bool run_packing(void *context, uint64_t done, uint64_t expected)
{
	struct recording *run = context;

	progress_show(&run->progress, done, expected);
	target_wait(&run->target, -1, 0);
	return !run->target.interrupts;
}

static void run_pack(struct recording *run)
{
	run->target.interrupts = 0;
	progress_begin(&run->progress, "outlive: packing the trace");
	trace_pack(&run->writer, run_packing, run);
	progress_end(&run->progress);
}

static int run_command(const struct command *command, int argc, char **argv)
{
	static struct recording run = { .options = { .ring_bytes = RING_BYTES_DEFAULT,
		                                         .wait_s = WAIT_S_DEFAULT,
		                                         .segments_ms = SEGMENTS_MS_DEFAULT } };
	char beside[PATH_MAX];
	struct error error;
	int status, first;

	target_streams_hold();
	first = command_parse(command, &run.options, argc, argv);
	if (first >= argc)
		die_usage("run", "run: which program?");
	run.name = argv[first];
	ring_prepare(&run);
	segments_prepare(&run);
	program_prepare(&run);
	if (trace_output_directory(run.options.output, beside, &error) ||
	    session_open(&run.session, beside, run.options.ring_bytes, &error))
		run_die(EXIT_BAD_INPUT, &error);
	if (session_library(&run.session, run.library, &error)) {
		session_close(&run.session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	target_begin(&run, argv + first);
	run_record(&run);
	trace_finish(&run);
	if (!run.is_cut && drain_counts(run.drain)->images) {
		run_name(&run);
		run_pack(&run);
	}
	status = run_end(&run);
	drain_free(run.drain);
	module_shelf_free(run.shelf);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "record a program from its start",
	.usage = "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	.details = "The program keeps its input, output, exit status and signals. What it\n"
			   "allocates goes to a trace file; 'outlive report FILE' reads it.",
	.options = run_option_table,
	.option_count = sizeof(run_option_table) / sizeof(run_option_table[0]),
	.stops_at_operand = true,
	.run = run_command,
};

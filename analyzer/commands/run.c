/* commands/run.c - `outlive run`: records a program from its start. */
#include "commands/command.h"

#include "base/error.h"
#include "base/kernel_clock.h"
#include "record/program.h"
#include "record/output.h"
#include "record/recording.h"
#include "record/recording_open.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define WAIT_S_DEFAULT 1
#define GO_HEAP_BYTES_DEFAULT (UINT64_C(512) << 10)
#define SETTLE_NS UINT64_C(200000000) /* in which a process makes its ring */
#define DESCRIPTORS_MIN 12 /* free descriptors that a small recording needs */
#define DATA_BYTES_MIN (UINT64_C(4) << 20) /* the recorder itself needs 1 MiB */

static const char *const frame_kinds[] = { "exact", "plain", NULL };

static const struct option run_option_table[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct run_options, output), "FILE",
	  "write the trace here; an older trace is replaced (default:\n"
	  "PROGRAM.PID.outlive, which replaces nothing)",
	  NULL, NULL },
	{ "ring", 0, OPTION_SIZE, offsetof(struct run_options, ring_bytes), "SIZE",
	  "ring buffer of each process (default 64M, at least 1M); each live\n"
	  "thread holds 64 KiB of it",
	  NULL, NULL },
	{ "flight", 0, OPTION_FLAG, offsetof(struct run_options, is_flight), NULL,
	  "flight recorder: do not read the ring while the program runs; the\n"
	  "oldest events are overwritten",
	  NULL, NULL },
	{ "sample", 0, OPTION_SIZE, offsetof(struct run_options, sample_bytes), "SIZE",
	  "record only a sample of the blocks: one byte in SIZE decides (512K is\n"
	  "usual); costs next to nothing, and all figures become estimates",
	  NULL, NULL },
	{ "frames", 0, OPTION_CHOICE, offsetof(struct run_options, frames), NULL,
	  "exact (default): follow every call of a function by return stubs;\n"
	  "plain: only compare stacks; how long blocks live relative to\n"
	  "functions is then inferred",
	  frame_kinds, NULL },
	{ "start-after", 0, OPTION_STRING, offsetof(struct run_options, start_after),
	  "WHEN",
	  "begin to record when the program has run for so long (200ms, 5s, 2m),\n"
	  "or when it begins this phase (main, or a name of outlive_phase(3)), or\n"
	  "when it calls outlive_start(), whatever comes first",
	  NULL, NULL },
	{ "no-follow", 0, OPTION_FLAG, offsetof(struct run_options, is_alone), NULL,
	  "record only the program, not the processes that it starts", NULL, NULL },
	{ "wait", 0, OPTION_COUNT, offsetof(struct run_options, wait_s), "SECONDS",
	  "how long to go on recording processes that outlive the program\n"
	  "(default 1); Ctrl-C ends the wait",
	  NULL, NULL },
	{ "segments-every", 0, OPTION_COUNT, offsetof(struct run_options, segments_ms),
	  "MS",
	  "take a snapshot of each process's memory segments this often (default\n"
	  "100, 10 to 60000), or as often as 1% of a processor allows; 0: never",
	  NULL, NULL },
	{ "go-heap", 0, OPTION_SIZE, offsetof(struct run_options, go_heap_bytes), "SIZE",
	  "of a Go program's own heap, record one allocation for each SIZE bytes\n"
	  "(default 512K, as Go's runtime samples by itself); 1: all; 0: none",
	  NULL, NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct run_options, is_quiet), NULL,
	  "print no report at the end, only where the trace is", NULL, NULL },
};

/*
 * Print an error and exit. The program was not started, or its process has ended. Not die(): a
 * shell distinguishes a program that is missing (127) from one that cannot be executed (126),
 * and so must we.
 */
static _Noreturn void run_die(int status, const struct error *error)
{
	fprintf(stderr, "outlive: %s\n", error->message);
	exit(status);
}

/* ---- limits ---- */

/* Our own limits that can prevent a recording, and their old values. */
static struct {
	__rlimit_resource_t resource;
	struct rlimit old;
	bool is_raised;
} limits[] = {
	{ .resource = RLIMIT_NOFILE },
	{ .resource = RLIMIT_FSIZE },
	{ .resource = RLIMIT_AS },
	{ .resource = RLIMIT_DATA },
};
#define LIMIT_COUNT (sizeof(limits) / sizeof(limits[0]))

/*
 * Raise our limits: each module and process takes a descriptor, and the trace and its names
 * take more memory than the program itself may need. The program keeps its own limits: its
 * process was forked before. The soft limit becomes the hard one, which needs no privilege. If
 * that fails, the recording goes on with what it has.
 */
static void limits_raise(void)
{
	struct rlimit raised;
	size_t i;

	for (i = 0; i < LIMIT_COUNT; i++) {
		if (getrlimit(limits[i].resource, &limits[i].old))
			continue;
		raised = limits[i].old;
		raised.rlim_cur = raised.rlim_max;
		limits[i].is_raised = setrlimit(limits[i].resource, &raised) == 0;
	}
}

/*
 * Undo limits_raise() before the program runs in this process: it must see the limits that the
 * user has set.
 */
static void limits_lower(void)
{
	size_t i;

	for (i = 0; i < LIMIT_COUNT; i++) {
		if (limits[i].is_raised)
			setrlimit(limits[i].resource, &limits[i].old);
	}
}

/*
 * Run the program unrecorded in our own process: a limit that leaves too little for a recording
 * must not prevent the program from running.
 */
static _Noreturn void run_bare(struct recording *run, char **argv, const char *cause)
{
	struct error error;
	int failure;

	warning("%s is not recorded: %s", run->name, cause);
	limits_lower();
	failure = target_become(&run->target, run->path, argv);
	error_set(&error, "%s: %s", run->path, strerror(failure));
	run_die(failure == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE, &error);
}

/* How many more files may be opened; counts no further than is needed. */
static int descriptors_free(void)
{
	int files[DESCRIPTORS_MIN], count = 0, i;

	while (count < DESCRIPTORS_MIN &&
	       (files[count] = open("/dev/null", O_PATH | O_CLOEXEC)) >= 0)
		count++;
	for (i = 0; i < count; i++)
		close(files[i]);
	return count;
}

/*
 * Run the program unrecorded if our limits are too low for a recording. Checked before the
 * session's directory is made, so that nothing is left behind.
 */
static void limits_check(struct recording *run, char **argv)
{
	int descriptors = descriptors_free();
	struct rlimit data;
	char cause[128];

	if (descriptors < DESCRIPTORS_MIN) {
		snprintf(cause, sizeof(cause),
		         "that takes %d more open files, and %d are allowed (ulimit -n)",
		         DESCRIPTORS_MIN, descriptors);
		run_bare(run, argv, cause);
	}
	if (!getrlimit(RLIMIT_DATA, &data) && data.rlim_cur < DATA_BYTES_MIN) {
		snprintf(cause, sizeof(cause),
		         "that takes %u KiB of memory, and %u are allowed (ulimit -d)",
		         (unsigned)(DATA_BYTES_MIN >> 10), (unsigned)(data.rlim_cur >> 10));
		run_bare(run, argv, cause);
	}
}

/* ---- before the start ---- */

/*
 * Find the program and liboutlive.so. Exits with the status that a shell would return, or, for
 * a program that would run but could not be recorded, with EXIT_BAD_INPUT.
 */
static void program_prepare(struct recording *run)
{
	struct error error;

	switch (program_check(run->name, run->path, &error)) {
	case PROGRAM_OK: break;
	case PROGRAM_NOT_FOUND: run_die(EXIT_NOT_FOUND, &error);
	case PROGRAM_NOT_EXECUTABLE: run_die(EXIT_NOT_EXECUTABLE, &error);
	case PROGRAM_FOLLOWED:
		if (!run->options.is_alone) {
			run->is_only_followed = true;
			warning("%s", error.message);
			break;
		}
		run_die(EXIT_BAD_INPUT, &error);
	case PROGRAM_REFUSED: run_die(EXIT_BAD_INPUT, &error);
	}
	if (program_library(run->library, &error))
		run_die(EXIT_BAD_INPUT, &error);
}

/* Whether --start-after is a time, from now on, or a phase. */
static void start_choose(const struct recording *run, struct target_settings *settings)
{
	const char *after = run->options.start_after;
	uint64_t after_ns;

	if (!after)
		return;
	if (option_time(after, &after_ns))
		settings->start_phase = after;
	else
		settings->start_ns = kernel_now_ns() + after_ns;
}

/*
 * Start the program, in an order that matters. The child is forked first: its pid is part of
 * the trace's name, and it must not inherit the limits that are raised next. It waits before
 * exec until trace and drain are ready. Whatever fails until then leaves no file behind; the
 * program is then run unrecorded if a limit is the cause, else not at all.
 */
static void target_begin(struct recording *run, char **argv)
{
	struct target_settings settings = {
		.path = run->path,
		.argv = argv,
		.library = run->library,
		.directory = run->session.directory,
		.ring_bytes = run->options.ring_bytes,
		.go_heap_bytes = run->options.go_heap_bytes,
		.sample_bytes = run->options.sample_bytes,
		.session = run->session.number,
		.is_flight = run->options.is_flight,
		.is_plain = run->options.frames.value == 1,
		.is_followed = !run->options.is_alone,
	};
	struct error error;
	int cause;

	start_choose(run, &settings);
	if (target_fork(&run->target, &settings, &error)) {
		session_close(&run->session);
		run_bare(run, argv, error.message);
	}
	limits_raise();
	if (recording_open(run, &error)) {
		session_close(&run->session);
		if (run->is_limited)
			run_bare(run, argv, error.message);
		target_abandon(&run->target);
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

/*
 * Whether processes of the session still run: with rings, or for a short time without. A child
 * that was forked just before the program's end has not yet made its ring; the search of all of
 * /proc that finds it is expensive, so it ends after SETTLE_NS.
 */
static bool is_outlived(const struct recording *run, uint64_t ended_ns)
{
	if (drain_live_count(run->drain))
		return true;
	return kernel_now_ns() - ended_ns < SETTLE_NS &&
	       session_process_count(&run->session);
}

/*
 * Drain the rings until the program has ended and, for at most --wait, until the processes that
 * it left behind have ended. One thread does both: target_wait() sleeps until a signal, a new
 * ring or the next step that is due.
 */
static void run_record(struct recording *run)
{
	uint64_t ended_ns, wait_ns = UINT64_MAX;

	while (!run->target.has_ended)
		target_wait(&run->target, drain_descriptor(run->drain), recording_step(run));
	ended_ns = kernel_now_ns();
	if (run->options.wait_s.value < UINT32_MAX)
		wait_ns = run->options.wait_s.value * 1000000000;
	/* The program's last child may have made its ring since the last step. */
	recording_step(run);
	while (is_outlived(run, ended_ns) && kernel_now_ns() - ended_ns < wait_ns &&
	       !run->target.interrupts)
		target_wait(&run->target, drain_descriptor(run->drain), recording_step(run));
}

/*
 * The recording is static: it has several buffers of PATH_MAX bytes, and this command runs on
 * the stack that the user's limit allows. Signals and closed streams are taken care of before
 * anything is opened or printed. Returns the program's own exit status.
 */
static int run_command(const struct command *command, int argc, char **argv)
{
	static struct recording run = {
		.options = { .ring_bytes = RECORDING_RING_BYTES,
		             .go_heap_bytes = GO_HEAP_BYTES_DEFAULT,
		             .wait_s = { .value = WAIT_S_DEFAULT },
		             .segments_ms = { .value = RECORDING_SEGMENTS_MS } }
	};
	static char beside[PATH_MAX];
	struct error error;
	int status, first;

	target_signals_hold(&run.target);
	target_streams_hold();
	first = command_parse(command, &run.options, argc, argv);
	if (first >= argc)
		die_usage("run", "run: which program?");
	run.name = argv[first];
	if (recording_check_options(&run, &error))
		die_usage("run", "run: %s", error.message);
	program_prepare(&run);
	limits_check(&run, argv + first);
	if (trace_output_directory(run.options.output, beside, &error) ||
	    session_open(&run.session, beside, run.options.ring_bytes, &error))
		run_die(EXIT_BAD_INPUT, &error);
	if (session_library(&run.session, run.library, &error)) {
		session_close(&run.session);
		run_die(EXIT_BAD_INPUT, &error);
	}
	target_begin(&run, argv + first);
	run_record(&run);
	status = recording_end(&run);
	drain_free(run.drain);
	kept_files_free(run.kept);
	return status;
}

const struct command command_run = {
	.name = "run",
	.summary = "record a program from its start",
	.usage = "[OPTION]... [--] PROGRAM [ARGUMENT]...",
	.details = "The program keeps its input, output, exit status and signals. Its\n"
			   "allocations go to a trace file, which 'outlive report FILE' reads.",
	.options = run_option_table,
	.option_count = sizeof(run_option_table) / sizeof(run_option_table[0]),
	.stops_at_operand = true,
	.run = run_command,
};

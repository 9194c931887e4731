/* commands/attach.c - `outlive attach`: records a process that runs already. */
#include "commands/command.h"
#include "commands/pid.h"

#include "attach/injection.h"
#include "base/error.h"
#include "base/kernel_clock.h"
#include "base/text.h"
#include "record/output.h"
#include "record/program.h"
#include "record/reader_view.h"
#include "record/recording.h"
#include "record/recording_open.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_REFUSED 3 /* the process cannot be attached to, and was not touched */
#define DETACH_NS UINT64_C(5000000000) /* how long we wait for the process to let go */

struct attach_options {
	struct run_options run;
	uint64_t for_ns; /* 0: until the process ends, or we are asked */
	bool allows_filter;
};

static const char *const frame_kinds[] = { "exact", "plain", NULL };

static const struct option attach_option_table[] = {
	{ "output", 'o', OPTION_STRING, offsetof(struct attach_options, run.output), "FILE",
	  "write the trace here; an older trace is replaced (default:\n"
	  "PROGRAM.PID.outlive, which replaces nothing)",
	  NULL, NULL },
	{ "for", 0, OPTION_TIME, offsetof(struct attach_options, for_ns), "TIME",
	  "record for so long, such as 30s or 5m, then detach (default: until\n"
	  "Ctrl-C, 'outlive detach' or the process's end)",
	  NULL, NULL },
	{ "ring", 0, OPTION_SIZE, offsetof(struct attach_options, run.ring_bytes), "SIZE",
	  "ring buffer in the process (default 64M, at least 1M); each live\n"
	  "thread holds 64 KiB of it",
	  NULL, NULL },
	{ "flight", 0, OPTION_FLAG, offsetof(struct attach_options, run.is_flight), NULL,
	  "flight recorder: do not read the ring while the program runs; the\n"
	  "oldest events are overwritten",
	  NULL, NULL },
	{ "sample", 0, OPTION_SIZE, offsetof(struct attach_options, run.sample_bytes),
	  "SIZE",
	  "record only a sample of the blocks: one byte in SIZE decides (512K is\n"
	  "usual); costs next to nothing, and all figures become estimates",
	  NULL, NULL },
	{ "frames", 0, OPTION_CHOICE, offsetof(struct attach_options, run.frames), NULL,
	  "exact (default): follow every call of a function by return stubs;\n"
	  "plain: only compare stacks",
	  frame_kinds, NULL },
	{ "segments-every", 0, OPTION_COUNT,
	  offsetof(struct attach_options, run.segments_ms), "MS",
	  "take a snapshot of the process's memory segments this often (default\n"
	  "100, 10 to 60000), or as often as 1% of a processor allows; 0: never",
	  NULL, NULL },
	{ "assume-seccomp-allows", 0, OPTION_FLAG,
	  offsetof(struct attach_options, allows_filter), NULL,
	  "attach though the process filters its system calls: if the filter\n"
	  "forbids one that is needed, that may end the process",
	  NULL, NULL },
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct attach_options, run.is_quiet), NULL,
	  "print no report at the end, only where the trace is", NULL, NULL },
};

static _Noreturn void refuse(int status, const struct error *error)
{
	fprintf(stderr, "outlive: %s\n", error->message);
	exit(status);
}

/* ---- before ---- */

/* The name of the program that the process runs, for the trace's name and for people. */
static const char *program_name(pid_t pid)
{
	static char name[PATH_MAX];
	char path[64], *slash;
	ssize_t bytes;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	bytes = readlink(path, name, sizeof(name) - 1);
	if (bytes <= 0)
		return "process";
	name[bytes] = '\0';
	if (bytes > 10 && !strcmp(name + bytes - 10, " (deleted)"))
		name[bytes - 10] = '\0';
	slash = strrchr(name, '/');
	return slash ? slash + 1 : name;
}

static struct attach_request request_make(const struct recording *run)
{
	struct attach_request request = {
		.magic = ATTACH_MAGIC,
		.version = ATTACH_VERSION,
		.bytes = sizeof(request),
		.ring_bytes = run->options.ring_bytes,
		.session = run->session.number,
		.reader_namespace = reader_view_pids(),
		.reader_view = reader_view(),
		.reader_pid = (uint32_t)getpid(),
		.sample_bytes = run->options.sample_bytes,
		.policy = run->options.is_flight ? RING_FLIGHT : RING_DRAIN,
		.is_plain = run->options.frames.value == 1,
	};

	/* session_open() has made it short enough: its parent is, too */
	if (strlen(session_seen(&run->session)) < sizeof(request.directory))
		strcpy(request.directory, session_seen(&run->session));
	return request;
}

/* Make the session's directory where the process can reach it. 0, or -1 and *error. */
static int session_make(struct recording *run, const char *beside,
                        const struct elsewhere *there, struct error *error)
{
	if (session_open(&run->session, beside, run->options.ring_bytes, error))
		return -1;
	if (elsewhere_is_same(there, run->session.directory))
		return 0;
	session_close(&run->session);
	return session_open_there(&run->session, there->root, there->prefix,
	                          run->options.ring_bytes, error);
}

/* Nothing is left of an attach that fails. */
static _Noreturn void give_up(struct injection *injection, int status,
                              const struct error *error)
{
	injection_release(injection);
	refuse(status, error);
}

/*
 * In an order that leaves nothing behind: first what can be refused without a trace of us, then
 * the directory and the trace, then the process itself.
 */
static void attach_begin(struct recording *run, bool allows_filter)
{
	static struct injection injection;
	static struct injection_report report;
	static char beside[PATH_MAX];
	struct injection_settings settings = { .pid = run->pid,
		                                   .library = run->library,
		                                   .allows_filter = allows_filter };
	struct error error;
	char name[256];

	settings.request.is_plain = run->options.frames.value == 1;
	if (injection_prepare(&injection, &settings, &error))
		give_up(&injection, EXIT_REFUSED, &error);
	if (trace_output_directory(run->options.output, beside, &error) ||
	    session_make(run, beside, &injection.there, &error))
		give_up(&injection, EXIT_BAD_INPUT, &error);
	if (recording_open(run, &error)) {
		session_close(&run->session);
		give_up(&injection, EXIT_BAD_INPUT, &error);
	}
	settings.request = request_make(run);
	settings.request.age_ns = injection.settings.request.age_ns;
	injection.settings.request = settings.request;
	if (injection_run(&injection, &report)) {
		unlink(run->trace);
		trace_writer_close(&run->writer, NULL);
		drain_free(run->drain);
		session_close(&run->session);
		give_up(&injection, EXIT_REFUSED, &report.error);
	}
	injection_release(&injection);
	if (!run->options.is_quiet)
		fprintf(
			stderr,
			"outlive: recording %s (pid %d); one of its threads was stopped for %.1f "
			"ms; Ctrl-C or 'outlive detach %d' ends it\n",
			text_escape(name, sizeof(name), run->name), (int)run->pid,
			(double)report.stopped_ns / 1e6, (int)run->pid);
}

/* ---- while it records ---- */

/* Whether the recording has ended: its process has, or somebody else has detached it. */
static bool is_over(const struct recording *run)
{
	return drain_counts(run->drain)->images && !drain_live_count(run->drain);
}

static int step_until(struct recording *run, uint64_t until_ns)
{
	uint64_t now_ns = kernel_now_ns();
	int idle_ms = recording_step(run);

	if (now_ns + (uint64_t)idle_ms * 1000000 > until_ns)
		idle_ms = until_ns > now_ns ? (int)((until_ns - now_ns) / 1000000) : 0;
	return idle_ms;
}

static void attach_record(struct recording *run, uint64_t for_ns)
{
	uint64_t until_ns = for_ns ? kernel_now_ns() + for_ns : UINT64_MAX;

	while (!is_over(run) && !run->target.interrupts && kernel_now_ns() < until_ns)
		target_wait(&run->target, drain_descriptor(run->drain),
		            step_until(run, until_ns));
	recording_step(run); /* the ring of a process that was attached to just now */
	drain_detach(run->drain);
	until_ns = kernel_now_ns() + DETACH_NS;
	while (!is_over(run) && kernel_now_ns() < until_ns)
		target_wait(&run->target, -1, step_until(run, until_ns));
	run->target.interrupts = 0;
}

static int attach_command(const struct command *command, int argc, char **argv)
{
	static struct recording *run; /* signals have it until the end */
	static struct attach_options options = {
		.run = { .ring_bytes = RECORDING_RING_BYTES,
		         .segments_ms = { .value = RECORDING_SEGMENTS_MS } },
	};
	struct error error;
	int first, status;

	run = calloc(1, sizeof(*run));
	if (!run) {
		error_set(&error, "attach: no memory");
		refuse(EXIT_FAILURE, &error);
	}
	target_signals_hold(&run->target);
	target_streams_hold();
	first = command_parse(command, &options, argc, argv);
	if (first + 1 != argc)
		die_usage("attach", first >= argc ? "attach: which process? give its pid"
		                                  : "attach: takes one process");
	run->options = options.run;
	run->pid = pid_read("attach", argv[first]);
	run->name = program_name(run->pid);
	if (recording_check_options(run, &error))
		die_usage("attach", "attach: %s", error.message);
	if (program_library(run->library, &error) || target_none(&run->target, &error))
		refuse(EXIT_BAD_INPUT, &error);
	attach_begin(run, options.allows_filter);
	attach_record(run, options.for_ns);
	status = recording_end(run);
	drain_free(run->drain);
	kept_files_free(run->kept);
	return status;
}

const struct command command_attach = {
	.name = "attach",
	.summary = "record a process that runs already",
	.usage = "[OPTION]... PID",
	.details =
		"The process goes on; one of its threads is stopped for about a millisecond.\n"
		"What it has allocated before is not known.",
	.options = attach_option_table,
	.option_count = sizeof(attach_option_table) / sizeof(attach_option_table[0]),
	.run = attach_command,
};

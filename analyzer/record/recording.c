/* record/recording.c - what `outlive run` does after the program's end. */
#include "record/recording.h"

#include "base/error.h"
#include "base/kernel_clock.h"
#include "report/text/losses.h"
#include "replay/profile.h"
#include "base/stack_room.h"
#include "record/costs_measure.h"
#include "record/names.h"
#include "record/overview.h"
#include "record/packer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SNAPSHOT_WAIT_NS UINT64_C(60000000000)
#define SNAPSHOT_STEP_MS 100 /* its end wakes us earlier */
#define LIVE_NAMED_MAX 3     /* running processes that are named */
/* Exit statuses of the naming process: the forked process that finds the names. */
#define NAMING_MEMORY_OUT 3
#define NAMING_UNWRITTEN 4 /* it has printed the reason */

/* Name the processes that still run, and the rings that they go on writing. */
static void live_tell(const struct recording *run)
{
	size_t count = drain_live_count(run->drain), i;
	struct text names = { NULL, 0, 0 };
	const char *name = "*.ring";
	pid_t pid;

	if (!count)
		return;
	for (i = 0; i < count && i < LIVE_NAMED_MAX; i++) {
		pid = drain_live(run->drain, i, &name);
		text_printf(&names, "%s%d", i ? ", " : "", (int)pid);
	}
	warning("%zu process%s still run%s (%s%s): the trace has the events until now "
	        "(--wait SECONDS waits longer); the last of the later events %s kept in "
	        "%s/%s, for 'outlive report', until you remove %s",
	        count, count == 1 ? "" : "es", count == 1 ? "s" : "",
	        names.data ? names.data : "", count > LIVE_NAMED_MAX ? ", .." : "",
	        count == 1 ? "is" : "are", run->session.directory,
	        count == 1 ? name : "*.ring", count == 1 ? "it" : "them");
	text_release(&names);
}

/*
 * End the trace. No ring may appear after the last step, so the session is sealed first. If the
 * trace was cut, the directory keeps its name: the trace says it, and the reader finds the rest
 * of the events there.
 */
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

/* If there was only one program, its report already has this line. */
static void own_malloc_tell(const struct recording *run, const char *name)
{
	const struct drain_counts *counts = drain_counts(run->drain);

	if (counts->own_malloc && counts->images > 1)
		warning("%u of %u programs brought their own malloc, whose blocks were not "
		        "recorded: 'outlive info' says which",
		        counts->own_malloc, counts->images);
	else if (counts->own_malloc && run->options.is_quiet)
		warning(
			"%s brings its own malloc, whose blocks are not recorded: build it without, "
			"or link it as a shared library",
			name);
}

/* Print how the recording ended. Names come from the user: escape them for the terminal. */
static void run_tell(const struct recording *run)
{
	const struct drain_counts *counts = drain_counts(run->drain);
	char events[TEXT_NUMBER_BYTES], size[TEXT_NUMBER_BYTES], death[128];
	char population[POPULATION_TEXT_BYTES];
	/* static: with a low stack limit there may be no room for them */
	static char name[PATH_MAX], lost[LOSS_TEXT_BYTES];
	/* the session's own directory has been renamed, and says a reader nothing */
	size_t parent_bytes = strlen(run->session.directory);

	while (parent_bytes > 1 && run->session.directory[--parent_bytes] != '/')
		;
	text_escape(name, sizeof(name), run->name);
	if (target_death(&run->target, death, sizeof(death)))
		fprintf(stderr, "outlive: %s (pid %d) was killed by %s\n", name,
		        (int)run->target.pid, death);
	if (counts->broken)
		warning("%u of the rings or chunks could not be read", counts->broken);
	own_malloc_tell(run, name);
	if (!counts->images && run->is_only_followed)
		warning("%s started no program that could be recorded", name);
	else if (!counts->images && run->options.start_after)
		warning(
			"%s was not recorded: it ended before what --start-after waits for (%s)",
			name, run->options.start_after);
	else if (!counts->images)
		warning("%s was not recorded: liboutlive.so made no ring (was LD_PRELOAD "
		        "dropped, %.*s full, or a limit on its files or its memory too low?)",
		        name, (int)parent_bytes, run->session.directory);
	asked_snapshots_tell(&run->snapshots, counts->asked_late, run->trace);
	loss_text(lost, sizeof(lost), counts->lost, counts->events, run->session.directory);
	fprintf(stderr, "outlive: %s event%s of %s in %s (%s)%s\n",
	        text_count(events, counts->events), text_s(counts->events),
	        population_text(population, drain_population(run->drain)),
	        text_escape(name, sizeof(name), run->trace),
	        text_size(size, run->writer.offset), lost);
}

/* ---- names ---- */

/* End the naming process, whether or not it has found all names. */
static _Noreturn void naming_end(struct recording *run)
{
	if (run->writer.failure)
		_exit(NAMING_UNWRITTEN);
	run_tell(run);
	trace_writer_close(&run->writer, NULL);
	fflush(NULL);
	_exit(EXIT_SUCCESS);
}

/* Ctrl-C ends the naming at once: the trace is complete without names. */
static void interrupt_check(struct recording *run)
{
	target_wait(&run->target, -1, 0);
	if (!run->target.interrupts)
		return;
	progress_end(&run->progress);
	warning(
		"interrupted: the trace has no names yet, 'outlive report' finds them while "
		"the program's files are there");
	naming_end(run);
}

static void run_progress(void *context, uint64_t done, uint64_t expected)
{
	struct recording *run = context;

	progress_show(&run->progress, done, expected);
	interrupt_check(run);
}

static void run_report(void *context, struct trace_reader *reader,
                       const struct profile *profile)
{
	struct recording *run = context;

	progress_end(&run->progress);
	if (!run->options.is_quiet)
		overview_print(reader, profile, run->trace);
}

/* Called by libdw in the naming process; our own process reports it. */
static __attribute__((noreturn)) void memory_out(void)
{
	_exit(NAMING_MEMORY_OUT);
}

/* Find the names of all addresses, and show the report, which uses the same profile. */
static void run_name(struct recording *run)
{
	struct trace_names names = {
		.writer = &run->writer,
		.kept = run->kept,
		.reading = run_progress,
		.naming = run_progress,
		.show = run_report,
		.is_quiet = run->options.is_quiet,
		.memory_out = memory_out,
		.costs = costs_measure(),
		.context = run,
	};
	struct error error;

	run->target.interrupts = 0;
	progress_begin(&run->progress, "outlive: reading the trace");
	if (trace_names_add(&names, &error))
		warning("not all names could be put into the trace: %s", error.message);
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

static int naming_work(void *recording)
{
	struct recording *run = recording;

	run_name(run);
	run_pack(run);
	naming_end(run);
}

static _Noreturn void naming_run(struct recording *run)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(stack_room_call(naming_work, run));
}

/*
 * Wait for the naming process, and pass on interrupts that are sent to us. Returns its wait
 * status.
 */
static int naming_wait(struct recording *run, pid_t naming)
{
	unsigned interrupts = 0;
	int status = 0;

	run->target.interrupts = 0;
	while (waitpid(naming, &status, WNOHANG) == 0) {
		target_wait(&run->target, -1, -1);
		if (run->target.interrupts > interrupts)
			kill(naming, SIGTERM);
		interrupts = run->target.interrupts;
	}
	return status;
}

/* Restore the trace as it was without names: complete. */
static void names_undo(struct recording *run)
{
	struct error error;

	trace_writer_reopen(&run->writer);
	if (trace_writer_end(&run->writer, &error))
		warning("%s", error.message);
	else if (ftruncate(run->writer.descriptor, (off_t)run->writer.offset))
		warning("%s: %s", run->trace, strerror(errno));
}

static void naming_failure_tell(int status)
{
	char cause[128];

	if (WIFSIGNALED(status))
		snprintf(cause, sizeof(cause), "the search for names ended by signal %d (%s)",
		         WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(cause, sizeof(cause), "memory ran out in the search for names");
	warning("%s: the trace has none and is not reported here; 'outlive report' finds "
	        "them where more memory is allowed, while the program's files are there",
	        cause);
}

/*
 * Find the names in a forked process: when memory is out, libdw ends the process or worse, and
 * we must still return the program's exit status. False: fork or the process failed; the trace
 * is complete, but has no names.
 */
static bool names_add(struct recording *run)
{
	pid_t naming;
	int status;

	fflush(NULL);
	naming = fork();
	if (naming == 0)
		naming_run(run);
	if (naming < 0) {
		warning(
			"no process for the search for names can be started (%s): the trace has "
			"none, 'outlive report' finds them while the program's files are there",
			strerror(errno));
		return false;
	}
	status = naming_wait(run, naming);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS)
		return true;
	names_undo(run);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != NAMING_UNWRITTEN)
		naming_failure_tell(status);
	return false;
}

/*
 * The last snapshot may still be under way: it has the ring, and needs us no more, but whoever
 * reads that we have ended expects its file. An interrupt ends the wait, not the snapshot.
 */
static void snapshot_wait(struct recording *run)
{
	uint64_t until_ns = kernel_now_ns() + SNAPSHOT_WAIT_NS;

	run->target.interrupts = 0;
	while (asked_snapshots_are_running(&run->snapshots) && !run->target.interrupts &&
	       kernel_now_ns() < until_ns)
		target_wait(&run->target, -1, SNAPSHOT_STEP_MS);
}

int recording_end(struct recording *run)
{
	trace_finish(run);
	snapshot_wait(run);
	if (run->is_cut || !drain_counts(run->drain)->images || !names_add(run))
		run_tell(run);
	trace_writer_close(&run->writer, NULL);
	session_close(&run->session);
	return target_exit_status(&run->target);
}

/* record/recording_open.c - opens the trace and the drain of a recording. */
#include "record/recording_open.h"

#include "record/output.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define RING_BYTES_MIN (UINT64_C(1) << 20)
#define RING_BYTES_MAX ((uint64_t)CHUNK_COUNT_MAX * CHUNK_BYTES)
#define SEGMENTS_MS_MIN 10
#define SEGMENTS_MS_MAX 60000

/*
 * The limit above is that of chunk numbers, not of memory: whether a ring of this size fits is
 * checked by session_open().
 */
int recording_check_options(struct recording *run, struct error *error)
{
	uint64_t bytes = run->options.ring_bytes, every_ms = run->options.segments_ms.value;

	if (bytes < RING_BYTES_MIN)
		return error_set(error,
		                 "--ring is too small: a ring needs at least %" PRIu64 "M",
		                 RING_BYTES_MIN >> 20);
	if (bytes > RING_BYTES_MAX)
		return error_set(error, "--ring is too big: a ring takes at most %" PRIu64 "G",
		                 RING_BYTES_MAX >> 30);
	if (every_ms && (every_ms < SEGMENTS_MS_MIN || every_ms > SEGMENTS_MS_MAX))
		return error_set(error, "--segments-every takes milliseconds, %d to %d, or 0",
		                 SEGMENTS_MS_MIN, SEGMENTS_MS_MAX);
	if (run->options.sample_bytes > SAMPLE_BYTES_MAX)
		return error_set(error, "--sample is too big: one in %" PRIu64 "G at most",
		                 SAMPLE_BYTES_MAX >> 30);
	run->options.ring_bytes = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES * CHUNK_BYTES;
	return 0;
}

/*
 * The directory is written first so that a trace that is cut short leads to the rings that were
 * left behind.
 */
static int trace_begin(struct recording *run, struct error *error)
{
	struct trace_block about = { .type = BLOCK_RING_DIRECTORY };
	int file = trace_output_open(run->options.output, run->name,
	                             run->pid ? run->pid : run->target.pid, run->trace,
	                             error);
	struct error cause;

	if (file < 0)
		return -1;
	if (trace_writer_open(&run->writer, file, run->trace, run->session.number, error) ==
	        0 &&
	    (!run->options.sample_bytes ||
	     trace_writer_require(&run->writer, FEATURE_SAMPLED, error) == 0) &&
	    trace_writer_block(&run->writer, &about, run->session.directory,
	                       strlen(run->session.directory), error) == 0)
		return 0;
	cause = *error;
	unlink(run->trace); /* while it is locked: later another run may write it */
	run->is_limited = run->writer.failure == EFBIG || run->writer.failure == ENOMEM;
	trace_writer_close(&run->writer, NULL);
	return run->is_limited ? error_set(error, "%s", cause.message)
	                       : error_set(error, "%s; %s was not %s", cause.message,
	                                   run->name, run->pid ? "attached to" : "started");
}

static int drain_begin(struct recording *run, struct error *error)
{
	struct drain_settings settings = {
		.session = &run->session,
		.writer = &run->writer,
		.target = run->pid ? NULL : &run->target,
		.is_flight = run->options.is_flight,
		.segments_every_ns = run->options.segments_ms.value * 1000000,
	};

	run->kept = kept_files_new();
	settings.kept = run->kept;
	if (run->kept)
		run->drain = drain_new(&settings, error);
	if (run->drain)
		return 0;
	unlink(run->trace);
	trace_writer_close(&run->writer, NULL);
	run->is_limited = true;
	return error_set(error, "out of memory");
}

int recording_open(struct recording *run, struct error *error)
{
	return trace_begin(run, error) || drain_begin(run, error) ? -1 : 0;
}

int recording_step(struct recording *run)
{
	struct error error;
	int idle_ms = drain_step(run->drain, &error);

	if (run->options.is_flight)
		asked_snapshots_step(&run->snapshots, run->drain, run->trace);
	if (idle_ms >= 0)
		return idle_ms;
	run->is_cut = true;
	warning("%s", error.message);
	return 1;
}

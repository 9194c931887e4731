/*
 * record/recording.h - one `outlive run`, and what it does after the program's end.
 */
#ifndef OUTLIVE_RECORD_RECORDING_H
#define OUTLIVE_RECORD_RECORDING_H

#include "base/options.h"
#include "record/asked_snapshots.h"
#include "record/drain.h"
#include "symbols/kept_files.h"
#include "base/progress.h"
#include "record/session.h"
#include "record/target.h"
#include "base/text.h"
#include "trace/writer.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

struct run_options {
	const char *output;
	uint64_t ring_bytes;
	uint64_t go_heap_bytes; /* for each sample of Go's heap; 0: none */
	uint64_t sample_bytes;  /* of which one is sampled; 0: all blocks are recorded */
	struct option_number wait_s;
	struct option_number segments_ms;
	struct option_choice frames; /* index into frame_kinds */
	const char *start_after;     /* a time, or a phase: when to begin; NULL: at once */
	bool is_flight, is_alone, is_quiet;
};

/* One recording. */
struct recording {
	struct run_options options;
	const char *name; /* of the program, as the user typed it */
	pid_t pid; /* of a process that was attached to; 0: the program is our child */
	char path[PATH_MAX]; /* what is executed */
	char library[PATH_MAX];
	char trace[PATH_MAX]; /* absolute, or as the user gave it; "": not known yet */
	struct session session;
	struct target target;
	struct trace_writer writer;
	struct kept_files *kept;
	struct drain *drain;
	struct progress progress;
	bool is_only_followed; /* the program cannot be recorded, but what it starts can */
	bool is_limited; /* a limit prevents the recording: run the program without it */
	bool is_cut;     /* the trace could not be written completely */
	struct asked_snapshots snapshots; /* that the program asks for */
};

/*
 * Call when the program has ended: finishes the trace, adds the names, shows the report, and
 * prints where everything is. Returns the exit status, which mirrors the program's.
 */
int recording_end(struct recording *run);

#endif

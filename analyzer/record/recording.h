/*
 * record/recording.h - one `outlive run`, and what it does after the program's end.
 */
#ifndef OUTLIVE_RECORD_RECORDING_H
#define OUTLIVE_RECORD_RECORDING_H

#include "base/options.h"
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
	struct option_number wait_s;
	struct option_number segments_ms;
	struct option_choice frames; /* index of frame_kinds */
	bool is_flight, is_alone, is_quiet;
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
	bool
		is_limited; /* what stands in the way of a recording leaves the program alone */
	bool is_cut;    /* the trace could not be written to its end */
};

/*
 * The program has ended: finish the trace, put the names into it, show the report and say
 * where it all is. The exit status, which mirrors the program's.
 */
int recording_end(struct recording *run);

#endif

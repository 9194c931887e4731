/*
 * record/names.h - the last step of a recording: the names of all its addresses, put into
 * the trace while the files they come from are at hand.
 */
#ifndef OUTLIVE_RECORD_NAMES_H
#define OUTLIVE_RECORD_NAMES_H

#include "base/error.h"
#include "symbols/kept_files.h"
#include "symbols/symbolizer.h"
#include "replay/profile.h"
#include "trace/reader.h"
#include "trace/writer.h"

#include <stdint.h>

struct trace_names {
	struct trace_writer *writer; /* after trace_writer_end(), and so again at the end */
	const struct module_shelf *shelf;
	/* called often; `expected` events are to be read in all, or names to be found */
	profile_progress *reading, *naming;
	/* called with the profile that process_pick() picks if nothing is asked for, named */
	void (*show)(void *context, struct trace_reader *reader,
	             const struct profile *profile);
	memory_out_handler memory_out; /* see symbolizer_on_memory_out() */
	void *context;
};

/*
 * Read the trace back, find the names of each process's addresses, and append them as
 * SYMBOLS blocks. The trace is complete before, between any two blocks, and after: being
 * killed in here costs names only, and short of memory libdw may do that. 0, or -1 and *error: some names are missing.
 */
int trace_names_add(const struct trace_names *names, struct error *error);

#endif

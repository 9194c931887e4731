/*
 * record/names.h - the last step of a recording: finds the names of all its addresses while the
 * files are still there, and puts them into the trace.
 */
#ifndef OUTLIVE_RECORD_NAMES_H
#define OUTLIVE_RECORD_NAMES_H

#include "base/error.h"
#include "base/text.h"
#include "symbols/kept_files.h"
#include "symbols/symbolizer.h"
#include "replay/profile.h"
#include "trace/reader.h"
#include "trace/writer.h"

#include <stdint.h>

struct trace_names {
	struct trace_writer *writer; /* ended by trace_writer_end(), before and after */
	const struct kept_files *kept;
	/* called often; `expected`: the total of events to read, or of names to find */
	profile_progress *reading, *naming;
	/*
	 * called with the named profile of the process that process_pick() chooses by default
	 */
	void (*show)(void *context, struct trace_reader *reader,
	             const struct profile *profile);
	bool
		is_quiet; /* what `show` is called with counts nothing: it shows nothing of it */
	memory_out_handler memory_out; /* see symbolizer_on_memory_out() */
	struct allocator_costs costs;  /* of this machine, for the trace */
	void *context;
};

/*
 * Read the trace, find the names of each process's addresses, and append them as SYMBOLS
 * blocks, with what was inlined there, and the costs. The trace is complete before, after,
 * and between any two blocks: if this process is killed, which libdw does when memory is out,
 * only names are lost. 0, or -1 and *error: some names are missing.
 */
int trace_names_add(const struct trace_names *names, struct error *error);

/*
 * The payloads of the SYMBOLS and SOURCES blocks of a profile's process; the caller releases
 * them. 0, or -1 when memory is out.
 */
int trace_names_save(const struct profile *profile, struct text *symbols,
                     struct text *sources);

/* Write these blocks, unless they are empty. 0, or -1 and *error. */
int trace_names_write(struct trace_writer *writer, uint32_t process,
                      const struct text *symbols, const struct text *sources,
                      struct error *error);

#endif

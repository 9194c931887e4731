/*
 * record/renaming.h - gives a finished trace the names that debug information found later has.
 */
#ifndef OUTLIVE_RECORD_RENAMING_H
#define OUTLIVE_RECORD_RENAMING_H

#include "base/error.h"
#include "replay/profile.h"
#include "symbols/symbolizer.h"
#include "trace/reader.h"

#include <stddef.h>

/* A module with new names. */
struct renamed_module {
	const struct module *module;
	struct symbol_origin origin;
	size_t addresses;    /* of the module in the trace */
	size_t lines;        /* those of them that have a line now */
	const char *missing; /* a file that its debug information still needs; NULL: none */
};

struct renaming {
	struct trace_reader *reader; /* of a complete trace */
	const char *path;            /* of the trace, which is replaced */
	const char *output;          /* write this file instead; NULL: replace the trace */
	struct symbolizer *symbolizer;
	profile_progress *reading; /* see profile_read() */
	/* called once for each process and module with new names */
	void (*tell)(void *context, const struct renamed_module *module);
	void *context;
};

/*
 * Find the new names, and write the trace anew beside itself; it replaces the old one
 * when all of it is on the disk. Returns how many modules, counted in each process, have new
 * names; 0: nothing was written. -1 and *error: the trace is as it was.
 */
long renaming_do(const struct renaming *renaming, struct error *error);

#endif

/*
 * replay/late_names.h - names for a recording that has names already, from debug information
 * that was found later.
 */
#ifndef OUTLIVE_REPLAY_LATE_NAMES_H
#define OUTLIVE_REPLAY_LATE_NAMES_H

#include "symbols/symbolizer.h"
#include "trace/reader.h"

#include <stdbool.h>

/*
 * Choose the modules that the symbolizer shall name anew: those that a given file is of; those
 * without lines in the recording, if there is debug information now; and, if the recording does
 * not know what was inlined, all whose files are here. Then read what the recording says of the
 * others. 0, or -1 when memory is out.
 */
struct late_names {
	const struct trace_process *process;
	const struct address_map *map; /* of the process */
	struct symbol_table *symbols;  /* filled in here, like the sources */
	struct source_table *sources;
	bool
		*renamed; /* set here, by module: it is to be named anew; the caller frees it */
};
int late_names_read(struct late_names *names, struct trace_reader *reader,
                    struct symbolizer *symbolizer);

#endif

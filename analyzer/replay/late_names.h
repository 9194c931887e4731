/*
 * replay/late_names.h - names for a recording that has names already, from debug information
 * that was found later.
 */
#ifndef OUTLIVE_REPLAY_LATE_NAMES_H
#define OUTLIVE_REPLAY_LATE_NAMES_H

#include "replay/profile.h"
#include "symbols/symbolizer.h"
#include "trace/reader.h"

/*
 * Choose the modules that the symbolizer shall name anew, into profile->renamed: those that a
 * given file is of; those without lines in the recording, if there is debug information now;
 * and, if the recording does not know what was inlined, all whose files are here. Then read what
 * the recording says of the others into profile->symbols and profile->source_table. The profile
 * must have its map. 0, or -1 when memory is out.
 */
int late_names_read(struct profile *profile, struct trace_reader *reader,
                    struct symbolizer *symbolizer);

#endif

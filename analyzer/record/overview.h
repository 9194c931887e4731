/*
 * record/overview.h - the report at the end of a recording.
 */
#ifndef OUTLIVE_RECORD_OVERVIEW_H
#define OUTLIVE_RECORD_OVERVIEW_H

#include "replay/profile.h"
#include "trace/reader.h"

/* Print the overview to stderr, or, if memory is out, how to get it. `trace`: the trace's path. */
void overview_print(struct trace_reader *reader, const struct profile *profile,
                    const char *trace);

#endif

/*
 * record/window.h - copies what a flight recorder's ring holds at this moment into a trace, while
 * its process goes on writing. Nothing in the ring changes.
 */
#ifndef OUTLIVE_RECORD_WINDOW_H
#define OUTLIVE_RECORD_WINDOW_H

#include "base/error.h"
#include "record/attached.h"
#include "record/drain_ring.h"
#include "symbols/kept_files.h"
#include "trace/writer.h"

/*
 * Append the ring to the trace, as process 0, and open the files of its modules in `kept`. *counts
 * receives what was copied. Chunks that the process reuses meanwhile are not copied: they are as
 * old as those that were overwritten before. 0, or -1 and *error: the ring cannot be read, or the
 * trace cannot be written.
 */
int window_copy(const struct attached *found, struct trace_writer *writer,
                struct kept_files *kept, struct drain_counts *counts,
                struct error *error);

#endif

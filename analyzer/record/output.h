/*
 * record/output.h - the file that a recording is written to: the one that -o names, or a new
 * one named after the program.
 *
 * It never replaces a file that is not a trace, nor one that another `outlive run` is writing.
 * An advisory lock (flock) on the file shows that; the lock ends with the descriptor.
 */
#ifndef OUTLIVE_RECORD_OUTPUT_H
#define OUTLIVE_RECORD_OUTPUT_H

#include "base/error.h"

#include <limits.h>
#include <sys/types.h>

/* The absolute directory of `output` (the argument of -o; NULL: no -o). 0, or -1 and *error. */
int trace_output_directory(const char *output, char directory[PATH_MAX],
                           struct error *error);

/*
 * Open the file, emptied. Without `output`, create PROGRAM.PID.outlive in the working
 * directory. `path` receives its path. A descriptor, or -1 and *error.
 */
int trace_output_open(const char *output, const char *program, pid_t pid,
                      char path[PATH_MAX], struct error *error);

#endif

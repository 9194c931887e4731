/*
 * record/output.h - the file a recording goes to: what -o names, or a new one called after
 * the program. Never over what is no trace, nor over what another `outlive run` is
 * writing: an advisory lock (flock) on the file tells that, and goes with its descriptor.
 */
#ifndef OUTLIVE_RECORD_OUTPUT_H
#define OUTLIVE_RECORD_OUTPUT_H

#include "base/error.h"

#include <limits.h>
#include <sys/types.h>

/*
 * The absolute directory that `output` (as said with -o; NULL: not said) lies in. 0, or
 * -1 and *error.
 */
int trace_output_directory(const char *output, char directory[PATH_MAX],
                           struct error *error);

/*
 * Open it, empty. Without `output` it is PROGRAM.PID.outlive in the working directory,
 * and new. Its path goes to `path`. A descriptor, or -1 and *error.
 */
int trace_output_open(const char *output, const char *program, pid_t pid,
                      char path[PATH_MAX], struct error *error);

#endif

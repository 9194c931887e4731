/*
 * trace/pick.h - which of the processes of a recording is meant.
 */
#ifndef OUTLIVE_TRACE_PICK_H
#define OUTLIVE_TRACE_PICK_H

#include "base/error.h"
#include "trace/reader.h"

#include <stddef.h>

#define PROCESS_UNSAID UINT64_MAX

/*
 * The index of a process: of this number in the trace, or the one with most events of
 * this pid (exec makes several). If both are PROCESS_UNSAID: what the first process became
 * by exec, else the one with most events of all. 0 and *index, or -1 and *error.
 */
int process_pick(const struct trace_reader *reader, uint64_t number, uint64_t pid,
                 size_t *index, struct error *error);

#endif

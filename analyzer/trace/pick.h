/*
 * trace/pick.h - chooses one process of a recording.
 */
#ifndef OUTLIVE_TRACE_PICK_H
#define OUTLIVE_TRACE_PICK_H

#include "base/error.h"
#include "base/options.h"
#include "trace/reader.h"

#include <stddef.h>

/* The user's options. */
struct process_choice {
	struct option_number number, pid;
};

/*
 * Find the index of a process: the one with this number in the trace, or with this pid the one
 * with most events (exec makes several). If neither is given: the program that the first
 * process became by exec, else the process with most events of all. 0 and *index, or -1 and
 * *error.
 */
int process_pick(const struct trace_reader *reader, const struct process_choice *choice,
                 size_t *index, struct error *error);

#endif

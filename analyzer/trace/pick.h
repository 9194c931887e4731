/*
 * trace/pick.h - which of the processes of a recording is meant.
 */
#ifndef OUTLIVE_TRACE_PICK_H
#define OUTLIVE_TRACE_PICK_H

#include "base/error.h"
#include "base/options.h"
#include "trace/reader.h"

#include <stddef.h>

/* What whoever asks has said of it. */
struct process_choice {
	struct option_number number, pid;
};

/*
 * The index of a process: of this number in the trace, or the one with most events of
 * this pid (exec makes several). If neither is given: what the first process became
 * by exec, else the one with most events of all. 0 and *index, or -1 and *error.
 */
int process_pick(const struct trace_reader *reader, const struct process_choice *choice,
                 size_t *index, struct error *error);

#endif

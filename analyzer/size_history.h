/*
 * size_history.h - how large a process was over the time of a recording: all the readings
 * of its size that a trace has, checked, in order. Layer 5.
 */
#ifndef OUTLIVE_SIZE_HISTORY_H
#define OUTLIVE_SIZE_HISTORY_H

#include "trace_reader.h"

struct size_history {
	struct sizes_entry *entries; /* by time; time_ns is since the process's start */
	size_t count, capacity;
	size_t readings; /* those that were alike and are no entries included */
	uint64_t every_ns, longest_ns; /* between readings: meant, and at most */
	struct sizes_entry highest;    /* where the most was resident; if there is any */
};

/*
 * Read what the trace has of the process. Damage is told in the reader's problems and
 * skipped. 0, or -1: memory is out. Release it either way.
 */
int size_history_read(struct size_history *history, struct trace_reader *reader,
                      const struct trace_process *process);
void size_history_release(struct size_history *history);

/* The entry nearest to a time since the start; there is at least one. */
size_t size_history_near(const struct size_history *history, uint64_t time_ns);

/*
 * That entry; or, if nothing changed from the one before that time to the one after, what
 * they say, at that time.
 */
struct sizes_entry size_history_at(const struct size_history *history,
                                   uint64_t time_ns);

#endif

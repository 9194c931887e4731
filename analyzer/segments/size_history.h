/*
 * segments/size_history.h - how large a process was over the time of a recording: all the readings
 * of its size that a trace has, checked, in order.
 */
#ifndef OUTLIVE_SEGMENTS_SIZE_HISTORY_H
#define OUTLIVE_SEGMENTS_SIZE_HISTORY_H

#include "segments/sizes.h"
#include "trace/reader.h"

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

/*
 * segments/size_history.h - how large a process was over the time of a recording: all size
 * readings in the trace, checked, in order of time.
 */
#ifndef OUTLIVE_SEGMENTS_SIZE_HISTORY_H
#define OUTLIVE_SEGMENTS_SIZE_HISTORY_H

#include "segments/sizes.h"
#include "trace/reader.h"

/*
 * Read the trace's size readings of the process. Damage is reported in the reader's problems
 * and skipped. 0, or -1: memory is out. Release the history either way.
 */
int size_history_read(struct size_history *history, struct trace_reader *reader,
                      const struct trace_process *process);
void size_history_release(struct size_history *history);

/* The index of the entry nearest to a time since the start. There must be at least one. */
size_t size_history_near(const struct size_history *history, uint64_t time_ns);

/*
 * The entry nearest to a time since the start. If the size did not change between the entries
 * before and after that time, the entry's time is the given one.
 */
struct sizes_entry size_history_at(const struct size_history *history,
                                   uint64_t time_ns);

#endif

/*
 * trace/follow.h - goes on with one process of a recording that is still being written, without
 * reading it again: what its ring holds now, and what was added to the trace.
 *
 *   each refresh   the ring is scanned first, then the rest of the trace: a chunk goes from the
 *                  ring to the trace, and the drain writes it there before the ring gives it up.
 *                  So each chunk is found in at least one of the two.
 *   the limit      events until a little before the refresh are all there: the merge may hand
 *                  them out in the order of time.
 *
 * Memory grows with chunks that are not read yet, and with those that threads hold.
 */
#ifndef OUTLIVE_TRACE_FOLLOW_H
#define OUTLIVE_TRACE_FOLLOW_H

#include "base/error.h"
#include "trace/merge.h"
#include "trace/reader.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_follow;

/*
 * Gets the definitions that were added: of one chunk, without its header, from the first record
 * that was not there before. 0, or -1 when memory is out.
 */
typedef int follow_definitions(void *context, const uint8_t *data, size_t bytes);

/*
 * Follow a process (an index of the reader's). All are borrowed; `merge` is one of the process
 * that has handed out nothing yet. What the index has of definitions counts as known. NULL: memory
 * is out.
 */
struct trace_follow *trace_follow_new(struct trace_reader *reader, size_t process,
                                      struct event_merge *merge,
                                      follow_definitions *definitions, void *context);
void trace_follow_free(struct trace_follow *follow);

/* Find what is new, and offer it to the merge. 0, or -1 when memory is out. */
int trace_follow_refresh(struct trace_follow *follow);

/*
 * The process has ended, or its recording: the last refresh found all that there will ever be.
 */
bool trace_follow_is_ended(const struct trace_follow *follow);

/* Other processes began since the reader was opened. */
bool trace_follow_has_others(const struct trace_follow *follow);

/*
 * Whether the recording, which is still written, had another program in the same process when it
 * was opened: this one has called exec, and will make no more events.
 */
bool trace_follow_is_replaced(const struct trace_follow *follow);

/* When the last refresh began, in quanta of the process; 0: its clock cannot be read. */
uint64_t trace_follow_now(const struct trace_follow *follow);

/*
 * Whether what the reader read is still being written: one of its processes runs, or an `outlive`
 * has its file locked.
 */
bool trace_reader_is_written(struct trace_reader *reader);

#endif

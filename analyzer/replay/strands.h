/*
 * replay/strands.h - goroutines: what the events of a thread belong to, if not to the thread.
 *
 * A goroutine has a call stack of its own, and goes from thread to thread. It is a struct thread
 * like any other: its frames, its blocks and its order of events are its own. The recording has
 * the stack of each thread as a difference to that thread's last event; when a goroutine goes on
 * in another thread, its frames are compared with those that it had.
 *
 * Programs start millions of goroutines. One that no thread runs and no live block remembers is
 * used again for another.
 */
#ifndef OUTLIVE_REPLAY_STRANDS_H
#define OUTLIVE_REPLAY_STRANDS_H

#include "replay/threads.h"
#include "trace/merge.h"
#include "trace/stack_record.h"

#define STRAND_NO_START UINT32_MAX /* the start of Go's scheduler */

/* What an event changes in the frames of the strand that it belongs to. */
struct strand_change {
	struct event event;
	const uint32_t *locations; /* of the pushed frames; valid until the next change */
};

/* A GOROUTINE record of the thread. 0, or -1: memory is out. */
int strand_set(struct thread_table *table, struct thread *thread,
               const struct stack_record *record);

/*
 * An event of a thread that runs goroutines. `locations`: of its pushed frames. 0, or -1: memory
 * is out.
 */
int strand_follow(struct thread *thread, const struct event *event,
                  const uint32_t *locations, struct strand_change *change);

/*
 * A run begins in a thread that runs goroutines, with this stack. `is_whole`: no event is
 * missing. 0, or -1: memory is out.
 */
int strand_run(struct thread *thread, const struct run *run, const uint32_t *locations,
               uint32_t count, bool is_whole);

#endif

/*
 * replay/stack_depths.h - how deep the stacks of a process went, by function, and which thread
 * died of what: the sum of the stack records of a replay.
 *
 * Memory grows with threads and locations, not with records. The deepest path of each thread is
 * kept whole as long as all of them together are short enough. Then the paths of the threads
 * that went least deep are cut, and at last dropped.
 */
#ifndef OUTLIVE_REPLAY_STACK_DEPTHS_H
#define OUTLIVE_REPLAY_STACK_DEPTHS_H

#include "trace/stack_record.h"
#include "replay/stack_path.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The deepest record of a stack. */
struct stack_deepest {
	uint64_t bytes, time; /* bytes from the stack's end; time in quanta */
	uint32_t frames;
	bool is_pending; /* the path is the last recorded one, which was not copied yet */
	struct stack_path path; /* empty: there was no record, or the path was dropped */
};

struct sized_frame {
	struct stack_entry entry;
	uint32_t since; /* number of the thread's record that contains it first, from 1 */
};

struct thread_depths {
	uint32_t creator; /* serial number; 0: not known, or this is the first thread */
	/* of the function that the thread began with; 0: not known */
	uint32_t start_location;
	uint64_t start;
	uint64_t room_bytes;    /* size of its own stack; 0: not known */
	uint64_t touched_bytes; /* by resident pages; 0: not known */
	uint64_t own_samples;   /* records on its own stack */
	struct stack_deepest deepest;
	uint32_t readings; /* records on any stack */
	uint32_t sized_count, sized_capacity;
	struct sized_frame *sized; /* the stack at the last record, outermost first */
};

/* A stack that is not the own stack of a thread. */
struct other_stack {
	enum stack_kind kind;
	uint32_t thread;           /* index; of a coroutine: the last thread seen on it */
	uint64_t high, room_bytes; /* STACK_OTHER: of the mapping that contains it */
	uint64_t readings;
	struct stack_deepest deepest; /* STACK_OTHER: bytes of the known frames only */
};
#define OTHER_STACKS_MAX 256 /* stacks that are kept apart */

/*
 * The frames at one location, over all records: a frame counts in each record that contains it.
 */
struct location_frames {
	uint64_t frames, words;
	uint32_t words_max;
};

/* A thread that a signal was about to kill, or whose handler for it ended the process. */
struct stack_fault {
	uint32_t thread;         /* index */
	uint64_t time, sequence; /* of the thread's event that has its stack */
	uint32_t signal;         /* 0: none, but Go's runtime ended the process */
	uint32_t
		go_status; /* .. by exiting with this status, after a panic or a fatal error */
	uint64_t goroutine; /* in which it was; 0: none */
	enum fault_kind kind;
	enum fault_end end;
	uint64_t address, instruction, depth_bytes;
	uint32_t location; /* of the instruction; 0: not known */
	bool has_sizes;    /* sizes of its own frames; false: usual sizes */
	struct stack_path path;
};
#define STACK_FAULTS_MAX 64 /* faults that are kept */

struct stack_depths {
	struct thread_depths *threads; /* by index of the replay's threads */
	uint32_t thread_count, thread_capacity;
	struct other_stack *others;
	uint32_t other_count, other_capacity;
	uint64_t others_more; /* records on further stacks */
	struct location_frames *locations;
	uint32_t location_capacity;
	/* the outermost entries, whose sizes include more than a frame */
	struct location_frames outermost;
	struct stack_fault faults[STACK_FAULTS_MAX];
	uint32_t fault_count;
	uint64_t fault_more;
	uint64_t path_entries; /* entries of all kept paths together */
	uint64_t copies_left;  /* entries that may still be copied */
	uint64_t readings;
};

void stack_depths_init(struct stack_depths *depths);
void stack_depths_release(struct stack_depths *depths);

/* A run of the thread begins: its frames will be recorded again. 0, or -1: memory is out. */
int stack_depths_run(struct stack_depths *depths, const struct thread *thread);

/*
 * Add a stack record of a thread, taken on the stack that the thread has now. 0, or -1: memory
 * is out.
 */
int stack_depths_record(struct stack_depths *depths, const struct thread *thread,
                        const struct stack_record *record, uint64_t time);

/* Call after the last record. 0, or -1: memory is out. */
int stack_depths_finish(struct stack_depths *depths);

/* What is known of a thread; NULL: nothing. */
const struct thread_depths *stack_depths_of(const struct stack_depths *depths,
                                            uint32_t thread);

/* How deep the thread's stack was: by records or by pages, whichever is more. */
uint64_t thread_depths_most(const struct thread_depths *thread);

/* From this share of its size on, a stack is near its limit. */
#define STACK_WARN_PERCENT 80
bool thread_depths_is_near_limit(const struct thread_depths *thread);

#endif

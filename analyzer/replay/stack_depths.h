/*
 * replay/stack_depths.h - how deep the stacks of a process went, by whose frames, and which
 * thread died of what: what the notes of a replay come to.
 *
 * Memory grows with threads and locations, not with samples. The deepest path of each
 * thread is kept whole while all of them together are not too long; then those of the
 * threads that went least deep are cut, and at last left out.
 */
#ifndef OUTLIVE_REPLAY_STACK_DEPTHS_H
#define OUTLIVE_REPLAY_STACK_DEPTHS_H

#include "trace/stack_record.h"
#include "replay/stack_path.h"
#include "replay/thread_stack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The deepest sample of a stack. */
struct stack_deepest {
	uint64_t bytes, time; /* from the stack's end; quanta */
	uint32_t frames;
	bool is_pending;        /* the path is what was told last, and not taken yet */
	struct stack_path path; /* empty: there was no sample, or it was left out */
};

struct told_frame {
	struct stack_entry entry;
	uint32_t since; /* number of the thread's sample that told it, from 1 */
};

struct thread_depths {
	uint32_t creator;        /* serial; 0: not known, or the first */
	uint32_t start_location; /* of the function it began with; 0: not known */
	uint64_t start;
	uint64_t room_bytes;    /* of its own stack; 0: not known */
	uint64_t touched_bytes; /* by resident pages; 0: not known */
	uint64_t own_samples;   /* on its own stack */
	struct stack_deepest deepest;
	uint32_t samples; /* on any stack */
	uint32_t told_count, told_capacity;
	struct told_frame *told; /* the stack at the last sample, outermost first */
};

/* A stack that is no thread's own. */
struct other_stack {
	enum stack_kind kind;
	uint32_t thread; /* index; of a coroutine the last one that was seen on it */
	uint64_t high, room_bytes; /* STACK_OTHER: of the mapping it lies in */
	uint64_t samples;
	struct stack_deepest deepest; /* STACK_OTHER: bytes of the frames that are known */
};
#define OTHER_STACKS_MAX 256 /* told apart */

/* Of the frames at one location, over all samples: a frame counts in each it is in. */
struct location_frames {
	uint64_t frames, words;
	uint32_t words_max;
};

/* A thread that a signal was about to kill, or whose handler of it ended the process. */
struct stack_fault {
	uint32_t thread;         /* index */
	uint64_t time, sequence; /* of the thread's event that has its stack */
	uint32_t signal;
	enum fault_kind kind;
	enum fault_end end;
	uint64_t address, instruction, depth_bytes;
	uint32_t location; /* of the instruction; 0: not known */
	bool has_sizes;    /* its own; else what is usual */
	struct stack_path path;
};
#define STACK_FAULTS_MAX 64 /* kept */

struct stack_depths {
	struct thread_depths *threads; /* by index of the replay's threads */
	uint32_t thread_count, thread_capacity;
	struct other_stack *others;
	uint32_t other_count, other_capacity;
	uint64_t others_more; /* samples on further stacks */
	struct location_frames *locations;
	uint32_t location_capacity;
	struct location_frames
		outermost; /* the outermost entries, which are no one frame's */
	struct stack_fault faults[STACK_FAULTS_MAX];
	uint32_t fault_count;
	uint64_t fault_more;
	uint64_t path_entries; /* of all paths together */
	uint64_t copies_left;  /* entries that may still be copied whole */
	uint64_t samples;
};

void stack_depths_init(struct stack_depths *depths);
void stack_depths_release(struct stack_depths *depths);

/* Frames must be told again: a run begins. 0, or -1: memory is out. */
int stack_depths_run(struct stack_depths *depths, const struct thread *thread);

/* A note about a thread whose stack is what it is now. 0, or -1: memory is out. */
int stack_depths_note(struct stack_depths *depths, const struct thread *thread,
                      const struct stack_note *note, uint64_t time);

/* After the last. 0, or -1: memory is out. */
int stack_depths_finish(struct stack_depths *depths);

/* What is known of a thread; NULL: nothing. */
const struct thread_depths *stack_depths_of(const struct stack_depths *depths,
                                            uint32_t thread);

/* How deep it was, by samples or by pages, whichever is more. */
uint64_t thread_depths_most(const struct thread_depths *thread);

/* At this share of its room on, a stack is near its limit. */
#define STACK_WARN_PERCENT 80
bool thread_depths_is_near_limit(const struct thread_depths *thread);

#endif

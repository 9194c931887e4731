/*
 * replay/thread_stack.h - a thread as its events show it: which frames run, and what it
 * allocated.
 *
 * Every frame has a path in the call tree and the number of the thread's event that first saw
 * it: two activations of one function differ in that number even if their paths are the same. A
 * frame of the stack began before an event exactly if its number is not above that event's, so
 * a live block needs to remember one number, not a stack. How far it has escaped follows: if k
 * frames of its birth's stack A[0] .. A[n] have never ended since, the calls that return into
 * them are in progress, so A[0] .. A[k] still run, and n - k have ended.
 */
#ifndef OUTLIVE_REPLAY_THREAD_STACK_H
#define OUTLIVE_REPLAY_THREAD_STACK_H

#include "replay/birth_window.h"
#include "replay/call_tree.h"
#include "trace/event.h"
#include "replay/recent_lives.h"
#include "replay/call_paths.h"

#include <stdbool.h>
#include <stdint.h>

struct frame {
	uint64_t hash;     /* of the call tree */
	uint64_t sequence; /* number of the event that first saw it */
	uint32_t location : 31;
	uint32_t is_cut : 1; /* frames are missing between this one and its caller */
	uint32_t node;       /* CALL_NODE_NONE: not searched for yet */
};

/*
 * A doubt: an event whose frames are not exact, except that the outer `sure` frames are proven
 * to run. Whether the next frame, and those further in, had ended is not known. That matters
 * for the blocks that were born in them, from event `first` on and before event `end`.
 */
struct doubt {
	uint64_t first, end;
	uint32_t sure;
	/*
	 * the event kept the frame after the sure ones: if that frame is gone by now, it has
	 * ended
	 */
	bool is_kept;
};
#define DOUBTS_MAX 64 /* if there are more, they are merged, and concern more blocks */

struct thread {
	struct live_share share; /* of blocks that it allocated */
	uint64_t sequence;       /* number of its last event: 1, 2, .. */
	uint64_t alloc_last;     /* sequence of its last allocation */
	uint64_t doubt_last;     /* sequence of its last event whose frames are not exact */
	uint64_t allocations, bytes, frees, temporary, crossed, failed;
	uint64_t holes; /* events missing between those that were read */
	/* expected events_before of the next run, if no event is missing */
	uint64_t position;
	struct frame *stack;
	uint32_t depth, stack_capacity;
	/* doubts that still matter, sorted by `end`; NULL: there never was one */
	struct doubt *doubts;
	uint32_t doubt_count;
	uint32_t index; /* among the replay's threads */
	uint32_t serial, tid;
	/* between the two events of a realloc: the life that continues */
	uint32_t chain_moving;
	/* between the two events of a realloc: the block is not counted */
	bool is_moving_ignored;
	bool is_unwanted;   /* no block that it allocates is counted */
	bool copies_stacks; /* frames that are gone without having returned may come back */
	struct birth_window births;
	/* lives born or ended in it, of call paths with few blocks at once */
	struct recent_lives begun, ended;
	char name[17];
	uint64_t name_time; /* quanta; it has this name from then on */
};

/* Make room for so many frames. 0, or -1 when memory is out. */
int thread_stack_reserve(struct thread *thread, uint32_t depth);

/* Whether a stack is the one that the thread has now. */
bool thread_stack_is_same(const struct thread *thread, const uint32_t *locations,
                          uint32_t count);

/* Record that frames are missing between frame `index` (0 is the outermost) and its caller. */
void thread_stack_cut(struct thread *thread, uint32_t index);

/*
 * Record a doubt: the thread's newest event, which is not replayed yet, proves only that the
 * outer `sure` frames run; and it ends `pops` frames. 0, or -1: no memory.
 */
int thread_stack_doubt(struct thread *thread, uint32_t sure, uint32_t popped);

/* thread_stack_is_exact() for the case that there was a doubt since. */
bool thread_stack_is_sure(const struct thread *thread, uint32_t frames,
                          uint64_t sequence, uint32_t depth);

/*
 * Whether it is known which of the `frames` that ran at event `sequence` have ended: `depth` of
 * the inner ones.
 */
static inline bool thread_stack_is_exact(const struct thread *thread, uint32_t frames,
                                         uint64_t sequence, uint32_t depth)
{
	return thread->doubt_last <= sequence ||
	       thread_stack_is_sure(thread, frames, sequence, depth);
}

/* End and push frames. 0, or -1 when memory is out. */
static inline int thread_stack_update(struct thread *thread, const struct event *event,
                                      const uint32_t *locations)
{
	uint32_t depth = thread->depth - event->popped, i;
	struct frame *frame;
	uint64_t hash;

	if (depth + event->pushed > thread->stack_capacity &&
	    thread_stack_reserve(thread, depth + event->pushed))
		return -1;
	thread->depth = depth + event->pushed;
	if (!event->pushed)
		return 0;
	hash = depth ? thread->stack[depth - 1].hash : CALL_HASH_ROOT;
	frame = thread->stack + depth;
	for (i = 0; i < event->pushed; i++) {
		hash = call_hash(hash, locations[i]);
		frame[i] = (struct frame){ .hash = hash,
			                       .sequence = thread->sequence,
			                       .location = locations[i],
			                       .node = CALL_NODE_NONE };
	}
	if (event->gap)
		thread_stack_cut(thread, event->gap - 1);
	return 0;
}

/*
 * How many frames of a birth's stack (`frames` of them, at event `sequence`) have ended,
 * compared with the thread's stack now.
 */
static inline uint32_t thread_escape_depth(const struct thread *thread, uint32_t frames,
                                           uint64_t sequence)
{
	uint32_t outer = frames ? frames - 1 : 0, low = 0, high, middle;

	high = thread->depth < outer ? thread->depth : outer;
	if (!high || thread->stack[high - 1].sequence <= sequence)
		return outer - high;
	for (high--; low < high;) {
		middle = (low + high) / 2;
		if (thread->stack[middle].sequence <= sequence)
			low = middle + 1;
		else
			high = middle;
	}
	return outer - low;
}

#endif

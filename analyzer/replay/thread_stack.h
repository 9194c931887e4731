/*
 * replay/thread_stack.h - a thread as its events show it: which frames run, and what it
 * allocated. The frames are those of the source: a machine frame, and each activation of a
 * function that was inlined into it (replay/source_stack.h). The machine frames themselves are
 * the levels.
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
	uint64_t hash;          /* of the call tree */
	uint64_t sequence;      /* number of the event that first saw it */
	uint32_t location : 31; /* of the source map */
	uint32_t is_cut : 1;    /* frames are missing between this one and its caller */
	uint32_t node;          /* CALL_NODE_NONE: not searched for yet */
};

/* A machine frame. */
struct level {
	uint64_t sequence;      /* number of the event that first saw its call */
	uint32_t location : 31; /* of the address map */
	uint32_t is_cut : 1;
	/* where its frames begin in the stack: those of functions without a machine frame that
	   called it, and its own */
	uint32_t first, own;
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

/* How it is known which frames of a block's birth have ended. */
enum frame_proof {
	PROOF_PROVED,    /* by the code itself, and machine frames that are exact */
	PROOF_SUPPORTED, /* by what is usual in this run */
	PROOF_COMPARED,  /* it has left C, exactly; frames of Go code were compared */
	PROOF_OPEN,      /* it is not: what is counted is most likely */
	PROOF_INFERRED,  /* the machine frames are not exact */
	PROOF_COUNT
};

/* A zeroed list is empty. */
struct doubt_list {
	uint64_t last; /* sequence of the last event that a doubt was about */
	struct doubt
		*items; /* those that still matter, sorted by `end`; NULL: there were none */
	uint32_t count;
};

struct thread {
	struct live_share share; /* of blocks that it allocated */
	uint64_t sequence;       /* number of its last event: 1, 2, .. */
	uint64_t alloc_last;     /* sequence of its last allocation */
	uint64_t allocations, bytes, frees, temporary, crossed, failed;
	uint64_t holes; /* events missing between those that were read */
	/* expected events_before of the next run, if no event is missing */
	uint64_t position;
	struct frame *stack;
	uint32_t depth, stack_capacity;
	struct level *levels;
	uint32_t level_count, level_capacity;
	/* levels from here on have calls whose end shows nothing new (source_map_ended()) */
	uint32_t unsettled;
	/* events whose machine frames are not exact */
	struct doubt_list doubts;
	/* events at which it is not known which functions of one machine frame had ended: at all;
	   and but for what is usual in this run */
	struct doubt_list open, supported;
	/* events at which frames of Go code were kept because they compare equal */
	struct doubt_list compared;
	uint32_t index; /* among the replay's threads */
	uint32_t serial, tid;
	/* between the two events of a realloc: the life that continues */
	uint32_t chain_moving;
	uint32_t moving_kind; /* of what its mremap() moves; see mappings_record() */
	/* between the two events of a realloc: the block is not counted */
	bool is_moving_ignored;
	bool is_unwanted;   /* no block that it allocates is counted */
	bool copies_stacks; /* frames that are gone without having returned may come back */
	struct birth_window births;
	/* lives born or ended in it, of call paths with few blocks at once */
	struct recent_lives begun, ended;
	/*
	 * A thread that runs goroutines (is_carrier): what its events belong to, which may be the
	 * thread itself; its stack, as machine frames; 1 + the innermost of these with an unknown
	 * caller. See replay/strands.h.
	 */
	struct thread *strand;
	uint32_t *machine;
	uint32_t machine_count, machine_capacity, machine_gap;
	uint32_t goroutine_frames; /* of its last GOROUTINE record */
	uint32_t carried_labels;   /* of its strand, by that record; the table's; 0: none */
	bool is_carrier;
	bool is_switched; /* its next event is the first in a row of its strand */
	bool has_hole;    /* events before it are missing */
	/*
	 * The strand whose frames wait beneath those of Go's scheduler, and how many of the machine
	 * frames are its; NULL: none does.
	 */
	struct thread *waiting;
	uint32_t waiting_count;
	bool was_scheduler; /* Go's scheduler was in the thread since the strand was last */
	/* a goroutine: */
	bool is_idle;
	uint64_t goroutine;  /* its number; 0: this is a thread */
	uint64_t goroutines; /* how many it was, one after the other, all with one start */
	uint32_t start;      /* location of the function that it began with; 0: unknown */
	uint32_t labels;     /* of its next events; of the table's labels; 0: none */
	struct thread *carrier;   /* the thread of its last event */
	uint64_t remembered;      /* live blocks and realloc chains that began in it */
	uint32_t run_by;          /* threads whose strand it is */
	struct thread *next_idle; /* no one runs or remembers it: for another goroutine */
	char name[32];
	uint64_t name_time; /* quanta; it has this name from then on */
};

/* What the events of the thread belong to. */
static inline struct thread *thread_strand(struct thread *thread)
{
	return thread->is_carrier ? thread->strand : thread;
}

/* The same, of whose frames the thread's stack consists. */
static inline const struct thread *thread_frames_of(const struct thread *thread)
{
	return thread->is_carrier ? thread->strand : thread;
}

/* The thread that the strand's last event was in. */
static inline const struct thread *thread_carrier(const struct thread *strand)
{
	return strand->carrier ? strand->carrier : strand;
}

/* Make room for so many frames. 0, or -1 when memory is out. */
int thread_stack_reserve(struct thread *thread, uint32_t depth);

/* Whether a stack is the one that the thread has now. */
bool thread_stack_is_same(const struct thread *thread, const uint32_t *locations,
                          uint32_t count);

/* Record that frames are missing between frame `index` (0 is the outermost) and its caller. */
void thread_stack_cut(struct thread *thread, uint32_t index);

/*
 * Add a doubt to one of the thread's lists: the thread's newest event, which is not replayed
 * yet, proves only that the outer `sure` frames run; and it ends `popped` frames. 0, or -1: no
 * memory.
 */
int thread_stack_doubt(struct thread *thread, struct doubt_list *list, uint32_t sure,
                       uint32_t popped);

/* thread_stack_is_exact() for the case that there was a doubt since. */
bool thread_stack_is_sure(const struct thread *thread, const struct doubt_list *list,
                          uint32_t frames, uint64_t sequence, uint32_t depth);

/*
 * Whether it is known, as far as the list is about it, which of the `frames` that ran at event
 * `sequence` have ended: `depth` of the inner ones.
 */
static inline bool thread_stack_is_exact(const struct thread *thread,
                                         const struct doubt_list *list, uint32_t frames,
                                         uint64_t sequence, uint32_t depth)
{
	return list->last <= sequence ||
	       thread_stack_is_sure(thread, list, frames, sequence, depth);
}

/* How it is known that `depth` inner ones of those `frames` have ended. */
static inline enum frame_proof thread_stack_proof(const struct thread *thread,
                                                  uint32_t frames, uint64_t sequence,
                                                  uint32_t depth)
{
	if (!thread_stack_is_exact(thread, &thread->doubts, frames, sequence, depth))
		return PROOF_INFERRED;
	if (!thread_stack_is_exact(thread, &thread->compared, frames, sequence, depth))
		return PROOF_COMPARED;
	if (!thread_stack_is_exact(thread, &thread->open, frames, sequence, depth))
		return PROOF_OPEN;
	return thread_stack_is_exact(thread, &thread->supported, frames, sequence, depth)
	           ? PROOF_PROVED
	           : PROOF_SUPPORTED;
}

/* thread_stack_most() for the case that there was a doubt since. */
uint32_t thread_stack_most_of(const struct thread *thread,
                              const struct doubt_list *list, uint32_t frames,
                              uint64_t sequence, uint32_t depth, bool *is_exact);

/*
 * Of those `frames`, how many may have ended at most, as far as the list is about it.
 * *is_exact: thread_stack_is_exact(); then it is `depth`.
 */
static inline uint32_t thread_stack_most(const struct thread *thread,
                                         const struct doubt_list *list, uint32_t frames,
                                         uint64_t sequence, uint32_t depth,
                                         bool *is_exact)
{
	*is_exact = true;
	return list->last <= sequence
	           ? depth
	           : thread_stack_most_of(thread, list, frames, sequence, depth, is_exact);
}

/*
 * Push frames onto the outer `depth` ones; all further in have ended. 0, or -1 when memory is
 * out.
 */
static inline int thread_stack_push(struct thread *thread, uint32_t depth,
                                    const uint32_t *locations, uint32_t count)
{
	struct frame *frame;
	uint64_t hash;
	uint32_t i;

	if (depth + count > thread->stack_capacity &&
	    thread_stack_reserve(thread, depth + count))
		return -1;
	thread->depth = depth + count;
	if (!count)
		return 0;
	hash = depth ? thread->stack[depth - 1].hash : CALL_HASH_ROOT;
	frame = thread->stack + depth;
	for (i = 0; i < count; i++) {
		hash = call_hash(hash, locations[i]);
		frame[i] = (struct frame){ .hash = hash,
			                       .sequence = thread->sequence,
			                       .location = locations[i],
			                       .node = CALL_NODE_NONE };
	}
	return 0;
}

/*
 * How many machine frames of a birth's stack (`levels` of them, at event `sequence`) have
 * ended, compared with those of the thread now.
 */
uint32_t thread_machine_depth(const struct thread *thread, uint32_t levels,
                              uint64_t sequence);

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

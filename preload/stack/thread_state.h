/*
 * stack/thread_state.h - the recorder's state of one thread.
 *
 * States are in their own mappings, never in the program's heap. They are recycled when threads
 * end. A state in use belongs to its thread alone.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THREAD_STATE_H
#define OUTLIVE_PRELOAD_STACK_THREAD_STATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "go/goroutine.h"
#include "system/guard.h"
#include "ring/prediction.h"
#include "stack/chunk_cursor.h"
#include "stack/frame_array.h"
#include "stack/stub_set.h"
#include "stack/thread_stacks.h"
#include "stack/throw_list.h"
#include "system/system.h"
#include "record_format.h"

#define OTHER_EVENT_BYTES 64
#define SHORT_FRAMES 8   /* the most frames that a short walk may push */
#define MIDDLE_FRAMES 32 /* the same if its event is written by a longer way */
#define THREAD_NAME_WORDS 2

/*
 * What has a call stack of its own, and what an event belongs to: the thread (id 0), or a
 * goroutine.
 */
struct strand {
	uint64_t id;
	uintptr_t start;      /* the function that it began with; 0: unknown */
	uintptr_t low, high;  /* of its stack */
	uint64_t depth_bytes; /* the most that was in use */
	uint32_t frames;      /* outer ones of the last event on that stack */
	uintptr_t labels;     /* where the goroutine has its labels; 0: it has none */
	uint32_t label_bytes; /* of those labels, as they are recorded */
	/* of the scheduler: so many outer frames wait beneath it (walk_end.c); see `waiting` */
	uint32_t beneath;
};

#define STRAND_FRAMES_UNKNOWN UINT32_MAX
/* With the thread's number: Go's scheduler in that thread, which runs for no goroutine. */
#define STRAND_SCHEDULER GOROUTINE_SCHEDULER

struct thread_state {
	struct own_header header; /* first */
	struct chunk_cursor cursor;
	uint32_t serial, tid;
	uint32_t session;          /* the recording that all this belongs to */
	const struct guard *guard; /* the thread's, while tid is not 0 */
	uintptr_t pointer;         /* the thread's pthread_t */
	/* The thread's name in the recording. Other threads read it, too. */
	_Atomic uint64_t name[THREAD_NAME_WORDS];
	struct frame_array stack; /* of the last event */
	/*
	 * The frames (outermost first, up to the end) and the event of a short walk on another
	 * stack. They are not on that stack, since it may be small, and in no cache.
	 */
	struct walk_frame other_frames[SHORT_FRAMES];
	_Alignas(uint64_t) char other_event[OTHER_EVENT_BYTES];
	struct thread_stacks stacks;
	struct strand strand;  /* of the last event */
	struct strand walked;  /* of the last walk, which is of the next event */
	struct strand waiting; /* whose frames wait, if strand.beneath is not 0 */
	bool are_labels_read;  /* by the last walk: walked_labels are the goroutine's */
	uint8_t labels[GOROUTINE_LABELS_MAX]; /* of `strand` */
	uint8_t walked_labels[GOROUTINE_LABELS_MAX];
	uintptr_t call_key;         /* of the last walk: the last call into C; 0: unknown */
	struct goroutine goroutine; /* where the walk has come from a thread's stack */
	struct stub_set stubs;
	struct throw_list throwing;
	struct thread_state *next_free;
	struct thread_state *next; /* of all states */
	struct prediction prediction;
};

/* Whether a throw unwound the frames that are gone, but have not returned. */
static inline bool thread_state_unwinds(const struct thread_state *state)
{
	return state->throwing.count &&
	       state->throwing.throws[state->throwing.count - 1].is_written;
}

struct thread_state *thread_state_make(void);

/*
 * Returns all states that were ever mapped, linked by `next`. Their contents may change at any
 * time. tid 0: the state belongs to no thread at the moment.
 */
struct thread_state *thread_states(void);

/* Whether the recording has this name of the thread; 16 bytes, padded with NULs. */
static inline void thread_state_name(struct thread_state *state, const uint64_t *name)
{
	for (int i = 0; i < THREAD_NAME_WORDS; i++)
		atomic_store_explicit(&state->name[i], name[i], memory_order_relaxed);
}

static inline bool thread_state_is_named(const struct thread_state *state,
                                         const uint64_t *name)
{
	for (int i = 0; i < THREAD_NAME_WORDS; i++) {
		if (atomic_load_explicit(&state->name[i], memory_order_relaxed) != name[i])
			return false;
	}
	return true;
}

/* Whether a thread has the state, and has made events in this recording. */
static inline bool thread_state_is_live(const struct thread_state *state)
{
	return state->tid && state->session == recorder.session;
}

/* The calling thread's state; NULL: it has none yet, or only from an earlier recording. */
static inline struct thread_state *thread_state_own(void)
{
	return guard.session == recorder.session ? guard.state : NULL;
}

/*
 * Call with the guard held: the calling thread has not taken part in this recording yet. What it
 * has of an earlier one begins anew; its stack and the stubs in it are the same.
 */
void thread_state_join(void);

/* Returns the calling thread's state, made on first use. NULL: there is no memory. */
static inline struct thread_state *thread_state_get(void)
{
	return likely(guard.state != NULL) ? guard.state : thread_state_make();
}

/*
 * Call function(argument) with the guard held, on a stack that has some ten KiB of room. If
 * `slot` is on the thread's own stack, that is this stack. Any other may have few KiB, so the
 * function is then called on a spare one. All signals are blocked meanwhile: a handler would
 * find itself on a stack that the program does not know.
 */
void thread_state_call(struct thread_state *state, uintptr_t slot,
                       void (*function)(void *), void *argument);

/*
 * Make room for `capacity` frames. Keeps the first `depth` and, at the far end, the last
 * `scratch`. False: no memory.
 */
bool thread_state_grow(struct thread_state *state, uint32_t capacity, uint32_t scratch);

/* Call when the thread ends: parks its chunk, and gives the state to the next new thread. */
void thread_state_release(struct thread_state *state);

/*
 * Call before the first state. `ending` is called when a thread ends, with the guard
 * held, before the thread's state is released. It returns false if the state's chunk does not
 * belong to this process.
 */
void thread_state_start(bool (*ending)(struct thread_state *));

/* Forget the calling thread's chunk without touching it: it is the parent's, or gone. */
void thread_state_disown(void);

/* Returns how far the thread's own stack may grow, in bytes from its end; 0: unknown. */
uint64_t thread_state_room_bytes(const struct thread_state *state);

/* Call after a signal handler jumped out of the recorder: discards what was being written. */
void thread_state_abandon(struct thread_state *state);

/* Call in a forked child: the one thread left is a new one in a new ring. */
void thread_state_forked(void);

/* The same where there is no ring yet: the thread joins the recording when there is. */
void thread_state_forked_unrecorded(void);

#endif

/*
 * stack/thread_state.h - the recorder's state of one thread.
 *
 * States are in their own mappings, never in the program's heap. They are recycled when threads
 * end. A state in use belongs to its thread alone.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THREAD_STATE_H
#define OUTLIVE_PRELOAD_STACK_THREAD_STATE_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "system/guard.h"
#include "system/stack_bounds.h"
#include "ring/prediction.h"
#include "stack/stub_pool.h"
#include "system/system.h"
#include "record_format.h"

/*
 * One frame of the last event. `return_address` is at `slot`. A walk that has come this far
 * continues with sp = slot + 8 and fp = `fp`, which the step to here loaded from slot - 8 *
 * fp_words (0: it is unchanged from the frame further in).
 */
struct walk_frame {
	uintptr_t slot;
	uintptr_t return_address;
	uintptr_t fp;
	stub_id stub;   /* is at `slot` in place of return_address; 0: none */
	uint16_t flags; /* enum walk_frame_flags */
	uint16_t fp_words;
};
static_assert(sizeof(struct walk_frame) == 32, "an index is a shift");

enum walk_frame_flags {
	FRAME_PATCHABLE = 1, /* a stub may be put at its slot */
	FRAME_DEAD = 2,      /* an exception passed it: it never returns */
	FRAME_JUMPED = 4,    /* a longjmp passed it */
	FRAME_STUBBED = 8,   /* a stub was at its slot already: perhaps one in limbo */
	FRAME_UNWINDER = 16, /* returns into an unwinder */
	FRAME_CUT = 32,      /* the walk ended here: its caller is unknown */
	FRAME_SIGNAL = 64,   /* returns into a signal frame */
	FRAME_TOLD = 128,    /* its size, and of all further out, is written in this run */
	FRAME_FIRST = 256, /* returns into the loader's entry code, which makes one call */
	FRAME_DROPPED = 512,  /* there were too many frames further out; left out */
	FRAME_BOUND = 1024,   /* its stub is bound; see stack/stub_pool.h */
	FRAME_STOPPED = 2048, /* not at a call: a signal interrupted it here */
	FRAME_BEYOND = 4096,  /* beyond a signal: needs a bound stub */
	FRAME_LEFT = 8192,    /* probably left by a jump that was not seen */
};

/* A stub whose frame is gone, but has not returned. The stub may still run. */
struct limbo_stub {
	uintptr_t slot;        /* where the stub was */
	const void *exception; /* in flight at that time; NULL: none */
	stub_id stub;
	bool is_left; /* the trace says that its frame has ended: it must not run */
};

/* An exception that is not known to be caught; see stack/throws.h. */
struct throw_mark {
	const void *exception; /* NULL: it lands nowhere */
	uint32_t keep;         /* this many outer frames have stood since the throw */
	bool is_written;       /* an event brought the frames up to date before it */
	bool patch_none;       /* no frame may get a stub until it lands */
};

#define THROWS_MAX 8
#define LIMBO_FIRST 512
#define BOUND_LISTS 8192 /* of bound stubs, each for one return address */
#define BOUND_STUB_BITS 16
#define BOUND_STUB_MASK ((UINT64_C(1) << BOUND_STUB_BITS) - 1)
#define CEILING_ALL 1

#define STACK_CACHE_SIZE 4
#define OTHER_EVENT_BYTES 64
#define SHORT_FRAMES 8 /* the most frames that a short walk may push */
#define THREAD_NAME_WORDS 2

struct thread_state {
	struct own_mark mark; /* first */
	/* The chunk for events. NULL: take one first. */
	struct chunk_header *chunk;
	uint32_t used;         /* offset of the next byte in the chunk */
	uint32_t used_limit;   /* beyond it, no event is written in the short way */
	uint32_t sample_at;    /* beyond it, a DEPTH record is due */
	uint32_t chunk_events; /* committed in the chunk, by any thread */
	uint64_t events;       /* committed by this thread */
	uint32_t serial, tid;
	uintptr_t pointer; /* the thread's pthread_t */
	/* The thread's name in the recording. Other threads read it, too. */
	_Atomic uint64_t name[THREAD_NAME_WORDS];

	/*
	 * The stack of the last event, outermost first. Walks use the far end as scratch space.
	 */
	struct walk_frame *frames;
	uint32_t depth, frames_capacity;
	uint32_t cut_frames;        /* outer frames dropped since the walk began */
	size_t frames_mapped_bytes; /* 0: in the state's own mapping */
	/*
	 * The frames (innermost first) and the event of a short walk on another stack. They are
	 * not on that stack, since it may be small, and in no cache.
	 */
	struct walk_frame other_frames[SHORT_FRAMES];
	_Alignas(uint64_t) char other_event[OTHER_EVENT_BYTES];

	struct stack_bounds own_stack;
	struct stack_bounds seen_stack; /* its part with a recorded depth */
	/*
	 * The last signal stacks and coroutines with a recorded depth, and how many there were.
	 */
	struct stack_bounds other_stacks[STACK_CACHE_SIZE];
	uint32_t other_count;
	void *signal_stack; /* ours, perhaps not in use; NULL: none */
	void *spare_stack;  /* for work that needs more stack; NULL: none yet */

	/*
	 * BOUND_LISTS lists in a hash table: return address << BOUND_STUB_BITS | its first
	 * stub. 0: not begun. NULL: no stub was ever bound.
	 */
	uint64_t *bound;
	struct stub_supply supply;
	struct limbo_stub *limbo; /* grows; a stub lost from here is lost for good */
	uint32_t limbo_count, limbo_capacity;
	uint32_t limbo_swept; /* sweep it above this count */
	uint32_t limbo_asked; /* index of the next to check for having run */
	struct limbo_stub limbo_first[LIMBO_FIRST];
	struct throw_mark throws[THROWS_MAX]; /* in flight; the last that moved is last */
	uint32_t throw_count;
	const void *exception; /* the last of them; NULL: none, or unknown */
	/*
	 * No stub is put at this slot or further out, until an event is further out and no
	 * exception is in flight. CEILING_ALL: none anywhere until an exception is caught. 0:
	 * no ceiling.
	 */
	uintptr_t ceiling;
	uintptr_t ceiling_slot; /* its value without CEILING_ALL */

	struct thread_state *next_free;
	struct thread_state *next; /* of all states */
	struct prediction prediction;
};

/* Whether a throw unwound the frames that are gone, but have not returned. */
static inline bool thread_state_unwinds(const struct thread_state *state)
{
	return state->throw_count && state->throws[state->throw_count - 1].is_written;
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
 * Call once, before the first state. `ending` is called when a thread ends, with the guard
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

#endif

/*
 * stack/thread_state.h - what the recorder keeps for one thread.
 *
 * States live in mappings of their own, never in the traced program's heap. They are
 * recycled when threads end; one that is in use belongs to its thread alone.
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
 * One frame as the last event saw it. `return_address` lies at `slot`; a walk that has
 * come this far goes on with sp = slot + 8 and fp = `fp`, which the step to here loaded
 * from slot - 8 * fp_words (0: it is the frame's further in, unchanged).
 */
struct walk_frame {
	uintptr_t slot;
	uintptr_t return_address;
	uintptr_t fp;
	stub_id stub;   /* stands at `slot` in place of return_address; 0: none does */
	uint16_t flags; /* enum walk_frame_flags */
	uint16_t fp_words;
};
static_assert(sizeof(struct walk_frame) == 32, "an index is a shift");

enum walk_frame_flags {
	FRAME_PATCHABLE = 1,  /* a stub may stand at its slot */
	FRAME_DEAD = 2,       /* an exception went past it: it never returns */
	FRAME_JUMPED = 4,     /* a longjmp did */
	FRAME_STUBBED = 8,    /* a stub stood at its slot already: perhaps one in limbo */
	FRAME_UNWINDER = 16,  /* returns into an unwinder */
	FRAME_CUT = 32,       /* the walk went no further: what called it is not known */
	FRAME_SIGNAL = 64,    /* returns into a signal frame */
	FRAME_TOLD = 128,     /* this run holds its size; so it does of all further out */
	FRAME_FIRST = 256,    /* returns into the loader's entry code, which calls once */
	FRAME_DROPPED = 512,  /* frames further out were too many, and left out */
	FRAME_BOUND = 1024,   /* its stub is a bound one; see stack/stub_pool.h */
	FRAME_STOPPED = 2048, /* no call: a signal interrupted it here */
	FRAME_BEYOND = 4096,  /* a signal interrupted what it called: wants a bound stub */
	FRAME_LEFT = 8192,    /* a jump that nobody saw went past it, as far as is known */
};

/* A stub whose frame vanished without returning. It may still run. */
struct limbo_stub {
	uintptr_t slot;        /* where it stood */
	const void *exception; /* that was on its way then; NULL: none */
	stub_id stub;
	bool is_left; /* the trace says that it has ended: it had better not run */
};

/* An exception that has not been caught, as far as is known; see stack/throws.h. */
struct throw_mark {
	const void *exception; /* NULL: it lands nowhere */
	uint32_t keep;         /* so many outer frames have stood ever since its throw */
	bool is_written;       /* an event brought the frames up to date before it */
	bool patch_none;       /* no frame may get a stub until it lands */
};

#define THROWS_MAX 8
#define LIMBO_FIRST 512
#define BOUND_LISTS 8192 /* of bound stubs, each of one return address */
#define BOUND_STUB_BITS 16
#define BOUND_STUB_MASK ((UINT64_C(1) << BOUND_STUB_BITS) - 1)
#define CEILING_ALL 1

#define STACK_CACHE_SIZE 4
#define THREAD_NAME_WORDS 2

struct thread_state {
	struct own_mark mark; /* first */
	/* where events go; NULL: take a chunk first */
	struct chunk_header *chunk;
	uint32_t used;         /* offset in the chunk of the next byte */
	uint32_t used_limit;   /* beyond it no event is written in the short way */
	uint32_t sample_at;    /* beyond this one the depth of the stack is noted again */
	uint32_t chunk_events; /* committed in it, by whichever thread */
	uint64_t events;       /* committed by this thread */
	uint32_t serial, tid;
	uintptr_t pointer; /* the thread's: what libc has for a pthread_t */
	/* Its name as the recording has it; others read it, too. */
	_Atomic uint64_t name[THREAD_NAME_WORDS];

	/* the stack of the last event, outermost first; the far end is the walk's scratch */
	struct walk_frame *frames;
	uint32_t depth, frames_capacity;
	uint32_t cut_frames;        /* dropped from the outer end since the walk began */
	size_t frames_mapped_bytes; /* 0: they lie in the state's own mapping */

	struct stack_bounds own_stack;
	struct stack_bounds
		seen_stack; /* of it, what is no new depth; empty: all of it is */
	/* signal stacks and coroutines of noted depth, the last ones; so many there were */
	struct stack_bounds other_stacks[STACK_CACHE_SIZE];
	uint32_t other_count;
	void *signal_stack; /* ours, perhaps not in use; NULL: none */
	void *
		spare_stack; /* for what takes more than another stack may have; NULL: none yet */

	/* BOUND_LISTS lists, hashed: a return address << BOUND_STUB_BITS | its first stub; 0: not
	   begun. NULL: none was ever bound */
	uint64_t *bound;
	struct stub_supply supply;
	struct limbo_stub *limbo; /* grows: what is lost from here is lost for good */
	uint32_t limbo_count, limbo_capacity;
	uint32_t limbo_swept; /* above this count it is swept */
	uint32_t limbo_asked; /* the next of those that were left to be looked at */
	struct limbo_stub limbo_first[LIMBO_FIRST];
	struct throw_mark throws[THROWS_MAX]; /* on their way; the last moved last */
	uint32_t throw_count;
	const void *exception; /* the last of them; NULL: none, or not known */
	/*
	 * No stub is put at this slot or further out, until an event lies further out yet
	 * and no exception is on its way.
	 * CEILING_ALL: none anywhere until an exception is caught. 0: no ceiling.
	 */
	uintptr_t ceiling;
	uintptr_t ceiling_slot; /* what it is without CEILING_ALL */

	struct thread_state *next_free;
	struct thread_state *next; /* of all there are */
	struct prediction prediction;
};

/* True if frames that are gone without having returned were unwound by a throw. */
static inline bool thread_state_unwinds(const struct thread_state *state)
{
	return state->throw_count && state->throws[state->throw_count - 1].is_written;
}

struct thread_state *thread_state_make(void);

/*
 * All states that were ever mapped, by `next`: what they say may change at any time. tid 0:
 * no thread's at the moment.
 */
struct thread_state *thread_states(void);

/* The recording has this name of the thread; 16 bytes, padded with NULs. */
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

/*
 * The calling thread's state, made on first use. NULL if there is no memory.
 */
static inline struct thread_state *thread_state_get(void)
{
	return likely(guard.state != NULL) ? guard.state : thread_state_make();
}

/*
 * function(argument), the guard held, where it may take some ten KiB of stack. On the
 * thread's own, where `slot` lies, that goes without saying; another may be one of few KiB,
 * so there it is called on a spare one. No signal comes meanwhile: its handler would find
 * itself on a stack that the program does not know.
 */
void thread_state_call(struct thread_state *state, uintptr_t slot,
                       void (*function)(void *), void *argument);

/*
 * Make room for `capacity` frames, keeping the first `depth` and, at the far end, the last
 * `scratch`. False: no memory.
 */
bool thread_state_grow(struct thread_state *state, uint32_t capacity, uint32_t scratch);

/* The thread is ending: park its chunk, and hand the state on to the next new thread. */
void thread_state_release(struct thread_state *state);

/*
 * Once, before the first state: how the end of a thread is noticed. `ending` is called then,
 * the guard held, before the thread's state is released. It returns false if the chunk of the
 * state is not this process's.
 */
void thread_state_start(bool (*ending)(struct thread_state *));

/* The calling thread's chunk is its parent's, or gone: it is forgotten, and not touched. */
void thread_state_disown(void);

/* How far the thread's own stack may grow down from its end; 0: not known. */
uint64_t thread_state_room_bytes(const struct thread_state *state);

/* A signal handler jumped out of the recorder: what was being written is not to be used. */
void thread_state_abandon(struct thread_state *state);

/* In a forked child: one thread is left, and it is a new one in a new ring. */
void thread_state_forked(void);

#endif

/*
 * stack/frame_array.h - the stack of a thread as its last event saw it.
 */
#ifndef OUTLIVE_PRELOAD_STACK_FRAME_ARRAY_H
#define OUTLIVE_PRELOAD_STACK_FRAME_ARRAY_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack/stub_pool.h"

/*
 * One frame of the last event. `return_address` is at `slot`. A walk that has come this far
 * continues with sp = slot + 8 and fp = `fp`, which the step to here loaded from slot - 8 *
 * fp_words (0: it is unchanged from the frame further in).
 */
struct walk_frame {
	uintptr_t slot;
	uintptr_t return_address;
	uintptr_t fp;
	union {
		struct {
			stub_id stub;   /* is at `slot` in place of return_address; 0: none */
			uint16_t flags; /* enum walk_frame_flags */
			uint16_t fp_words;
		};
		uint64_t rest; /* all three, see frame_rest() */
	};
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
	FRAME_SIZED = 128,   /* its size, and of all further out, is written in this run */
	FRAME_FIRST = 256, /* returns into the loader's entry code, which makes one call */
	FRAME_DROPPED = 512,  /* there were too many frames further out; left out */
	FRAME_BOUND = 1024,   /* its stub is bound; see stack/stub_pool.h */
	FRAME_STOPPED = 2048, /* not at a call: a signal interrupted it here */
	FRAME_BEYOND = 4096,  /* beyond a signal: needs a bound stub */
	FRAME_LEFT = 8192,    /* probably left by a jump that was not seen */
	FRAME_OLD = 16384,    /* its stub is of an earlier recording of the process */
};

/*
 * Returns `rest` of a frame without a stub. Written in one, so that a copy of the frame soon after
 * need not wait until smaller stores have left the processor's store buffer.
 */
static inline uint64_t frame_rest(uint64_t flags, uint64_t fp_words)
{
	return flags << 32 | fp_words << 48;
}
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frame_rest()");

/*
 * The `slot` of a frame of Go code is a key, which no address can be: FRAME_KEY, and in place of
 * its depth on the goroutine's stack, FRAME_DEPTHS less the depth. So frames further in have
 * smaller keys, as they have smaller slots. The frame into which C returns to Go has the key of
 * a call. See stack/goroutine_walk.h.
 */
#define FRAME_KEY (UINT64_C(1) << 63)
#define FRAME_CALL (UINT64_C(1) << 62)
#define FRAME_DEPTHS (UINT64_C(1) << 40)

static inline bool frame_has_key(const struct walk_frame *frame)
{
	return (frame->slot & FRAME_KEY) != 0;
}

/* Whether it is the frame into which C returns to Go. */
static inline bool frame_is_call(const struct walk_frame *frame)
{
	return (frame->slot & (FRAME_KEY | FRAME_CALL)) == (FRAME_KEY | FRAME_CALL);
}

/* Whether it is on a goroutine's stack. */
static inline bool frame_is_go(const struct walk_frame *frame)
{
	return (frame->slot & (FRAME_KEY | FRAME_CALL)) == FRAME_KEY;
}

/* Its depth on the goroutine's stack, in bytes. */
static inline uintptr_t frame_depth(const struct walk_frame *frame)
{
	return FRAME_DEPTHS - (frame->slot & ~FRAME_KEY);
}

struct frame_array {
	struct walk_frame
		*frames; /* outermost first; walks use the far end as scratch space */
	uint32_t depth, capacity;
	uint32_t cut_frames; /* outer frames dropped since the walk began */
	size_t mapped_bytes; /* 0: in the thread state's own mapping */
};

#endif

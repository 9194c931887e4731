/*
 * stack/walk_end.h - the result of a walk: which frames stand, and which have ended.
 */
#ifndef OUTLIVE_PRELOAD_STACK_WALK_END_H
#define OUTLIVE_PRELOAD_STACK_WALK_END_H

#include "stack/frames.h"
#include "modules/slow_walk.h"
#include "stack/view.h"
#include "stack/thread_state.h"

/* Room that frames_cut() may need beside the frames and the pushed frames. */
#define WALK_CAPACITY_MARGIN STACK_DEPTH_CUT

struct walk {
	struct thread_state *state;
	struct stack_view view; /* of the stack that the walk is on */
	struct walk_point point;
	uint16_t fp_words; /* where the last step loaded point.fp; see walk_frame */
	uint32_t known;    /* frames of the last event that may still be met */
	uint32_t pushed;   /* frames found, at the far end of state->stack.frames */
	/* of the thread's last call into C, now and at the last event; 0: unknown */
	uintptr_t call_key, call_before;
	uint64_t calls;           /* how many calls into C it came through */
	uint64_t goroutine_depth; /* bytes of the goroutine's stack that were in use */
	uintptr_t called_slot;    /* slot where a call has just put its return address */
	enum cut_kind cut;        /* it ended before the outermost frame, there */
	bool met;                 /* it met a known frame: `known` frames stand */
	bool resumed;         /* slow steps ended at a frame with a rule: continue there */
	bool stopped;         /* slow steps ended at an interrupted frame: continue there */
	bool in_signal;       /* it passed a signal frame */
	bool is_fault;        /* it began at a fault: put no stub anywhere */
	bool in_unwinder;     /* it passed an unwinder's frame */
	bool plain;           /* something had to be inferred */
	bool strayed;         /* it passed a stub that is not where it was put */
	bool is_on_goroutine; /* `view` is of a goroutine's stack: state->goroutine */
	bool is_in_call;      /* it crossed last where Go has called C by asmcgocall */
	bool has_crossed;     /* it came to the goroutine's stack, and perhaps back */
	bool has_met_goroutine; /* it is a goroutine's, whose outer frames compare equal */
	uint32_t standing;      /* .. up to those that are proven to stand */
	bool has_met_call;      /* what it met is a call into C that goes on */
	bool is_compared;       /* frames of Go code were kept because they compare equal */
	bool is_of_thread;      /* a thread of C has borrowed the goroutine */
};

/*
 * Whether the outer `count` frames still stand unchanged, if the frame further in has this
 * `fp`.
 */
bool frames_stand(const struct walk_frame *frames, uint32_t count, uintptr_t fp);

/* Returns the result of a walk that began at `start_slot`. `is_exact`: it puts stubs. */
struct walk_result walk_end(struct walk *walk, uintptr_t start_slot, bool is_exact);

#endif

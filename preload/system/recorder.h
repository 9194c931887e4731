/*
 * system/recorder.h - the state of the recorder that several files read: what it does at the moment
 * in this process, and what it has learnt of the program. What belongs to one file alone stands
 * there; what belongs to a thread is in stack/thread_state.h.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_RECORDER_H
#define OUTLIVE_PRELOAD_SYSTEM_RECORDER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDER_LINE_BYTES 64

/*
 * A program may set up a filter (seccomp) that ends it for a system call it never makes by
 * itself: ours. Those that the filter would not let pass are not made, and fail with ENOSYS.
 */
#define SYSTEM_CALLS 512 /* numbers below that; a multiple of 64 */
struct system_filter {
	bool is_on;
	uint64_t forbidden[SYSTEM_CALLS / 64]; /* a bit for each number */
};

struct recorder {
	/* Of each event. Written rarely, all of it: a cache line that stays shared. */

	/*
	 * In a page that fork wipes: 0 means that this is a forked child that knows nothing yet.
	 * Where fork does not wipe pages it is always 0, and the long way finds out. NULL until
	 * recording has begun. (event/lifecycle.c)
	 */
	volatile uint32_t *sentinel;
	bool is_recording; /* events are recorded (event/lifecycle.c) */
	bool is_exact; /* walks leave stubs; set once, before the first (stack/walk.c) */

	/*
	 * Set by stub_distrust_jumps(): a program whose stacks come back by longjmp may let a
	 * frame return twice, and then no stub may ever be used again. (stack/stub_pool.c)
	 */
	bool stub_reuse_is_off;
	/*
	 * A stub stood, or ran, in a frame that was gone: the program puts back parts of its
	 * stack. No stub is used again from then on, nor is what bound stubs note believed.
	 * (stack/stub_pool.c)
	 */
	bool stub_copies_were_seen;
	uint8_t
		stub_bias; /* what each stub says to unwinders; see stub.S (stack/stub_pool.c) */
	bool clock_is_monotonic_ns; /* no invariant TSC: quanta of 32 ns (system/clock.c) */

	/*
	 * A frame of libc's exit() was met for the first time: whoever called it, it has begun.
	 * That time it is not stepped over in the short way, so that the event learns of it,
	 * and clears this. (modules/frame_rule.c)
	 */
	volatile bool has_met_exit;
	/*
	 * A module came or went that the last snapshot of the address space may not show; whoever
	 * takes the next one clears it. (modules/map.c)
	 */
	volatile bool modules_have_changed;

	/* Seldom read. */

	/* Threads are to have a signal stack of ours: the program has no use for one of its own
	 * yet. (faults/watch.c) */
	bool wants_signal_stacks;
	/* What the program has forbidden itself, as far as it was seen. (hooks/filter.c) */
	struct system_filter filter;
} __attribute__((aligned(RECORDER_LINE_BYTES)));
static_assert(offsetof(struct recorder, wants_signal_stacks) < RECORDER_LINE_BYTES,
              "what each event reads is one cache line");

extern struct recorder recorder __attribute__((visibility("hidden")));

#endif

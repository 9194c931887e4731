/*
 * system/recorder.h - the state of the recorder that several files read: what it does in this
 * process at the moment, and what it has learnt of the program. State that only one file needs
 * is in that file; state of a thread is in stack/thread_state.h.
 */
#ifndef OUTLIVE_PRELOAD_SYSTEM_RECORDER_H
#define OUTLIVE_PRELOAD_SYSTEM_RECORDER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDER_LINE_BYTES 64

/*
 * A program may install a filter (seccomp) that ends the process for a system call that the
 * program never makes, but the recorder does. The recorder does not make calls that the filter
 * would not allow: they fail with ENOSYS.
 */
#define SYSTEM_CALLS 512 /* numbers below this; a multiple of 64 */
struct system_filter {
	bool is_on;
	uint64_t forbidden[SYSTEM_CALLS / 64]; /* one bit for each number */
};

struct recorder {
	/* Read in each event. Rarely written, so that the cache line stays shared. */

	/*
	 * In a page that fork wipes: the number of the recording, or 0, which means that this is
	 * a forked child, which does not know it yet. If fork does not wipe pages, it is always
	 * 0, and the slow way finds out. While nothing is recorded, it points to
	 * RECORDER_NOTHING. (event/sentinel.c)
	 */
	const volatile uint32_t *sentinel;
	bool is_recording; /* events are recorded (event/sentinel.c) */
	bool is_exact;     /* walks set stubs; set once, before the first (stack/walk.c) */

	/*
	 * Set by stub_distrust_jumps(): if a program copies stacks and returns to them by
	 * longjmp, a frame may return twice. From then on no stub may be reused.
	 * (stack/stub_pool.c)
	 */
	bool stub_reuse_is_off;
	/*
	 * A stub was found, or has run, in a frame that had ended: the program copies parts of
	 * its stack back. From then on no stub is reused, and what bound stubs have recorded is
	 * not believed. (stack/stub_pool.c)
	 */
	bool stub_copies_were_seen;
	uint8_t stub_bias;          /* see stub.S (stack/stub_pool.c) */
	bool clock_is_monotonic_ns; /* no invariant TSC: quanta of 32 ns (system/clock.c) */

	/*
	 * A second thread makes events, or did since the process forked. Set before that thread
	 * frees anything; see clock_after_alloc(). (stack/thread_state.c)
	 */
	volatile bool has_threads;

	/*
	 * A frame of libc's exit() was met for the first time, so exit() has begun, whoever
	 * called it. The short walk stops at that frame this once, so that the event sees this
	 * and clears it. (modules/frame_rule.c)
	 */
	volatile bool has_met_exit;
	/*
	 * A module was loaded or unloaded, which the last snapshot of the address space may not
	 * show. Taking the next snapshot clears it. (modules/map.c)
	 */
	volatile bool modules_have_changed;

	/* From here on: rarely read. */

	/*
	 * The number of this recording in this process: 1 for the first. What a thread or a
	 * table has from an earlier one is out of date. (event/sentinel.c)
	 */
	uint32_t session;

	/*
	 * Threads get a signal stack of the recorder's, as the program has not needed one of
	 * its own yet. (faults/watch.c)
	 */
	bool wants_signal_stacks;
	/*
	 * Read at each call of the allocator: `session`, if only a sample of the blocks is recorded;
	 * else 0. (event/sampling.c)
	 */
	uint32_t sampling;
	/*
	 * The same: `session`, if all blocks are recorded and a sample of them is also followed in
	 * the ring's account; else 0. (event/births.c)
	 */
	uint32_t background;
	/*
	 * The process that the ring is of, or was; 0: none has been yet. A child of vfork() has
	 * this memory, and another pid. (ring/create.c)
	 */
	uint32_t pid;
	/*
	 * A recording began while the program ran: exceptions may be in flight that were thrown
	 * before. (event/lifecycle.c)
	 */
	bool began_late;
	/*
	 * The system calls that the program has forbidden itself, as far as seen.
	 * (hooks/filter.c)
	 */
	struct system_filter filter;
} __attribute__((aligned(RECORDER_LINE_BYTES)));
static_assert(offsetof(struct recorder, background) < RECORDER_LINE_BYTES,
              "what each event reads is one cache line");

#define RECORDER_NOTHING \
	UINT32_MAX /* no thread has joined a recording of this number */
extern const volatile uint32_t recorder_nothing __attribute__((visibility("hidden")));

extern struct recorder recorder __attribute__((visibility("hidden")));

#endif

/*
 * event/lifecycle.c - start, fork and end of a recording.
 *
 * Recording begins with the first allocation, not with this library's constructor: the loader
 * and the constructors of other libraries allocate before that runs.
 */
#include "event/lifecycle.h"

#include <stdatomic.h>
#include <sys/auxv.h>

#include "system/clock.h"
#include "system/guard.h"
#include "system/environment.h"
#include "ring/definitions.h"
#include "self/fault_passed.h"
#include "self/maps.h"
#include "go/exit.h"
#include "go/heap.h"
#include "go/main.h"
#include "modules/go_finder.h"
#include "modules/map.h"
#include "modules/offer.h"
#include "self/phase.h"
#include "modules/real.h"
#include "event/record.h"
#include "ring/create.h"
#include "ring/ring.h"
#include "system/settings.h"
#include "stack/signal_frame.h"
#include "system/stack_bounds.h"
#include "system/system.h"
#include "event/thread_name.h"
#include "stack/thread_state.h"

#define NESTED_BYTES_MAX (64 * 1024) /* frames of an allocator itself */
#define LOST_BYTES_MAX 4096          /* the same for a lost call; two pages at most */

static _Atomic bool started;
static struct settings settings;
static uint32_t image_flags; /* enum ring_flags, for every ring of this process image */

/* How a forked child is distinguished from its parent. */
static enum {
	FORK_WIPES, /* its sentinel is zero: MADV_WIPEONFORK, Linux 4.14 */
	FORK_LOSES, /* it lacks the sentinel's page: MADV_DONTFORK */
	FORK_COPIES /* the kernel does neither, whatever it returns: only pids differ */
} fork_kind;

/* A page that has no other use. In a forked child it is zero, or missing. */
struct sentinel_page {
	struct own_header header;
	volatile uint32_t sentinel;
};

#define SENTINEL_BYTES ARCH_PAGE_BYTES

static struct sentinel_page *sentinel_page;
static volatile uint32_t never_set; /* always 0: the slow check decides each time */

static void sentinel_set(void)
{
	sentinel_page->header = (struct own_header){ OWN_HEADER_MAGIC, SENTINEL_BYTES };
	sentinel_page->sentinel = 1;
	recorder.sentinel = fork_kind == FORK_WIPES ? &sentinel_page->sentinel : &never_set;
}

/*
 * Whether the kernel follows such advice. Emulators (qemu-user) and some sandboxes report
 * success, but do nothing. A real kernel refuses to wipe shared memory.
 */
static bool advice_is_taken(void)
{
	long page = system_call(SYS_mmap, 0, SENTINEL_BYTES, PROT_READ,
	                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool is_refused;

	if (page < 0 && page > -4096)
		return true;
	is_refused = system_advise((void *)page, SENTINEL_BYTES, MADV_WIPEONFORK) < 0;
	system_unmap((void *)page, SENTINEL_BYTES);
	return is_refused;
}

static bool sentinel_make(void)
{
	sentinel_page = system_map(SENTINEL_BYTES, -1);
	if (!sentinel_page)
		return false;
	if (!advice_is_taken())
		fork_kind = FORK_COPIES;
	else if (system_advise(sentinel_page, SENTINEL_BYTES, MADV_WIPEONFORK) == 0)
		fork_kind = FORK_WIPES;
	else if (system_advise(sentinel_page, SENTINEL_BYTES, MADV_DONTFORK) == 0)
		fork_kind = FORK_LOSES;
	else
		fork_kind = FORK_COPIES;
	sentinel_set();
	return true;
}

/* Call in a forked child. False: no memory. */
static bool sentinel_renew(void)
{
	if (fork_kind == FORK_LOSES)
		return sentinel_make();
	sentinel_set();
	return true;
}

/*
 * A child of vfork() shares its parent's memory, with all pages, but has another pid. If only
 * pids differ, it is taken for a forked child; emulators do fork it.
 */
bool lifecycle_is_forked_cold(void)
{
	switch (fork_kind) {
	case FORK_WIPES: return true;
	case FORK_LOSES:
		/* The child may have mapped something else there, which has no sentinel. */
		return !system_is_mapped((uintptr_t)sentinel_page, 1) ||
		       sentinel_page->header.magic != OWN_HEADER_MAGIC ||
		       !sentinel_page->sentinel;
	default: return ring.header && system_pid() != ring.header->pid;
	}
}

/*
 * Record the end of a thread. False in a forked child that has never allocated: the ring is
 * still its parent's, and must not be touched.
 */
static bool thread_ends(struct thread_state *state)
{
	if (!ring.header || (recorder.is_recording && lifecycle_is_forked()))
		return false;
	if (recorder.is_recording)
		record_thread_end(state);
	return true;
}

static void go_main_begins(void);
static go_exit_function go_ends;

static bool start(void)
{
	settings_read(&settings);
	if (!settings.directory[0] || getauxval(AT_SECURE) ||
	    (settings.root_pid && settings.root_pid != system_pid()))
		return false;
	if (!settings.root_pid)
		environment_start();
	clock_start();
	if (!sentinel_make())
		return false;
	if (stack_walk_start(settings.wants_exact))
		image_flags |= RING_FRAMES_EXACT;
	if (real.is_bypassed)
		image_flags |= RING_OWN_MALLOC;
	if (!ring_create(&settings, image_flags))
		return false;
	thread_state_start(thread_ends);
	module_offer_start(settings.session, settings.reader_view, ring.header->executable);
	module_map_start();
	go_heap_want(settings.go_heap_rate);
	if (go_finder_start()) {
		go_main_catch(&go_runtimes[0], go_main_begins);
		if (settings.go_heap_rate)
			go_exit_catch(&go_runtimes[0], go_ends);
	}
	maps_record(MAPS_START);
	return true;
}

/* Whether the guard can never be given back: the call that took it was further in. */
static bool guard_is_stale(const struct walk_start *caller)
{
	struct thread_state *state = guard.state;

	return state && !(guard.flags & GUARD_INTERNAL) && caller->slot >= guard.sp &&
	       stack_bounds_hold(&state->stacks.own, guard.sp) &&
	       stack_bounds_hold(&state->stacks.own, caller->slot);
}

/*
 * Whether the real allocator itself makes this call, inside the call that holds the guard: its
 * realloc() may call malloc(). Not if a signal handler runs in between. The block is then
 * recorded with the outer call. On a stack of unknown bounds this cannot be decided: false.
 */
static bool is_allocators_own(const struct walk_start *caller)
{
	struct stack_bounds stack = { guard.stack_low, guard.stack_high };

	if (caller->slot >= guard.sp || guard.sp - caller->slot > NESTED_BYTES_MAX)
		return false;
	if (guard.state)
		stack = guard.state->stacks.own;
	else if (!stack.high && !stack_bounds_find(guard.sp, &stack))
		return false;
	return stack_bounds_hold(&stack, guard.sp) &&
	       stack_bounds_hold(&stack, caller->slot) &&
	       !signal_frame_between(caller->slot, guard.sp);
}

/* The jump comes from the allocator, not from a handler: nothing of ours was interrupted. */
void lifecycle_jumps_cold(const struct walk_start *caller, uintptr_t target)
{
	if (recorder.is_recording && guard.state && target > guard.sp &&
	    !(guard.flags & GUARD_INTERNAL) && is_allocators_own(caller))
		guard_leave();
}

/*
 * Returns how many events the thread has written. If there are more than at the lost call, what
 * that call left on the stack is old.
 */
static uint64_t events_count(void)
{
	return guard.state ? guard.state->cursor.events : 0;
}

/*
 * The outer call has not returned as long as its return address is in its slot, or a stub that an
 * event inside it put there.
 */
bool lifecycle_is_inside(const struct walk_start *caller, uintptr_t slot,
                         uintptr_t return_address)
{
	const uintptr_t *at = (const uintptr_t *)slot;

	return caller->slot < slot && slot - caller->slot <= LOST_BYTES_MAX &&
	       system_is_surely_readable(at) && (*at == return_address || stub_is(*at)) &&
	       !signal_frame_between(caller->slot, slot);
}

/* The same for a call inside a lost call. */
static bool is_lost_ones_own(const struct walk_start *caller)
{
	return guard.lost_events == events_count() &&
	       lifecycle_is_inside(caller, guard.lost_slot, guard.lost_return_address);
}

/*
 * Count a call that came while the guard was held as lost, unless it is part of another call.
 */
static void nested_count(const struct walk_start *caller)
{
	if (is_allocators_own(caller) || is_lost_ones_own(caller))
		return;
	guard.lost_slot = caller->slot;
	guard.lost_return_address = caller->return_address;
	guard.lost_events = events_count();
	ring_count_loss(LOST_NESTED, 1);
}

bool lifecycle_enter_cold(const struct walk_start *caller)
{
	real_resolve();
	if (guard.sp) {
		if (recorder.is_recording && guard_is_stale(caller)) {
			thread_state_abandon(guard.state);
			definitions_abandon();
			guard.sp = caller->slot;
			guard_barrier();
			return true;
		}
		if (recorder.is_recording && !(guard.flags & GUARD_INTERNAL))
			nested_count(caller);
		return false;
	}
	if (atomic_load_explicit(&started, memory_order_relaxed) ||
	    atomic_exchange(&started, true))
		return false;
	guard.sp = caller->slot;
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	recorder.is_recording = start();
	guard_barrier();
	guard.flags &= ~(uint32_t)GUARD_INTERNAL;
	if (!recorder.is_recording)
		guard.sp = 0;
	return recorder.is_recording;
}

bool lifecycle_enter_inside(const struct walk_start *caller, uintptr_t *held)
{
	if (!recorder.is_recording || guard.flags & GUARD_INTERNAL ||
	    !is_allocators_own(caller))
		return lifecycle_enter_cold(caller);
	*held = guard.sp;
	guard.sp = caller->slot;
	guard_barrier();
	return true;
}

static void forked_run(void *unused)
{
	bool has_sentinel = sentinel_renew();
	bool is_wanted = has_sentinel && !settings.root_pid;
	uint32_t inherited = ring.header->flags & RING_COPIES_STACKS;

	(void)unused;
	recorder.is_recording = ring_create_forked(is_wanted ? &settings : NULL,
	                                           RING_FORKED | inherited | image_flags);
	if (!recorder.is_recording) {
		thread_state_disown();
		guard_leave();
		return;
	}
	thread_state_forked();
	definitions_forked();
	phase_forked();
	fault_passed_forked();
	module_map_forked();
	maps_forked();
	maps_record(MAPS_START);
}

bool lifecycle_forked(void)
{
	/* A fiber with a small stack may have forked. */
	if (guard.state)
		thread_state_call(guard.state, guard.sp, forked_run, NULL);
	else
		forked_run(NULL);
	return recorder.is_recording;
}

void lifecycle_offer(const char *file)
{
	if (recorder.is_recording && !lifecycle_is_forked())
		module_offer(file);
}

bool lifecycle_is_followed(void)
{
	return ring_is_to_be_had(&settings);
}

void lifecycle_stop(void)
{
	recorder.is_recording = false;
}

static __attribute__((constructor)) void process_begins(void)
{
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };

	if (!recorder.is_recording && lifecycle_enter_cold(&here))
		guard_leave();
}

void lifecycle_finish(void)
{
	/* Nothing may have recorded yet that the process exits. */
	phase_write(PHASE_EXIT, clock_after());
	thread_names_record();
	go_heap_record(clock_after());
	maps_record(MAPS_END);
	ring_set_finished();
}

/* The program is Go's: its packages' init functions have returned, and main.main begins. */
static void go_main_begins(void)
{
	struct walk_start here = { .slot = (uintptr_t)__builtin_frame_address(0) };
	bool is_entered = !guard.sp && lifecycle_enter(&here);

	if (recorder.is_recording && !lifecycle_is_forked())
		phase_write(PHASE_MAIN, clock_after());
	if (is_entered)
		guard_leave();
}

static lifecycle_end_function *go_end_function;

void lifecycle_call_at_go_end(lifecycle_end_function *function)
{
	go_end_function = function;
}

/* The program is Go's, and ends itself. Other threads of it still run. */
static void go_ends(int status, uintptr_t slot, uintptr_t fp)
{
	const struct walk_start caller = { slot, *(const uintptr_t *)slot, fp };
	uint64_t mask;

	system_signals_block(&mask);
	/* A child of vfork() has its parent's memory. */
	if (recorder.is_recording && !go_heap_is_filtered() && !lifecycle_is_forked() &&
	    system_pid() == ring.header->pid) {
		if (go_end_function)
			go_end_function(&caller, status);
		if (!guard.sp)
			guard.sp = (uintptr_t)__builtin_frame_address(0);
		guard_barrier();
		lifecycle_finish();
	}
	for (;;)
		arch_syscall(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

static __attribute__((destructor)) void process_ends(void)
{
	/* A forked child that has never allocated still has its parent's ring. */
	if (!recorder.is_recording || lifecycle_is_forked())
		return;
	if (guard.state && !guard.sp) {
		guard.sp = (uintptr_t)__builtin_frame_address(0);
		guard_barrier();
		record_thread_end(guard.state);
		guard_leave();
	}
	lifecycle_finish();
}

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
#include "modules/frame_rule.h"
#include "modules/go_finder.h"
#include "modules/loaded_objects.h"
#include "modules/map.h"
#include "modules/offer.h"
#include "self/phase.h"
#include "modules/real.h"
#include "event/record.h"
#include "event/sentinel.h"
#include "ring/create.h"
#include "ring/ring.h"
#include "system/control.h"
#include "system/settings.h"
#include "stack/late_function.h"
#include "stack/signal_frame.h"
#include "system/stack_bounds.h"
#include "system/system.h"
#include "event/thread_name.h"
#include "stack/thread_state.h"
#include "stack/thread_survey.h"

#define NESTED_BYTES_MAX (64 * 1024) /* frames of an allocator itself */
#define LOST_BYTES_MAX 4096          /* the same for a lost call; two pages at most */

#define MEMBARRIER_GLOBAL 1           /* <linux/membarrier.h> */
#define BARRIER_NS UINT64_C(20000000) /* instead of it */

static _Atomic bool started;
static _Atomic uint32_t joining; /* threads that are making their state */
static struct settings settings;
static uint32_t image_flags; /* enum ring_flags, for every ring of this process image */

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

/*
 * Make the ring, and prepare for the first event. recorder.session is the number of the recording
 * already.
 */
static bool begin(uint32_t flags)
{
	image_flags = flags;
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
	return true;
}

static bool start(void)
{
	settings_read(&settings);
	if (!settings.directory[0] || getauxval(AT_SECURE) ||
	    (settings.root_pid && settings.root_pid != system_pid()))
		return false;
	if (!settings.root_pid)
		environment_start();
	clock_start();
	recorder.session = 1;
	if (!sentinel_make() || !begin(0))
		return false;
	if (go_finder_start()) {
		go_main_catch(&go_runtimes[0], go_main_begins);
		if (settings.go_heap_rate)
			go_exit_catch(&go_runtimes[0], go_ends);
	}
	maps_record(MAPS_START);
	control_set_state(ATTACH_OF_START);
	return true;
}

/* What was written of the process went into an earlier ring: this one begins with it. */
static void renew(void)
{
	definitions_forked();
	phase_forked();
	fault_passed_forked();
	module_map_renew();
	frame_rule_flush();
	late_functions_forget();
	maps_forked();
}

bool lifecycle_begin(const struct settings *wanted)
{
	bool is_first = !recorder.session;

	settings = *wanted;
	real_resolve();
	clock_start();
	/* From here on no thread has joined this recording; none can, before it is recording. */
	recorder.session++;
	if (!is_first)
		ring_drop();
	if (is_first && !sentinel_make())
		return false;
	sentinel_set();
	if (!begin(RING_ATTACHED))
		return false;
	if (!is_first)
		renew();
	go_finder_start();
	phase_write(PHASE_MAIN, ring.header->start_ticks >> CLOCK_SHIFT_TICKS);
	maps_record(MAPS_START);
	atomic_thread_fence(memory_order_seq_cst);
	sentinel_record(true);
	return true;
}

void lifecycle_halt(void)
{
	sentinel_record(false);
	/* Each thread has seen that, or its guard is seen from here on. */
	if (system_call(SYS_membarrier, MEMBARRIER_GLOBAL, 0, 0, 0, 0, 0) < 0)
		system_sleep_ns(BARRIER_NS);
}

uint32_t lifecycle_inside(void)
{
	return atomic_load(&joining) + thread_survey_inside();
}

void lifecycle_end(void)
{
	thread_names_record();
	maps_record(MAPS_END);
	ring_set_clock();
	ring_set_flag(RING_DETACHED);
	ring_leave();
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
			thread_state_join();
			return true;
		}
		if (recorder.is_recording && !(guard.flags & GUARD_INTERNAL))
			nested_count(caller);
		return false;
	}
	/* A library that is late waits for lifecycle_begin(). */
	if (atomic_load_explicit(&started, memory_order_relaxed) || loaded_is_late() ||
	    atomic_exchange(&started, true))
		return false;
	guard.sp = caller->slot;
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	sentinel_record(start());
	guard_barrier();
	guard.flags &= ~(uint32_t)GUARD_INTERNAL;
	if (!recorder.is_recording)
		guard.sp = 0;
	else
		thread_state_join();
	return recorder.is_recording;
}

/* A thread without memory for a state records nothing: it tries again at its next event. */
bool lifecycle_join(const struct walk_start *caller)
{
	bool is_joined = false;

	atomic_fetch_add(&joining, 1);
	if (recorder.is_recording && !lifecycle_is_forked()) {
		thread_state_join();
		is_joined = guard.flags & GUARD_THREAD_ENDING || thread_state_get();
		if (!is_joined) {
			guard.session = 0;
			ring_count_loss(LOST_NO_STATE, 1);
			guard_leave();
		}
	} else if (recorder.is_recording) {
		atomic_store(&joining, 0); /* those of the parent process */
		return lifecycle_forked();
	} else {
		guard_leave();
	}
	atomic_fetch_sub(&joining, 1);
	return is_joined || (!recorder.is_recording && lifecycle_enter_cold(caller));
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
	sentinel_record(ring_create_forked(is_wanted ? &settings : NULL,
	                                   RING_FORKED | inherited | image_flags));
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
	sentinel_record(false);
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
	if (thread_state_own() && !guard.sp) {
		guard.sp = (uintptr_t)__builtin_frame_address(0);
		guard_barrier();
		record_thread_end(guard.state);
		guard_leave();
	}
	lifecycle_finish();
}

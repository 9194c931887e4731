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
#include "event/births.h"
#include "event/record.h"
#include "event/nesting.h"
#include "event/sampling.h"
#include "event/sentinel.h"
#include "event/waiting.h"
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

#define MEMBARRIER_GLOBAL 1           /* <linux/membarrier.h> */
#define BARRIER_NS UINT64_C(20000000) /* instead of it */

/* Whether this process is recorded by its environment. */
enum {
	STAGE_NEW,       /* it has made no call yet */
	STAGE_WAITING,   /* it will be: see event/waiting.h */
	STAGE_BEGINNING, /* a thread begins the first recording */
	STAGE_DECIDED,   /* it has been, or never will be */
};
static _Atomic uint32_t stage;
static struct settings settings;
static bool is_able;         /* the settings were read, and are good */
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
		image_flags |= real.is_preceded ? RING_MALLOC_BEFORE : RING_OWN_MALLOC;
	if (!sampling_start(settings.sample_bytes,
	                    settings.policy == RING_FLIGHT ? settings.ring_bytes : 0))
		return false;
	settings.account_blocks = settings.policy == RING_FLIGHT ? sample_table_slots() : 0;
	if (!ring_create(&settings, image_flags))
		return false;
	births_start();
	thread_state_start(thread_ends);
	module_offer_start(settings.session, settings.reader_view, ring.header->executable);
	module_map_start();
	go_heap_want(settings.go_heap_rate);
	return true;
}

/* Call at the process's first call. False: it is not to be recorded. */
static bool settings_prepare(void)
{
	settings_read(&settings);
	if (!settings.directory[0] || getauxval(AT_SECURE) ||
	    (settings.root_pid && settings.root_pid != system_pid()))
		return false;
	if (!settings.root_pid)
		environment_start();
	clock_start();
	recorder.session = 1;
	if (!sentinel_make())
		return false;
	control_set_state(ATTACH_OF_START);
	is_able = true;
	return true;
}

static bool start(void)
{
	if (!settings_prepare())
		return false;
	if (waiting_begin(&settings)) {
		settings.go_heap_rate = 0; /* it would have to begin with the process */
		atomic_store(&stage, STAGE_WAITING);
		return false;
	}
	if (!begin(0))
		return false;
	if (go_finder_start()) {
		go_main_catch(&go_runtimes[0], go_main_begins);
		if (settings.go_heap_rate)
			go_exit_catch(&go_runtimes[0], go_ends);
	}
	maps_record(MAPS_START);
	return true;
}

/* What happened before is not recorded; the phase that the process is in is known. */
static bool start_late(void)
{
	if (!waiting_is_here(&settings, &settings.age_ns)) {
		atomic_store(&stage, STAGE_WAITING);
		return false;
	}
	recorder.began_late = true;
	if (!begin(RING_ATTACHED | RING_WAITED))
		return false;
	go_finder_start();
	phase_forked();
	maps_record(MAPS_START);
	return true;
}

/*
 * Whether to begin now, which this thread then has to do: it is the process's first call, or the
 * wait is over.
 */
static bool is_due(void)
{
	uint32_t before = atomic_load_explicit(&stage, memory_order_relaxed);

	if (before >= STAGE_BEGINNING || (before == STAGE_WAITING && !waiting_is_over()))
		return false;
	/* A library that is late waits for lifecycle_begin(). */
	return !loaded_is_late() &&
	       atomic_compare_exchange_strong(&stage, &before, STAGE_BEGINNING);
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

/* Begin a recording, by the settings. False: there is no ring, or no memory for one. */
static bool begin_late(uint32_t flags)
{
	bool is_first = !recorder.session;

	recorder.began_late = true;
	/* From here on no thread has joined this recording; none can, before it is recording. */
	recorder.session++;
	if (!is_first)
		ring_drop();
	if (is_first && !sentinel_make())
		return false;
	sentinel_set();
	if (!begin(flags))
		return false;
	if (!is_first)
		renew();
	else
		phase_forked();
	go_finder_start();
	maps_record(MAPS_START);
	atomic_thread_fence(memory_order_seq_cst);
	sentinel_record(true);
	return true;
}

bool lifecycle_begin(const struct settings *wanted)
{
	settings = *wanted;
	real_resolve();
	clock_start();
	phase_remember(PHASE_MAIN);
	return begin_late(RING_ATTACHED);
}

bool lifecycle_begin_again(void)
{
	bool is_child = waiting_is_child();

	/* in this order: the first recording begins, and then the stage is over */
	if (!is_able || (!is_child && atomic_load(&stage) == STAGE_BEGINNING) ||
	    (!is_child && recorder.is_recording) ||
	    !waiting_is_here(&settings, &settings.age_ns))
		return false;
	if (is_child) { /* what its parent's threads were at; it has recorded nothing */
		hold_forked();
		atomic_store(&stage, STAGE_DECIDED);
	}
	return !lifecycle_inside() && begin_late(RING_ATTACHED | RING_WAITED);
}

bool lifecycle_is_waiting(void)
{
	return atomic_load_explicit(&stage, memory_order_relaxed) == STAGE_WAITING;
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
	return hold_count() + thread_survey_inside();
}

void lifecycle_end(void)
{
	thread_names_record();
	maps_record(MAPS_END);
	ring_set_clock();
	ring_set_flag(RING_DETACHED);
	ring_leave();
}

/* What the call was at is given up before the guard: no thread begins a recording meanwhile. */
static void give_up(void)
{
	if (guard.state) {
		/* Its chunk is its parent's. */
		if (recorder.is_recording && lifecycle_is_forked())
			guard.state->cursor.chunk = NULL;
		thread_state_abandon(guard.state);
		definitions_abandon();
	}
	hold_give();
}

bool lifecycle_give_stale(const struct walk_start *caller)
{
	if (!nesting_is_stale(caller))
		return false;
	give_up();
	return true;
}

void lifecycle_jumps_inside(const struct walk_start *caller, uintptr_t target)
{
	if (!nesting_jump(caller, target) && nesting_is_left(caller, target))
		give_up();
}

bool lifecycle_enter_or_hold(const struct walk_start *caller, bool *held)
{
	if (unlikely(guard.sp))
		lifecycle_give_stale(caller);
	*held = !guard.sp && lifecycle_enter(caller);
	return *held || hold_take_also(caller->slot, held);
}

bool lifecycle_enter_cold(const struct walk_start *caller)
{
	uint32_t beginning = STAGE_BEGINNING;
	bool is_begun;

	real_resolve();
	if (guard.sp) {
		if (lifecycle_give_stale(caller))
			return lifecycle_enter(caller);
		if (recorder.is_recording && !(guard.flags & GUARD_INTERNAL))
			nesting_count(caller);
		return false;
	}
	if (!guard_take(caller->slot))
		return false;
	if (!is_due()) {
		guard_leave();
		return false;
	}
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	hold_stateless(); /* another thread may end it at once */
	is_begun = is_able ? start_late() : start();
	sentinel_record(is_begun);
	atomic_compare_exchange_strong(&stage, &beginning, STAGE_DECIDED);
	guard_barrier();
	guard.flags &= ~(uint32_t)GUARD_INTERNAL;
	if (is_begun) {
		thread_state_join();
		thread_state_get();
		hold_give_stateless();
	} else {
		hold_give();
	}
	return is_begun;
}

/* A thread without memory for a state records nothing: it tries again at its next event. */
bool lifecycle_join(const struct walk_start *caller)
{
	bool is_joined = false;

	/* Nothing can be joined: do without a word that all threads write. */
	if (!recorder.is_recording) {
		guard_leave();
		return lifecycle_enter_cold(caller);
	}
	hold_stateless();
	if (recorder.is_recording && !lifecycle_is_forked()) {
		thread_state_join();
		is_joined = thread_state_get() != NULL;
		if (!is_joined) {
			guard.session = GUARD_UNJOINED;
			ring_count_loss(LOST_NO_STATE, 1);
		}
	} else if (recorder.is_recording) {
		hold_forked();
		return lifecycle_forked();
	}
	if (is_joined) {
		hold_give_stateless();
		return true;
	}
	hold_give();
	return !recorder.is_recording && lifecycle_enter_cold(caller);
}

bool lifecycle_enter_inside(const struct walk_start *caller, uintptr_t *held)
{
	if (!recorder.is_recording || guard.flags & GUARD_INTERNAL ||
	    !nesting_is_allocators_own(caller))
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
	sampling_forked();
	waiting_forked();
	image_flags &= ~(uint32_t)(RING_ATTACHED | RING_WAITED);
	settings.age_ns = 0;
	sentinel_record(ring_create_forked(is_wanted ? &settings : NULL,
	                                   RING_FORKED | inherited | image_flags));
	if (!recorder.is_recording) {
		thread_state_disown();
		guard_leave();
		return;
	}
	births_start();
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
	bool is_held;

	if (!hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
		return;
	module_offer(file);
	hold_give_also(is_held);
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
	bool is_held;

	if (lifecycle_enter_or_hold(&here, &is_held)) {
		phase_write(PHASE_MAIN, clock_after());
		hold_give_also(is_held);
	}
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
	bool is_held;

	system_signals_block(&mask);
	/* A child of vfork() has its parent's memory. */
	if (!go_heap_is_filtered() && lifecycle_is_here()) {
		if (go_end_function)
			go_end_function(&caller, status);
		if (hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
			lifecycle_finish();
	}
	for (;;)
		arch_syscall(SYS_exit_group, status, 0, 0, 0, 0, 0);
}

static __attribute__((destructor)) void process_ends(void)
{
	bool is_held;

	/* A forked child that has never allocated still has its parent's ring. */
	if (!hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
		return;
	if (is_held && thread_state_own())
		record_thread_end(guard.state);
	lifecycle_finish();
	hold_give_also(is_held);
}

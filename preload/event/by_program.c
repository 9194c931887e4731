/* event/by_program.c - the program's own calls that start, end and copy its recording. */
#include "event/by_program.h"

#include <stdatomic.h>

#include "event/lifecycle.h"
#include "event/waiting.h"
#include "go/heap.h"
#include "modules/loaded_objects.h"
#include "ring/ring.h"
#include "stack/thread_state.h"
#include "system/clock.h"
#include "system/guard.h"
#include "system/system.h"

#define QUIET_TURN_NS UINT64_C(100000)
#define QUIET_LATE_NS UINT64_C(100000000)

/* One thread begins or ends a recording at a time. The process that it is of; 0: there is none. */
static _Atomic uint32_t changing_pid;

/*
 * False: another thread is at it, or this one is in the recorder: a signal handler calls. A forked
 * child has what another thread of its parent was at.
 */
static bool change_begin(const struct walk_start *caller)
{
	uint32_t own_pid = system_pid(), pid = 0;

	if (guard.sp && !lifecycle_give_stale(caller))
		return false;
	if (!atomic_compare_exchange_strong(&changing_pid, &pid, own_pid) &&
	    (pid == own_pid || !waiting_is_own_memory() ||
	     !atomic_compare_exchange_strong(&changing_pid, &pid, own_pid)))
		return false;
	if (!guard_take(caller->slot)) {
		atomic_store(&changing_pid, 0);
		return false;
	}
	guard.flags |= GUARD_INTERNAL;
	guard_barrier();
	return true;
}

static void change_end(void)
{
	guard_barrier();
	guard.flags &= ~(uint32_t)GUARD_INTERNAL;
	guard_leave();
	atomic_store(&changing_pid, 0);
}

static bool is_recorded(void)
{
	return lifecycle_is_here();
}

/* A thread may still be in a call that it began before the last recording ended. */
static void begin_again(const struct walk_start *caller)
{
	if (!change_begin(caller))
		return;
	if (!recorder.is_recording)
		lifecycle_begin_again();
	change_end();
}

bool by_program_begin(const struct walk_start *caller)
{
	if (loaded_is_late())
		return false;
	waiting_end();
	/* The end of the wait, or a forked child that has not noticed yet that it is one. */
	if (!guard.sp && lifecycle_enter(caller))
		guard_leave();
	if (!recorder.is_recording)
		begin_again(caller);
	return is_recorded();
}

bool by_program_end(const struct walk_start *caller)
{
	uint64_t waited_ns = 0;

	if (loaded_is_late() || !is_recorded() || !change_begin(caller))
		return false;
	if (!recorder.is_recording) {
		change_end();
		return false;
	}
	lifecycle_halt();
	while (lifecycle_inside() && waited_ns < QUIET_LATE_NS) {
		system_sleep_ns(QUIET_TURN_NS);
		waited_ns += QUIET_TURN_NS;
	}
	go_heap_record(clock_after());
	lifecycle_end();
	change_end();
	return true;
}

bool by_program_snapshot(void)
{
	bool is_held, is_read;

	if (!is_recorded() ||
	    !hold_take_also((uintptr_t)__builtin_frame_address(0), &is_held))
		return false;
	is_read = ring.header->policy == RING_FLIGHT &&
	          ring_reader_is_alive(ring.header, system_time_ns(CLOCK_MONOTONIC));
	if (is_read)
		atomic_fetch_add_explicit((_Atomic uint32_t *)&ring.header->snapshots, 1,
		                          memory_order_relaxed);
	hold_give_also(is_held);
	return is_read;
}

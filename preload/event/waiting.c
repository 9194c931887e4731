/* event/waiting.c - waits for a time, a phase, or the program's own call. */
#include "event/waiting.h"

#include <stdatomic.h>

#include "event/sentinel.h"
#include "stack/thread_state.h"
#include "system/clock.h"
#include "system/system.h"

#define LOOK_TICKS (UINT64_C(1) << 20) /* a third of a millisecond, or more */

static uint64_t begun_ns, due_ns; /* CLOCK_MONOTONIC; due_ns 0: at no time */
static char phase[SETTINGS_PHASE_BYTES];
static _Atomic uint64_t look_ticks; /* when to ask the kernel for the time again */
static _Atomic bool is_over;
static uint32_t pid;

bool waiting_begin(const struct settings *settings)
{
	begun_ns = system_time_ns(CLOCK_MONOTONIC);
	pid = system_pid();
	if (!settings->start_ns && !settings->start_phase[0])
		return false;
	due_ns = settings->start_ns;
	memcpy(phase, settings->start_phase, sizeof(phase));
	return !due_ns || begun_ns < due_ns;
}

void waiting_end(void)
{
	atomic_store_explicit(&is_over, true, memory_order_release);
}

bool waiting_is_over(void)
{
	uint64_t now_ticks;

	if (atomic_load_explicit(&is_over, memory_order_acquire))
		return true;
	if (!due_ns)
		return false;
	now_ticks = clock_ticks();
	if (now_ticks < atomic_load_explicit(&look_ticks, memory_order_relaxed))
		return false;
	atomic_store_explicit(&look_ticks, now_ticks + LOOK_TICKS, memory_order_relaxed);
	return system_time_ns(CLOCK_MONOTONIC) >= due_ns;
}

void waiting_see_phase(const char *name)
{
	size_t i = 0;

	if (!phase[0] || !name)
		return;
	while (phase[i] && phase[i] == name[i])
		i++;
	if (!phase[i] && !name[i])
		waiting_end();
}

void waiting_forked(void)
{
	pid = system_pid();
}

bool waiting_is_child(void)
{
	return system_pid() != pid;
}

bool waiting_is_own_memory(void)
{
	return !waiting_is_child() || sentinel_is_own_memory();
}

bool waiting_is_here(const struct settings *settings, uint64_t *age_ns)
{
	uint32_t now_pid = system_pid();

	*age_ns = system_time_ns(CLOCK_MONOTONIC) - begun_ns;
	if (now_pid == pid)
		return true;
	if (!sentinel_is_own_memory() ||
	    (settings->root_pid && settings->root_pid != now_pid) || !sentinel_renew())
		return false;
	thread_state_forked_unrecorded(); /* the threads are its parent's */
	pid = now_pid;
	return true;
}

/* event/hold.c - takes the guard, or counts the thread. */
#include "event/hold.h"

#include <stdatomic.h>

#include "event/sentinel.h"
#include "system/guard.h"
#include "system/recorder.h"
#include "system/system.h"

static _Atomic uint32_t stateless;

static bool is_recorded(void)
{
	return recorder.is_recording &&
	       (likely(*recorder.sentinel != 0) || !sentinel_is_forked());
}

/* It may be counted already: a signal handler has jumped out of what it was counted for. */
void hold_stateless(void)
{
	if (guard.flags & GUARD_COUNTED)
		return;
	atomic_fetch_add(&stateless, 1);
	guard.flags |= GUARD_COUNTED;
	guard_barrier();
}

void hold_give_stateless(void)
{
	if (!(guard.flags & GUARD_COUNTED))
		return;
	guard_barrier();
	guard.flags &= ~(uint32_t)GUARD_COUNTED;
	atomic_fetch_sub(&stateless, 1);
}

uint32_t hold_count(void)
{
	return atomic_load(&stateless);
}

void hold_forked(void)
{
	guard.flags &= ~(uint32_t)GUARD_COUNTED;
	atomic_store(&stateless, 0);
}

/* In this order: whoever ends the recording then waits for this thread. */
bool hold_take(uintptr_t slot)
{
	if (!is_recorded() || !guard_take(slot))
		return false;
	if (!guard.state)
		hold_stateless();
	if (recorder.is_recording)
		return true;
	hold_give();
	return false;
}

void hold_give(void)
{
	hold_give_stateless();
	guard_leave();
}

bool hold_take_also(uintptr_t slot, bool *held)
{
	*held = guard.sp == 0;
	return *held ? hold_take(slot) : is_recorded();
}

void hold_give_also(bool held)
{
	if (held)
		hold_give();
}

/*
 * event/lifecycle.h - when recording begins, and what becomes of it in forked children.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_LIFECYCLE_H
#define OUTLIVE_PRELOAD_EVENT_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "system/guard.h"
#include "stack/walk.h"
#include "system/system.h"

bool lifecycle_is_forked_cold(void);

/*
 * True in a forked child that knows nothing yet: what it has is its parent's. Only while
 * recorder.is_recording.
 */
static inline bool lifecycle_is_forked(void)
{
	return unlikely(!*recorder.sentinel) && lifecycle_is_forked_cold();
}

bool lifecycle_enter_cold(const struct walk_start *caller);

/* In a forked child, guard held: a ring of its own. False: none is to be had. */
bool lifecycle_forked(void);

/* A library is about to be loaded: its file, before it can go. */
void lifecycle_offer(const char *file);

/* Whether a program that this process starts now would find its way to a ring. */
bool lifecycle_is_followed(void);

/* No more is recorded in this process, nor in its children by fork(). */
void lifecycle_stop(void);

/*
 * The way into an interposed call: true if the call is to be recorded; the guard is held
 * then, and guard_leave() must follow. False: forward the call and no more. `caller`
 * is the interposed function's.
 */
static inline bool lifecycle_enter(const struct walk_start *caller)
{
	if (unlikely(!recorder.is_recording || guard.sp))
		return lifecycle_enter_cold(caller);
	guard.sp = caller->slot;
	guard_barrier();
	if (lifecycle_is_forked())
		return lifecycle_forked();
	return true;
}

/* Where the caller of the function this stands in goes on. */
#define CALLER()                                                  \
	((struct walk_start){                                         \
		.slot = (uintptr_t)ARCH_CALLER_SLOT(),                    \
		.return_address = (uintptr_t)__builtin_return_address(0), \
		.fp = ARCH_CALLER_FP(),                                   \
	})

#endif

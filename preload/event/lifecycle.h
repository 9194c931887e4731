/*
 * event/lifecycle.h - when recording begins, and how it continues in forked children.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_LIFECYCLE_H
#define OUTLIVE_PRELOAD_EVENT_LIFECYCLE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/hold.h"
#include "event/nesting.h"
#include "event/sentinel.h"
#include "system/guard.h"
#include "system/settings.h"
#include "stack/walk.h"
#include "system/system.h"

/*
 * Whether this is a forked child that has not noticed it yet: its state is its parent's. Call
 * only while recorder.is_recording.
 */
static inline bool lifecycle_is_forked(void)
{
	return unlikely(!*recorder.sentinel) && sentinel_is_forked();
}

/*
 * Whether this process is recorded, as it is. The recording may end at any moment, unless the
 * guard is held. Not in a child of vfork(), nor in a forked child that has not noticed it yet.
 */
static inline bool lifecycle_is_here(void)
{
	return recorder.is_recording && !lifecycle_is_forked() &&
	       system_pid() == recorder.pid;
}

/*
 * Enter a hook, or hold the recording without an event: see event/hold.h. *held is what
 * hold_give_also() needs. A forked child notices that it is one. False: it is not recorded.
 */
bool lifecycle_enter_or_hold(const struct walk_start *caller, bool *held);

/*
 * Call where the guard is held. If a signal handler has jumped out of the call that took it, give
 * up what that call was at, and give the guard back. False: that call may still go on.
 */
bool lifecycle_give_stale(const struct walk_start *caller);

bool lifecycle_enter_cold(const struct walk_start *caller);

/*
 * Call with the guard taken by this call, where recorder.sentinel is not what the thread knows:
 * nothing is recorded, or this is the thread's first event of a recording, or a forked child.
 * False: do not record the call, and the guard is given back.
 */
bool lifecycle_join(const struct walk_start *caller);

/* Call in a forked child, with the guard held: gets a ring of its own. False: there is none. */
bool lifecycle_forked(void);

/* Send the file of a library that is about to be loaded, before it may be removed. */
void lifecycle_offer(const char *file);

/* Whether a program that this process starts now could get a ring. */
bool lifecycle_is_followed(void);

/* Record the end of the process, which is near. Its signals or its destructors may still run. */
void lifecycle_finish(void);

/*
 * Call function() when a Go program ends itself, with where runtime.exit was called from and its
 * status: on a stack with room, with all signals blocked.
 */
typedef void lifecycle_end_function(const struct walk_start *caller, int status);
void lifecycle_call_at_go_end(lifecycle_end_function *function);

/* Stop recording in this process and its children by fork(). */
void lifecycle_stop(void);

/* Whether the process is to be recorded later: see event/waiting.h. */
bool lifecycle_is_waiting(void);

/*
 * Recordings of a process that was attached to: any number, one after the other. Call from the
 * service thread, with its guard held, while no object can be unloaded.
 *
 * Begin one; no hook is reached yet. No thread may still be in a hook from the one before.
 * False: there is no ring, or no memory for one.
 */
bool lifecycle_begin(const struct settings *wanted);

/*
 * Begin another recording of a process that was recorded from its start, by the same settings.
 * Call with the guard held, after lifecycle_end(). False: as above, or the process is not to be
 * recorded, or a thread is still in a hook from the one before.
 */
bool lifecycle_begin_again(void);

/* From now on, hooks that are entered only call the real function. */
void lifecycle_halt(void);

/* How many threads are still in a hook that they entered before. */
uint32_t lifecycle_inside(void);

/*
 * Call when no thread is in a hook any more, or none will leave it: writes the end of the
 * recording, and lets go of the ring's file. Its memory stays until the next begin, without
 * content: a thread that comes late writes into nothing.
 */
void lifecycle_end(void);

/*
 * Enter a hook. True: record the call. The guard is held, and guard_leave() must follow. False:
 * only call the real function. `caller` is the caller of the hook.
 */
static inline bool lifecycle_enter(const struct walk_start *caller)
{
	if (unlikely(!guard_take(caller->slot)))
		return lifecycle_enter_cold(caller);
	/* In this order: whoever ends a recording then counts the threads in a hook. */
	if (unlikely(*recorder.sentinel != guard.session))
		return lifecycle_join(caller);
	return true;
}

/*
 * Enter a hook whose function an allocator calls, too: mmap() inside malloc(). Such a call is
 * recorded inside the call that holds the guard; *held is what lifecycle_leave_also() restores.
 */
bool lifecycle_enter_inside(const struct walk_start *caller, uintptr_t *held);

static inline bool lifecycle_enter_also(const struct walk_start *caller,
                                        uintptr_t *held)
{
	*held = 0;
	return unlikely(guard.sp) ? lifecycle_enter_inside(caller, held)
	                          : lifecycle_enter(caller);
}

static inline void lifecycle_leave_also(uintptr_t held)
{
	guard_barrier();
	guard.sp = held;
}

/*
 * Before a longjmp to the stack pointer `target`: if it leaves the call that holds the guard, give
 * the guard back.
 */
void lifecycle_jumps_inside(const struct walk_start *caller, uintptr_t target);

static inline void lifecycle_jumps(const struct walk_start *caller, uintptr_t target)
{
	if (unlikely(guard.sp))
		lifecycle_jumps_inside(caller, target);
}

/* The caller of the function that uses this, and where it continues. */
#define CALLER()                                                  \
	((struct walk_start){                                         \
		.slot = (uintptr_t)ARCH_CALLER_SLOT(),                    \
		.return_address = (uintptr_t)__builtin_return_address(0), \
		.fp = ARCH_CALLER_FP(),                                   \
	})

#endif

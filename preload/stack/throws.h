/*
 * stack/throws.h - the exceptions that are in flight through a thread's frames.
 *
 * There may be several: a cleanup that one of them runs may throw another, and catch it. What
 * holds for the outer exception must still hold then.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THROWS_H
#define OUTLIVE_PRELOAD_STACK_THROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/frames.h"
#include "stack/thread_state.h"

/*
 * `exception` is thrown (NULL: one that lands nowhere), from the stack of `walk`. `is_written`: an
 * event has brought the thread's frames up to date; if it was lost, they are those of an older
 * one, and only the kept ones stand. `patch_none`: not every frame that could have a stub has one,
 * so none may get one before the exception lands.
 */
void throws_begin(struct thread_state *state, const void *exception,
                  const struct walk_result *walk, bool is_written, bool patch_none);

/* Put no stub at `slot` or further out until the stack has returned to there. */
void throws_limit(struct thread_state *state, uintptr_t slot);

/*
 * `exception` has arrived in a frame: frames that vanish from now on vanish because of it.
 * False: it is not known to be in flight, or the event of its throw was lost.
 */
bool throws_arrive(struct thread_state *state, const void *exception);

/* `exception` is caught, or was caught long ago, if it is known at all. */
void throws_end(struct thread_state *state, const void *exception);

/*
 * Call when an event is about to change the thread's frames. Frames that a throw passed have
 * not returned. So if a frame that stood at the throw has returned, the exception was caught by
 * code that no hook saw.
 */
void throws_follow(struct thread_state *state, const struct walk_result *walk);

/* An exception is thrown without throws_begin(). */
void throws_miss(struct thread_state *state);

/*
 * Whether `exception`, which is in flight, was certainly thrown before the thread took part in the
 * recording: all that were thrown since are known.
 */
bool throws_is_older(const struct thread_state *state, const void *exception);

/* A longjmp lands at `sp`: exceptions whose cleanup it leaves are over. */
void throws_jump(struct thread_state *state, uintptr_t sp);

#endif

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
 * `exception` is thrown (NULL: one that lands nowhere), from the stack of the thread's last
 * event. `is_written`: there was such an event. `patch_none`: not every frame that could have a
 * stub has one, so none may get one before the exception lands.
 */
void throws_begin(struct thread_state *state, const void *exception, bool is_written,
                  bool patch_none);

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

/* A longjmp lands at `sp`: exceptions whose cleanup it leaves are over. */
void throws_jump(struct thread_state *state, uintptr_t sp);

#endif

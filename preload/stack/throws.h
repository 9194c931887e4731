/*
 * stack/throws.h - the exceptions that are on their way through a thread's frames.
 *
 * There may be several: a cleanup that one of them runs may throw another, and catch it.
 * What holds for the outer one must go on holding then.
 */
#ifndef OUTLIVE_PRELOAD_STACK_THROWS_H
#define OUTLIVE_PRELOAD_STACK_THROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/frames.h"
#include "stack/thread_state.h"

/*
 * `exception` (NULL: one that lands nowhere) sets out from the stack that the thread's last
 * event saw. `is_written`: there was one. `patch_none`: not every frame that could carry a
 * stub does, so none may get one before it lands.
 */
void throws_begin(struct thread_state *state, const void *exception, bool is_written,
                  bool patch_none);

/* No stub at `slot` or further out, until the stack is back out there. */
void throws_limit(struct thread_state *state, uintptr_t slot);

/*
 * `exception` has come to a frame: what vanishes from here on vanishes because of it. False
 * if it is not known to be on its way, or the event of its throw was lost.
 */
bool throws_arrive(struct thread_state *state, const void *exception);

/* `exception` is caught, or was long ago, if it is known at all. */
void throws_end(struct thread_state *state, const void *exception);

/*
 * An event is about to change the thread's frames. What a throw passed has not returned: if
 * a frame that stood at the time of a throw has, then it was caught by somebody who did not
 * say so.
 */
void throws_follow(struct thread_state *state, const struct walk_result *walk);

/* A longjmp lands at `sp`: those whose cleanup it leaves are over. */
void throws_jump(struct thread_state *state, uintptr_t sp);

#endif

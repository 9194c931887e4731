/*
 * stack/goroutine_walk.h - the steps of a walk between the stack of a thread and that of the
 * goroutine that it runs.
 *
 * Go calls C on the thread's own stack, and leaves its own frames on the goroutine's. That one
 * may be moved while Go code runs, and another thread may run the goroutine later. So a frame of
 * Go code has no slot: its walk_frame has a key, which no address can be, of how deep it is on
 * the goroutine's stack; its `fp` is the goroutine's number. Such a frame is compared, and a key
 * is never dereferenced.
 *
 * A call into C is another matter. Go counts the calls of each thread (an m). The frame into
 * which C returns has a key of that number, and its slot as `fp`. As long as the number is the
 * same, and the slot is, it is the same call, and all that is further out waits for it. The
 * number stays when a call has returned. If the last call was one further in, none was made
 * since; so what stands in the slot of the outer one is the outer one.
 */
#ifndef OUTLIVE_PRELOAD_STACK_GOROUTINE_WALK_H
#define OUTLIVE_PRELOAD_STACK_GOROUTINE_WALK_H

#include "modules/frame_rule.h"
#include "stack/frame_array.h"
#include "stack/walk_end.h"

/*
 * The walk is in a frame with rule CFI_SWITCH: go on where the stack does. Returns the slot of
 * the next return address; 0: the end, or walk->cut.
 */
uintptr_t goroutine_walk_switch(struct walk *walk, frame_rule rule);

/*
 * On a goroutine's stack: whether the frame at `slot` and all further out are as at the last
 * event.
 */
bool goroutine_walk_meets(struct walk *walk, uintptr_t slot, uintptr_t return_address);

/*
 * For a short walk that comes to a return address into Go, at `slot`: whether that is where the
 * last event's innermost call into C returns, which goes on. *keep: how many frames stand.
 * `pushed`: frames that the walk has found.
 */
bool goroutine_walk_short(const struct thread_state *state, uintptr_t slot,
                          uintptr_t return_address, uint32_t pushed, uint32_t *keep);

/* The key of a frame on the stack of the goroutine that the walk is on. */
static inline uintptr_t goroutine_walk_key(const struct walk *walk, uintptr_t slot)
{
	return FRAME_KEY | (FRAME_DEPTHS - (walk->state->goroutine.high - slot));
}

#endif

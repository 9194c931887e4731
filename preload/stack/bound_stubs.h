/*
 * stack/bound_stubs.h - stubs that stay with one return address for ever; stack/stub_pool.h says
 * why there are such.
 */
#ifndef OUTLIVE_PRELOAD_STACK_BOUND_STUBS_H
#define OUTLIVE_PRELOAD_STACK_BOUND_STUBS_H

#include "stack/thread_state.h"

static inline stub_id bound_first(const uint64_t *list)
{
	return (stub_id)(*list & BOUND_STUB_MASK);
}

/* Remember that parts of the stack are copied away and back: no stub is reused, see stub_pool.h. */
void bound_set_copies(void);

/* Bind the stub to its return address. False: nothing was changed. */
bool bound_put(struct thread_state *state, stub_id stub);

/* Take a stub that is bound to the return address; 0: none is free. */
stub_id bound_take(struct thread_state *state, uintptr_t return_address);

/* Use a larger table if the slots of return addresses are too often taken by others. */
void bound_usual_grow(struct thread_state *state);

/* Whether the frame may have a bound stub: it can be believed, and there is a list for it. */
bool bound_is_allowed(struct thread_state *state, const struct walk_frame *frame);

#endif

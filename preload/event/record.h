/*
 * event/record.h - one call of the allocator into one event.
 *
 * (a) errno is preserved: nothing here touches it.
 * (b) A free is stamped before the real free, an alloc after the real alloc, a realloc
 *     both: timestamps alone order the reuse of an address across threads.
 * (c) Module definitions are written before the first event that needs them.
 * (d) An event is committed by one release store, after its bytes.
 *
 * Call with the guard held.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_RECORD_H
#define OUTLIVE_PRELOAD_EVENT_RECORD_H

#include <stdint.h>

#include "system/clock.h"
#include "event/depth.h"
#include "stack/walk.h"

/* After an alloc. `address` 0: it failed. */
void record_alloc(const struct walk_start *caller, enum event_op op, void *address,
                  uint64_t size_bytes, uint8_t alignment_log2);

/* Before a free; or after it, if `time` in quanta was taken before. 0: now. */
void record_free(const struct walk_start *caller, void *address, uint64_t time);

/* After a realloc that began at `time_begin`, quanta. */
void record_realloc(const struct walk_start *caller, void *old_address, void *address,
                    uint64_t size_bytes, uint64_t time_begin);

/*
 * The stack as it is now. False: it could not be written down, and the thread's frames are
 * those of its last event.
 */
bool record_stack(const struct walk_start *caller);

/*
 * Before a throw: stubs in all of the stack that can have them, so that none appears
 * between the unwinder's two looks at a frame.
 */
void record_throw(const struct walk_start *caller, const void *exception);

/*
 * The thread is about to die of `fault`, where `at` says (see stack_walk_interrupted()).
 * `mapping` of its own stack, if it was on that, or off its end; else NULL. `inner_slot`:
 * the innermost frames, up to the call whose return address lies there, are the recorder's
 * and left out; 0: none are.
 */
void record_fault(const struct walk_start *at, const struct fault *fault,
                  const struct stack_mapping *mapping, uintptr_t inner_slot);

/* The same where there is no room for a walk: the stack is left as it was. */
void record_fault_only(const struct fault *fault);

/* The calling thread's end, or the process's; the guard is held. */
void record_thread_end(struct thread_state *state);

#endif

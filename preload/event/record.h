/*
 * event/record.h - records one call of the allocator as one event.
 *
 * (a) errno is preserved: nothing here touches it.
 * (b) A free is stamped before the real free, an allocation after the real one, a realloc
 *     both: timestamps alone order the reuse of an address across threads. See also
 *     clock_after_alloc().
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
#include "event/mapping.h"
#include "stack/walk.h"

/* Call after an allocation. `address` 0: it failed. */
void record_alloc(const struct walk_start *caller, enum event_op op, void *address,
                  uint64_t size_bytes, uint8_t alignment_log2);

/* Call before a free (`time` 0: now), or after it with the `time`, in quanta, from before. */
void record_free(const struct walk_start *caller, void *address, uint64_t time);

/*
 * Call after a realloc that began at `time_begin`, in quanta. The thread must have had a state
 * before it, if there was memory for one: a realloc may free.
 */
void record_realloc(const struct walk_start *caller, void *old_address, void *address,
                    uint64_t size_bytes, uint64_t time_begin);

/*
 * Record the stack as it is now. False: it could not be written, and the thread's frames are
 * those of its last event.
 */
bool record_stack(const struct walk_start *caller);

/*
 * Record a call that has mapped or unmapped memory. `time`, in quanta: from before the call; 0:
 * now.
 */
void record_mapping(const struct walk_start *caller, const struct mapping *mapping,
                    uint64_t time);

/*
 * Call before a throw: sets stubs in all frames that can have one, so that none appears between
 * the unwinder's two phases.
 */
void record_throw(const struct walk_start *caller, const void *exception);

/*
 * Record that the thread is about to die of `fault`, at the frame `at` (see
 * stack_walk_interrupted()). `mapping`: of the thread's own stack, if the thread was on it or
 * past its end; else NULL. `inner_slot`: the innermost frames, up to the call whose return
 * address is there, are the recorder's and are left out; 0: none are.
 */
void record_fault(const struct walk_start *at, const struct fault *fault,
                  const struct stack_mapping *mapping, uintptr_t inner_slot);

/* The same if there is no room for a walk: the recorded stack stays as it was. */
void record_fault_only(const struct fault *fault);

/* Record the end of the calling thread, or of the process. */
void record_thread_end(struct thread_state *state);

#endif

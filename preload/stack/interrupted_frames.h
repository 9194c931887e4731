/*
 * stack/interrupted_frames.h - which frames that a signal interrupted may have stubs.
 */
#ifndef OUTLIVE_PRELOAD_STACK_INTERRUPTED_FRAMES_H
#define OUTLIVE_PRELOAD_STACK_INTERRUPTED_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/thread_state.h"

/*
 * Whether a stub may be put at `slot`, on the thread's own stack beyond a signal frame.
 * `return_address` should be there. `flags`: those of a frame that is at a call. `owner`: the
 * next frame further in, whose function returns through the slot.
 */
bool interrupted_slot_is_patchable(const struct walk_frame *owner, uintptr_t slot,
                                   uintptr_t return_address, uint16_t flags);

#endif

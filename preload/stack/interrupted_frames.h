/*
 * stack/interrupted_frames.h - which frames that a signal interrupted may have stubs.
 */
#ifndef OUTLIVE_PRELOAD_STACK_INTERRUPTED_FRAMES_H
#define OUTLIVE_PRELOAD_STACK_INTERRUPTED_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "stack/thread_state.h"

/*
 * True if a stub may stand at `slot`, on the thread's own stack, which lies beyond a signal
 * frame. There `return_address` should lie; `flags` are what a frame would have that is at a
 * call. `owner`: the frame further in, of the function that returns by the slot.
 */
bool interrupted_slot_is_patchable(const struct walk_frame *owner, uintptr_t slot,
                                   uintptr_t return_address, uint16_t flags);

#endif

/*
 * interrupted_frames.h - which frames that a signal interrupted may have stubs. Layer 6.
 */
#ifndef OUTLIVE_INTERRUPTED_FRAMES_H
#define OUTLIVE_INTERRUPTED_FRAMES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if a stub may stand at `slot`, on the thread's own stack, which lies beyond a signal
 * frame. There `return_address` should lie, at which a stub may stand by its rule. `owner`: an
 * address of the function that returns by the slot; `is_calling`: that is at a call, and not
 * the very one that was interrupted.
 */
bool interrupted_slot_is_patchable(uintptr_t slot, uintptr_t return_address,
                                   uintptr_t owner, bool is_calling);

#endif

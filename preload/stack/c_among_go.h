/*
 * stack/c_among_go.h - steps of a walk out of C functions that Go's own linker has put among Go's
 * code, without call frame information.
 */
#ifndef OUTLIVE_PRELOAD_STACK_C_AMONG_GO_H
#define OUTLIVE_PRELOAD_STACK_C_AMONG_GO_H

#include "modules/frame_rule.h"
#include "stack/walk_end.h"

/*
 * Leave such a function, on the thread's own stack. Its code says how large its frame is. That is
 * believed only if it leads exactly to where the C that runs was called: the runtime shows where
 * that is. Returns the slot of the next return address; 0: the end, or walk->cut.
 */
uintptr_t c_among_go_step(struct walk *walk, const struct go_runtime *runtime,
                          frame_rule rule);

#endif

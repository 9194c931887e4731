/*
 * stack/signal_frame.h - whether a signal handler runs between two frames of one stack.
 */
#ifndef OUTLIVE_PRELOAD_STACK_SIGNAL_FRAME_H
#define OUTLIVE_PRELOAD_STACK_SIGNAL_FRAME_H

#include <stdbool.h>
#include <stdint.h>

/*
 * False is certain: the kernel has pushed no frame of a handler between `low` and `high`, two
 * addresses on the calling thread's stack. True may come from a handler that has ended, and
 * whose frame was not overwritten. Reads every word in between.
 */
bool signal_frame_between(uintptr_t low, uintptr_t high);

#endif

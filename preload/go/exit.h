/*
 * go/exit.h - a Go program ends by a system call of its own: no destructor runs, and no function
 * of libc is called. So the code of runtime.exit is replaced before it can run.
 */
#ifndef OUTLIVE_PRELOAD_GO_EXIT_H
#define OUTLIVE_PRELOAD_GO_EXIT_H

#include "go/runtime.h"

/*
 * Call at the start, for the program itself: then its end calls run(), once, on a stack of its
 * own, which must end the process. The code is written by /proc/self/mem, so that it is
 * never writable; where that is refused, or the code is not as expected, nothing is changed.
 */
void go_exit_catch(const struct go_runtime *runtime, go_exit_function *run);

#endif

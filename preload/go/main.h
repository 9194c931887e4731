/*
 * go/main.h - a Go program begins with the init functions of its packages; its main.main is called
 * after them. The runtime reads the address of main.main from a word in the program's read-only
 * data, for this one call. So that word is replaced before it is read, and put back when it was.
 */
#ifndef OUTLIVE_PRELOAD_GO_MAIN_H
#define OUTLIVE_PRELOAD_GO_MAIN_H

#include "go/runtime.h"

/*
 * Call at the start, for the program itself: then run() is called once, when main.main begins, on
 * a stack of its own, by the thread that is about to run main.main. Where the code is not as
 * expected, or /proc/self/mem cannot be written, nothing is changed.
 */
void go_main_catch(const struct go_runtime *runtime, void (*run)(void));

/*
 * Whether `main`, the function that libc was given to begin the program with, begins Go's
 * runtime, and run() will be called.
 */
bool go_main_is_caught(uintptr_t main);

#endif

/*
 * verdict/libc_frames.h - what the C library runs a program with: the functions that call main(),
 * and what was registered for the end. A stripped C library has no names for most of them: then
 * who calls them, and whom they call, tells which they are.
 */
#ifndef OUTLIVE_VERDICT_LIBC_FRAMES_H
#define OUTLIVE_VERDICT_LIBC_FRAMES_H

#include "verdict/function_table.h"

/* Set calls_main and runs_exit of the functions. */
void libc_frames_find(struct function_table *table, const struct profile *profile);

#endif

/*
 * modules/code_map.h - whether code can lie at an address outside every module.
 *
 * What a walk finds in the place of a return address may be anything: a canary, a pointer,
 * what is left of an older frame. A module's call frame information proves the most of them
 * to be code; this is for the others, the code that a compiler makes at run time among them.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CODE_MAP_H
#define OUTLIVE_PRELOAD_MODULES_CODE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * True if `address` lies in a mapping that is executable, or was when /proc/self/maps was
 * last read. It is read again where the address is not known, but so seldom that it takes
 * a fiftieth of the time at most: code that was made a moment ago may be denied.
 */
bool code_map_holds(uintptr_t address);

/* A signal handler jumped out of the recorder: what the thread was at is given up. */
void code_map_abandon(void);

/* In a forked child: the thread that was at it is gone. */
void code_map_forked(void);

#endif

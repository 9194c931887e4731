/*
 * modules/code_map.h - whether an address outside every module may be code.
 *
 * The word that a walk reads as a return address may be anything: a canary, a pointer, a
 * leftover of an older frame. Call frame information of modules proves that most of the
 * addresses are code. This map is for the others, such as code that a compiler makes at run
 * time.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CODE_MAP_H
#define OUTLIVE_PRELOAD_MODULES_CODE_MAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether `address` is in a mapping that is executable, or was when /proc/self/maps was last
 * read. For an unknown address the file is read again, but in at most a fiftieth of the time.
 * So code that was made a moment ago may be missed.
 */
bool code_map_holds(uintptr_t address);

/* Call after a signal handler has jumped out of the recorder: abandons this thread's scan. */
void code_map_abandon(void);

/* Call in a forked child: abandons the scan of a thread that the child does not have. */
void code_map_forked(void);

#endif

/*
 * self/memory.h - the process's memory as a whole, and where its threads have their
 * stacks, written into the ring.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MEMORY_H
#define OUTLIVE_PRELOAD_SELF_MEMORY_H

#include <stdint.h>

#include "trace_format.h"

/*
 * Fill *memory, all but its header's bytes, by two small files of /proc: some ten
 * microseconds, whatever the process's size. What cannot be read is 0.
 */
void memory_look(struct memory_definition *memory, uint64_t time,
                 enum maps_reason reason);

/*
 * Write them, between definitions_enter() and definitions_leave(). How many bytes of the
 * ring it took; 0: there was no room, which is counted.
 */
uint32_t memory_note(const struct memory_definition *memory);

/* Of the calling thread and others, at most `threads_max`; some three microseconds each. */
#define STACKS_NOTED_MAX 200
uint32_t stacks_note(uint64_t time, enum maps_reason reason, uint32_t threads_max);

#endif

/*
 * self/memory.h - the process's memory as a whole, and where its threads' stacks are, written
 * into the ring.
 */
#ifndef OUTLIVE_PRELOAD_SELF_MEMORY_H
#define OUTLIVE_PRELOAD_SELF_MEMORY_H

#include <stdint.h>

#include "record_format.h"

/*
 * Fill *memory, except its header's bytes, from two small files of /proc: about ten
 * microseconds, whatever the size of the process. What cannot be read is 0.
 */
void memory_read(struct memory_definition *memory, uint64_t time,
                 enum maps_reason reason);

/*
 * Write *memory, between definitions_enter() and definitions_leave(). Returns the bytes of the
 * ring that it took; 0: there was no room, which is counted.
 */
uint32_t memory_record(const struct memory_definition *memory);

/*
 * Write the stacks of the calling thread and of others, at most `threads_max`: about three
 * microseconds each.
 */
#define STACKS_RECORDED_MAX 200
uint32_t stacks_record(uint64_t time, enum maps_reason reason, uint32_t threads_max);

#endif

/*
 * self/heap.h - which pages of libc's heap are in memory, written into the ring.
 */
#ifndef OUTLIVE_PRELOAD_SELF_HEAP_H
#define OUTLIVE_PRELOAD_SELF_HEAP_H

#include <stdint.h>

/*
 * Write the pages of [heap] and of glibc's arenas as they are now; `time`, in quanta, is that of
 * the exit phase. Takes its time from the budget of maps_record(), by system calls only, and
 * gives up when that is used up: then no record has is_last. Writes nothing where system calls are
 * filtered.
 */
void heap_record(uint64_t time);

#endif

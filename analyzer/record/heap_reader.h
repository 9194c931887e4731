/*
 * record/heap_reader.h - reads which pages of libc's heap are in memory, from outside.
 */
#ifndef OUTLIVE_RECORD_HEAP_READER_H
#define OUTLIVE_RECORD_HEAP_READER_H

#include "record/queue.h"
#include "segments/segment.h"

#include <stdint.h>

/*
 * Make the packet of a BLOCK_HEAP for a process whose mappings have just been read; `pagemap` is
 * the descriptor of its /proc/PID/pagemap. *pages: how many pages of the heap are in memory.
 * NULL: it has no such heap, it cannot be read, or memory is out.
 */
struct segment_packet *heap_packet_read(const struct segments *segments, int pagemap,
                                        uint32_t process, uint64_t *pages);

#endif

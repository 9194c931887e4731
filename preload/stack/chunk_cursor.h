/*
 * stack/chunk_cursor.h - where a thread writes its events.
 */
#ifndef OUTLIVE_PRELOAD_STACK_CHUNK_CURSOR_H
#define OUTLIVE_PRELOAD_STACK_CHUNK_CURSOR_H

#include <stdint.h>

struct chunk_header;

struct chunk_cursor {
	struct chunk_header *chunk; /* NULL: take one first */
	uint32_t used;              /* offset of the next byte in the chunk */
	uint32_t used_limit;        /* beyond it, no event is written in the short way */
	uint32_t depth_at;          /* beyond it, a DEPTH record is due */
	uint32_t chunk_events;      /* committed in the chunk, by any thread */
	uint64_t events;            /* committed by this thread */
};

#endif

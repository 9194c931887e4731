/*
 * trace/chunk_list.h - where the chunks of one process are. Takes a few dozen bytes for each
 * chunk; the chunks themselves stay in their file.
 */
#ifndef OUTLIVE_TRACE_CHUNK_LIST_H
#define OUTLIVE_TRACE_CHUNK_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct chunk_entry {
	uint64_t ticket, time_first; /* as in chunk_header */
	uint64_t offset;       /* in a trace: of the payload; in a ring: of the chunk */
	uint64_t stored_bytes; /* in the file; in a trace they are compressed */
	uint32_t used_bytes;   /* of the chunk, including its header */
	uint32_t events;
	uint32_t source;     /* index of the reader's files */
	uint32_t ring_chunk; /* in a ring: the chunk's number */
	bool is_in_ring;
	bool is_open; /* in a ring: its writer is not done with it */
};

struct chunk_list {
	struct chunk_entry *entries;
	size_t count, capacity;
};

/* 0, or -1 when memory is out. */
int chunk_list_add(struct chunk_list *list, const struct chunk_entry *entry);

/*
 * Sort by ticket and keep one entry for each ticket, the one with the most bytes: a chunk may
 * have been copied twice, the second time with more in it.
 */
void chunk_list_unique(struct chunk_list *list);

/* Sort by (time_first, ticket), the order in which a merge opens the chunks. */
void chunk_list_sort_by_time(struct chunk_list *list);

void chunk_list_release(struct chunk_list *list);

#endif

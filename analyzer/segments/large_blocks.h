/*
 * segments/large_blocks.h - the large blocks that are live, in the order of their addresses, and how
 * much of a mapping they take.
 *
 * malloc maps large blocks one by one, and the kernel joins such a mapping with what lies
 * beside it: who reads /proc/PID/smaps sees one mapping of two owners. Nothing is sorted
 * until somebody asks: births and ends are gathered and merged in.
 */
#ifndef OUTLIVE_SEGMENTS_LARGE_BLOCKS_H
#define OUTLIVE_SEGMENTS_LARGE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* malloc maps none smaller by itself; a program may tell it to, or shrink one later. */
#define LARGE_BLOCK_BYTES (UINT64_C(64) << 10)

/* A mapping that large blocks may lie in, beside what else there is. */
struct large_span {
	uint64_t start, end, rss;
	uint64_t block_bytes; /* whole pages of live blocks; unknown until it is asked */
	uint32_t segment;     /* enum segment: what the mapping was taken for */
	uint32_t tid;         /* whose stack it was taken for; 0: no thread's */
	bool is_malloc;       /* all of it is another malloc's; set afterwards */
};
struct large_spans {
	struct large_span *spans; /* by address; none lies over another */
	size_t count;
};

struct large_block {
	uint64_t address, size; /* size 0: it is no more */
	uint64_t order;         /* of what happened */
};
/* Zeroed is empty. */
struct live_large {
	struct large_block *blocks, *changes;
	size_t count, change_count, change_room;
	bool is_failed; /* memory was out: nothing of it is true any more */
};
void live_large_release(struct live_large *large);

/* From now on a block of `size` bytes lives at the address; 0: none does. */
void live_large_set(struct live_large *large, uint64_t address, uint64_t size);

/* The pages that a block takes, with malloc's header. *end > the result. */
uint64_t large_block_pages(uint64_t address, uint64_t size, uint64_t *end);

/* Find the block_bytes of all spans. */
void live_large_measure(struct live_large *large, const struct large_spans *spans);

#endif

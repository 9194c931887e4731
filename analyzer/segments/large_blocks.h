/*
 * segments/large_blocks.h - the large blocks that are live, by address, and how much of a
 * mapping they take.
 *
 * malloc maps each large block by itself, and the kernel joins such a mapping with its
 * neighbours: /proc/PID/smaps shows one mapping that has two owners. Births and ends of blocks
 * are gathered; they are sorted only when a mapping is measured.
 */
#ifndef OUTLIVE_SEGMENTS_LARGE_BLOCKS_H
#define OUTLIVE_SEGMENTS_LARGE_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * malloc's default maps no smaller block; a program may set a lower limit, or shrink a block
 * later.
 */
#define LARGE_BLOCK_BYTES (UINT64_C(64) << 10)

/* A mapping that may contain large blocks beside other memory. */
struct large_span {
	uint64_t start, end, rss;
	uint64_t block_bytes; /* whole pages of live blocks, once it is measured */
	uint32_t segment;     /* enum segment of the mapping as it was classified */
	uint32_t tid;         /* the thread whose stack it is, by its name; 0: none */
	bool is_malloc;       /* all of it is a malloc's other than libc's; set later */
};
struct large_spans {
	struct large_span *spans; /* by address; they do not overlap */
	size_t count;
};

struct large_block {
	uint64_t address, size; /* size 0: the block has ended */
	uint64_t order;         /* of the change among the changes */
};
/* All zero: empty. */
struct live_large {
	struct large_block *blocks, *changes;
	size_t count, change_count, change_room;
	bool is_failed; /* memory was out: the contents are lost */
};
void live_large_release(struct live_large *large);

/* From now on a block of `size` bytes is live at the address; size 0: no block is. */
void live_large_set(struct live_large *large, uint64_t address, uint64_t size);

/*
 * Returns the start, and in *end the end, of the pages that a block and malloc's header take.
 * *end is greater than the start.
 */
uint64_t large_block_pages(uint64_t address, uint64_t size, uint64_t *end);

/* Set block_bytes of all spans. */
void live_large_measure(struct live_large *large, const struct large_spans *spans);

#endif

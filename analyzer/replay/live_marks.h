/*
 * replay/live_marks.h - what is live at times that were asked for.
 */
#ifndef OUTLIVE_REPLAY_LIVE_MARKS_H
#define OUTLIVE_REPLAY_LIVE_MARKS_H

#include "segments/large_blocks.h"

#include <stddef.h>
#include <stdint.h>

#define NEAR_BITS 65536u
#define NEAR_SHIFT 21       /* 2 MiB are one bit */
#define NEAR_BLOCK_PARTS 64 /* longer blocks are followed without a look */

/* Of one time. */
struct live_mark {
	uint64_t time; /* quanta */
	uint64_t live_bytes, live_blocks;
	uint64_t chunk_bytes; /* what glibc's malloc takes for these blocks, at least */
	/* the caller's, or NULL: how much of each live blocks take is asked, too */
	const struct large_spans *spans;
};

/* The caller's, by time. */
struct live_mark_list {
	struct live_mark *marks;
	size_t count, done;
};

struct live_marks {
	struct live_mark_list lists[2]; /* independent of each other */
	uint64_t chunk_bytes;           /* of all blocks that live now */
	/* Parts of the address space, hashed, that any span reaches into: only blocks that may
	 * lie there are followed. */
	uint64_t near[NEAR_BITS / 64];
	struct live_large large;
	/* Small blocks are followed, too: another malloc than libc's keeps them in mappings
	 * that nobody knows from outside. To be set before the first block. */
	bool has_small;
};

/* Before the first block: the list of that number. */
void live_marks_set(struct live_marks *marks, size_t list, struct live_mark *of,
                    size_t count);

/*
 * What glibc's malloc takes for a block: its size and a word, in steps of 16, 32 at least.
 * A large one, mapped on its own, takes whole pages; from which size on changes as the
 * program runs: chunk_more() tells by the address.
 */
static inline uint64_t chunk_bytes(uint64_t size)
{
	return size < 25 ? 32 : (size + 23) & ~UINT64_C(15);
}

/* What a large block that was mapped on its own takes beyond chunk_bytes(); else 0. */
static inline uint64_t chunk_more(uint64_t address, uint64_t size)
{
	uint64_t end, start = large_block_pages(address, size, &end);

	return address - start == 16 && end - start > chunk_bytes(size)
	           ? end - start - chunk_bytes(size)
	           : 0;
}

static inline uint32_t near_bit(uint64_t part)
{
	return (uint32_t)((part * UINT64_C(0x9E3779B97F4A7C15)) >> 48);
}

/* Whether it may reach into a span. */
static inline bool live_marks_is_near(const struct live_marks *marks, uint64_t address,
                                      uint64_t size)
{
	uint64_t part = address >> NEAR_SHIFT, parts = (size >> NEAR_SHIFT) + 2;
	uint32_t bit;

	if (parts > NEAR_BLOCK_PARTS)
		return true;
	for (; parts; parts--, part++) {
		bit = near_bit(part);
		if (marks->near[bit / 64] >> bit % 64 & 1)
			return true;
	}
	return false;
}

/* Some block is born, or ends. Not `is_counted`: it only takes room in mappings. */
static inline void live_marks_begin(struct live_marks *marks, uint64_t address,
                                    uint64_t size, bool is_counted)
{
	if (is_counted)
		marks->chunk_bytes += chunk_bytes(size);
	if (size < LARGE_BLOCK_BYTES && !marks->has_small)
		return;
	if (live_marks_is_near(marks, address, size))
		live_large_set(&marks->large, address, size ? size : 1);
	if (is_counted && size >= LARGE_BLOCK_BYTES)
		marks->chunk_bytes += chunk_more(address, size);
}

static inline void live_marks_end(struct live_marks *marks, uint64_t address,
                                  uint64_t size, bool is_counted)
{
	if (is_counted)
		marks->chunk_bytes -= chunk_bytes(size);
	if (size < LARGE_BLOCK_BYTES && !marks->has_small)
		return;
	if (live_marks_is_near(marks, address, size))
		live_large_set(&marks->large, address, 0);
	if (is_counted && size >= LARGE_BLOCK_BYTES)
		marks->chunk_bytes -= chunk_more(address, size);
}

/*
 * So much is live: of the marks up to `time` that were not filled yet. When the next is
 * due; UINT64_MAX: there is none.
 */
uint64_t live_marks_fill(struct live_marks *marks, uint64_t time, uint64_t live_bytes,
                         uint64_t live_blocks);

#endif

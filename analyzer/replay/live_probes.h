/*
 * replay/live_probes.h - what is live at given times.
 */
#ifndef OUTLIVE_REPLAY_LIVE_PROBES_H
#define OUTLIVE_REPLAY_LIVE_PROBES_H

#include "segments/large_blocks.h"

#include <stddef.h>
#include <stdint.h>

#define NEAR_BITS 65536u
#define NEAR_SHIFT 21       /* one bit stands for 2 MiB of addresses */
#define NEAR_BLOCK_PARTS 64 /* longer blocks are followed without checking the bits */

/* What is live at one time. */
struct live_probe {
	uint64_t time; /* quanta */
	uint64_t live_bytes, live_blocks;
	/* bytes that glibc's malloc takes for these blocks, at least */
	uint64_t chunk_bytes;
	/*
	 * the caller's, or NULL; if set, how much of each span the live blocks take is
	 * computed, too
	 */
	const struct large_spans *spans;
};

/* The caller's times, in ascending order. */
struct live_probe_list {
	struct live_probe *probes;
	size_t count, done;
};

struct live_probes {
	struct live_probe_list lists[2]; /* lists that are independent of each other */
	uint64_t chunk_bytes;            /* of all blocks that are live now */
	/* the same for all that were not mapped on their own, counted or not; and the most so far */
	uint64_t heap_bytes, heap_peak;
	/*
	 * Parts of the address space, hashed, that any span overlaps: only blocks that may be
	 * there are followed.
	 */
	uint64_t near[NEAR_BITS / 64];
	struct live_large large;
	/*
	 * Set before the first block. Follow small blocks, too: a malloc other than libc's
	 * keeps them in mappings that cannot be recognised from outside.
	 */
	bool has_small;
};

/* Set the list of that number; call before the first block. */
void live_probes_set(struct live_probes *probes, size_t list, struct live_probe *of,
                     size_t count);

/*
 * What glibc's malloc takes for a block: its size and a word, in steps of 16, at least 32. A
 * large block, mapped on its own, takes whole pages. The size from which on that happens
 * changes while the program runs, so chunk_more() decides by the address.
 */
static inline uint64_t chunk_bytes(uint64_t size)
{
	return size < 25 ? 32 : (size + 23) & ~UINT64_C(15);
}

/* What a large block that was mapped on its own takes beyond chunk_bytes(); 0 for others. */
static inline uint64_t chunk_more(uint64_t address, uint64_t size)
{
	uint64_t end, start = large_block_pages(address, size, &end);

	return address - start == 16 && end - start > chunk_bytes(size)
	           ? end - start - chunk_bytes(size)
	           : 0;
}

/* Whether malloc has mapped a block on its own, outside [heap] and arenas. */
static inline bool chunk_is_mapped(uint64_t address, uint64_t size)
{
	return size >= LARGE_BLOCK_BYTES && address % 4096 == 16;
}

static inline uint32_t near_bit(uint64_t part)
{
	return (uint32_t)((part * UINT64_C(0x9E3779B97F4A7C15)) >> 48);
}

/* Whether the block may overlap a span. */
static inline bool live_probes_is_near(const struct live_probes *probes,
                                       uint64_t address, uint64_t size)
{
	uint64_t part = address >> NEAR_SHIFT, parts = (size >> NEAR_SHIFT) + 2;
	uint32_t bit;

	if (parts > NEAR_BLOCK_PARTS)
		return true;
	for (; parts; parts--, part++) {
		bit = near_bit(part);
		if (probes->near[bit / 64] >> bit % 64 & 1)
			return true;
	}
	return false;
}

/*
 * A block is born, or ends, which counts as `weight` blocks. Not `is_counted`: it only takes room
 * in mappings.
 */
static inline void live_probes_begin(struct live_probes *probes, uint64_t address,
                                     uint64_t size, uint64_t weight, bool is_counted)
{
	if (is_counted)
		probes->chunk_bytes += weight * chunk_bytes(size);
	if (!chunk_is_mapped(address, size)) {
		probes->heap_bytes += weight * chunk_bytes(size);
		if (probes->heap_bytes > probes->heap_peak)
			probes->heap_peak = probes->heap_bytes;
	}
	if (size < LARGE_BLOCK_BYTES && !probes->has_small)
		return;
	if (live_probes_is_near(probes, address, size))
		live_large_set(&probes->large, address, size ? size : 1);
	if (is_counted && size >= LARGE_BLOCK_BYTES)
		probes->chunk_bytes += weight * chunk_more(address, size);
}

static inline void live_probes_end(struct live_probes *probes, uint64_t address,
                                   uint64_t size, uint64_t weight, bool is_counted)
{
	if (is_counted)
		probes->chunk_bytes -= weight * chunk_bytes(size);
	if (!chunk_is_mapped(address, size))
		probes->heap_bytes -= weight * chunk_bytes(size);
	if (size < LARGE_BLOCK_BYTES && !probes->has_small)
		return;
	if (live_probes_is_near(probes, address, size))
		live_large_set(&probes->large, address, 0);
	if (is_counted && size >= LARGE_BLOCK_BYTES)
		probes->chunk_bytes -= weight * chunk_more(address, size);
}

/*
 * Fill in how much is live at all times up to `time` that were not filled in yet. Returns the
 * next time to fill in; UINT64_MAX: none.
 */
uint64_t live_probes_fill(struct live_probes *probes, uint64_t time,
                          uint64_t live_bytes, uint64_t live_blocks);

#endif

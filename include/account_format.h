/*
 * account_format.h - the account in a flight recorder's ring: which sampled blocks are live,
 * whenever they were born, and on which call paths blocks were born. The events of most of them
 * are overwritten. FORMAT.md says the same in prose.
 *
 *   account    [ account_header, 128 bytes | slots | call paths | blocks ]
 *
 * It is in the ring's file after the last chunk (ring_header.account_offset), and a trace has a
 * copy of it in an ACCOUNT block. It is as large from the beginning as it will ever be. It is
 * changed by atomic operations only, and no part of it is ever given back but a block's: a reader
 * may copy it at any time, and so may whoever finds the ring of a process that was killed.
 */
#ifndef OUTLIVE_ACCOUNT_FORMAT_H
#define OUTLIVE_ACCOUNT_FORMAT_H

#include <assert.h>
#include <stdint.h>

#define ACCOUNT_MAGIC UINT64_C(0x544E554F4343414F) /* on disk: "OACCOUNT", last first */
#define ACCOUNT_SAMPLE_BYTES (UINT64_C(512) << 10) /* where all blocks are recorded */

/* The call paths take this part of the ring's chunks, but not less, nor more, than that. */
#define ACCOUNT_RING_SHARE 16
#define ACCOUNT_PATHS_BYTES_MIN (UINT32_C(256) << 10)
#define ACCOUNT_PATHS_BYTES_MAX (UINT32_C(64) << 20)
#define ACCOUNT_BYTES_MAX (UINT64_C(128) << 20) /* a reader accepts no more */

#define ACCOUNT_FRAMES_MAX 64

struct account_header {
	uint64_t magic;
	uint64_t mean_bytes; /* as ring_header.sample_bytes, but of these blocks */
	/* Offsets are from the account's beginning, in bytes. */
	uint32_t slots_offset, slot_count; /* uint32_t each; a power of two */
	uint32_t paths_offset, paths_bytes;
	uint32_t blocks_offset, block_count; /* account_block each */
	uint64_t paths_used;                 /* atomic add: may be more than paths_bytes */
	/* Sampled blocks that are not among the blocks: there was no room. Atomic add */
	uint64_t unplaced;
	uint64_t reserved[9];
};
static_assert(sizeof(struct account_header) == 128, "on-disk size");

/*
 * A call path. A slot has its offset from paths_offset in units of 8 bytes, or 0: it is free. The
 * slot of a path is the first that was free from hash & (slot_count - 1) on, at most
 * ACCOUNT_PROBES further; it is written, by a compare-and-swap, when all of the path is.
 *
 * The path at ACCOUNT_PATH_OTHERS has no frames and is in no slot: it has the blocks of call paths
 * that found no room, and of those that were not known.
 */
#define ACCOUNT_PATH_OTHERS 1
#define ACCOUNT_PROBES 64
struct account_path {
	uint64_t hash;            /* of the frames; not 0 */
	uint32_t frame_count;     /* at most ACCOUNT_FRAMES_MAX */
	uint32_t frames_left_out; /* outer ones */
	uint64_t time_first;      /* quanta: of the first birth that was sampled */
	/* Of sampled births. Atomic, the last three by adding */
	uint64_t time_last;
	uint64_t births;
	uint64_t
		born_blocks; /* estimate of all, in 1/65536: the sum of 1/p (record_format.h) */
	uint64_t born_bytes; /* estimate of all: the sum of size/p */
						 /* return addresses follow, innermost first; */
};
#define ACCOUNT_WEIGHT_BITS 16
#define ACCOUNT_FRAME_GAP (UINT64_C(1) << 63) /* or'ed: its caller is not known */
static_assert(sizeof(struct account_path) == 56, "on-disk size");

/* A sampled block that is live. `path` 0: there is none here. */
struct account_block {
	uint64_t what; /* atomic, written last: path << ACCOUNT_SIZE_BITS | size */
	uint64_t time; /* quanta: of its birth */
};
#define ACCOUNT_SIZE_BITS 40 /* larger ones are written as the largest */
#define ACCOUNT_SIZE_MAX ((UINT64_C(1) << ACCOUNT_SIZE_BITS) - 1)
static_assert(sizeof(struct account_block) == 16, "on-disk size");

#endif

/*
 * event/sample_table.h - the addresses of the blocks that are live and sampled. Exact: each free of
 * such a block is found, and no other one is taken for it.
 *
 * A hash table of buckets, each one cache line. No lock: an address is put in and taken out by a
 * compare-and-swap. An address that finds its bucket full goes into one of the next ones, and is
 * counted in each that it passes; so a search ends at the first bucket that none has passed. Most
 * buckets are empty, which one word says.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_SAMPLE_TABLE_H
#define OUTLIVE_PRELOAD_EVENT_SAMPLE_TABLE_H

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAMPLE_LINE_BYTES 64
#define SAMPLE_BUCKET_ADDRESSES 7
#define SAMPLE_BUCKETS_MIN (1u << 12)
#define SAMPLE_BUCKETS_MAX (1u << 18)

struct sample_bucket {
	_Atomic uintptr_t addresses[SAMPLE_BUCKET_ADDRESSES]; /* 0: no one */
	/* how many of them there are; in its upper half, addresses that found no room here */
	_Atomic uint64_t counts;
};
static_assert(sizeof(struct sample_bucket) == SAMPLE_LINE_BYTES, "a cache line");

#define SAMPLE_PASSED (UINT64_C(1) << 32)

struct sample_table {
	/*
	 * Where the buckets are, and 64 - log2 of their number in the low bits: one word, so that a
	 * thread that comes late never takes the one without the other.
	 */
	uintptr_t word;
	uint32_t capacity; /* buckets that there is memory for */
};

#define SAMPLE_SHIFT_MASK ((uintptr_t)63)

extern struct sample_table sample_table __attribute__((visibility("hidden")));

/*
 * Empty the table, and give it `buckets`, a power of two. No thread may use it meanwhile. Memory is
 * taken as it fills. False: there is none.
 */
bool sample_table_start(uint32_t buckets);

static inline struct sample_bucket *sample_table_buckets(uintptr_t word)
{
	return (struct sample_bucket *)(word & ~SAMPLE_SHIFT_MASK);
}

/* The number of the bucket that the address is put in first. */
static inline size_t sample_table_place(uintptr_t word, uintptr_t address)
{
	return (address >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> (word & SAMPLE_SHIFT_MASK);
}

static inline struct sample_bucket *sample_table_bucket(uintptr_t address)
{
	uintptr_t word = *(volatile const uintptr_t *)&sample_table.word;

	return sample_table_buckets(word) + sample_table_place(word, address);
}

/* Whether the address may be in the table. */
static inline bool sample_table_may_have(uintptr_t address)
{
	const struct sample_bucket *bucket = sample_table_bucket(address);
	uint64_t counts = atomic_load_explicit(&bucket->counts, memory_order_relaxed);
	bool is_here = counts >= SAMPLE_PASSED;

	if (!counts)
		return false;
		/* all of them, without a branch for each */
#pragma GCC unroll 8
	for (unsigned i = 0; i < SAMPLE_BUCKET_ADDRESSES; i++)
		is_here |= atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed) ==
		           address;
	return is_here;
}

/* Put in the address of a block, not 0. False: all slots that it may be in are taken. */
bool sample_table_put(uintptr_t address);

/* Take it out again. False: it is not in the table. */
bool sample_table_take(uintptr_t address);

/* Which of all slots the address is in, counted from 0; SAMPLE_NONE: in none. */
#define SAMPLE_NONE UINT32_MAX
uint32_t sample_table_find(uintptr_t address);

/* How many slots there are. */
uint32_t sample_table_slots(void);

#endif

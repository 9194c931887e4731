/* event/sample_table.c - the addresses of the blocks that are live and sampled. */
#include "event/sample_table.h"

#include "self/own_pages.h"
#include "system/own_memory.h"
#include "system/system.h"

#define PROBES_MAX 16 /* buckets that an address may be in */

struct sample_table sample_table;

/*
 * Memory that was mapped for a smaller table stays: a thread that comes late may still read
 * it. As sizes are powers of two, all of that together is less than the last one.
 */
bool sample_table_start(uint32_t buckets)
{
	size_t bytes = (size_t)buckets * sizeof(struct sample_bucket);
	uintptr_t memory;

	if (sample_table.capacity < buckets) {
		memory = (uintptr_t)own_memory_map(bytes + ARCH_PAGE_BYTES);
		if (!memory)
			return false;
		own_pages_also((const void *)memory, bytes + ARCH_PAGE_BYTES);
		/* whole pages, so that they can be emptied at once */
		memory = (memory + ARCH_PAGE_BYTES - 1) & ~(uintptr_t)(ARCH_PAGE_BYTES - 1);
		sample_table.capacity = buckets;
	} else {
		memory = sample_table.word & ~SAMPLE_SHIFT_MASK;
		system_advise((void *)memory,
		              (size_t)sample_table.capacity * sizeof(struct sample_bucket),
		              MADV_DONTNEED);
	}
	memory |= 64 - (uintptr_t)__builtin_ctz(buckets);
	*(volatile uintptr_t *)&sample_table.word = memory;
	return true;
}

/* The bucket that is so many further than the address's own. */
static struct sample_bucket *bucket_at(uintptr_t address, uint32_t distance)
{
	uintptr_t word = *(volatile const uintptr_t *)&sample_table.word;
	size_t mask = ((size_t)1 << (64 - (word & SAMPLE_SHIFT_MASK))) - 1;
	size_t first = sample_table_place(word, address);

	return sample_table_buckets(word) + ((first + distance) & mask);
}

static bool bucket_put(struct sample_bucket *bucket, uintptr_t address)
{
	uintptr_t none;

	/* counted first: whoever is handed the block finds the bucket not empty */
	atomic_fetch_add(&bucket->counts, 1);
	for (unsigned i = 0; i < SAMPLE_BUCKET_ADDRESSES; i++) {
		none = 0;
		if (!atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed) &&
		    atomic_compare_exchange_strong(&bucket->addresses[i], &none, address))
			return true;
	}
	atomic_fetch_sub(&bucket->counts, 1);
	return false;
}

static bool bucket_take(struct sample_bucket *bucket, uintptr_t address)
{
	uintptr_t found;

	for (unsigned i = 0; i < SAMPLE_BUCKET_ADDRESSES; i++) {
		found = address;
		if (atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed) ==
		        address &&
		    atomic_compare_exchange_strong(&bucket->addresses[i], &found, 0)) {
			atomic_fetch_sub(&bucket->counts, 1);
			return true;
		}
	}
	return false;
}

/* The number of the slot in the bucket; SAMPLE_NONE: it is in none. */
static uint32_t bucket_find(const struct sample_bucket *bucket, uintptr_t address)
{
	for (uint32_t i = 0; i < SAMPLE_BUCKET_ADDRESSES; i++) {
		if (atomic_load_explicit(&bucket->addresses[i], memory_order_relaxed) ==
		    address)
			return i;
	}
	return SAMPLE_NONE;
}

static bool is_passed(const struct sample_bucket *bucket)
{
	return atomic_load_explicit(&bucket->counts, memory_order_relaxed) >= SAMPLE_PASSED;
}

static void unpass(uintptr_t address, uint32_t distance)
{
	while (distance--)
		atomic_fetch_sub(&bucket_at(address, distance)->counts, SAMPLE_PASSED);
}

uint32_t sample_table_find(uintptr_t address)
{
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		const struct sample_bucket *bucket = bucket_at(address, i);
		uint32_t slot = bucket_find(bucket, address);

		if (slot != SAMPLE_NONE)
			return (uint32_t)(bucket - sample_table_buckets(sample_table.word)) *
			           SAMPLE_BUCKET_ADDRESSES +
			       slot;
		if (!is_passed(bucket))
			return SAMPLE_NONE;
	}
	return SAMPLE_NONE;
}

uint32_t sample_table_slots(void)
{
	return SAMPLE_BUCKET_ADDRESSES << (64 - (sample_table.word & SAMPLE_SHIFT_MASK));
}

/*
 * A bucket is marked as passed before the address is put in further on: whoever is handed the block
 * then finds it.
 */
bool sample_table_put(uintptr_t address)
{
	/* a free of the block that was there before may not have been seen */
	if (sample_table_find(address) != SAMPLE_NONE)
		return true;
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		if (bucket_put(bucket_at(address, i), address))
			return true;
		atomic_fetch_add(&bucket_at(address, i)->counts, SAMPLE_PASSED);
	}
	unpass(address, PROBES_MAX);
	return false;
}

bool sample_table_take(uintptr_t address)
{
	for (uint32_t i = 0; i < PROBES_MAX; i++) {
		struct sample_bucket *bucket = bucket_at(address, i);

		if (bucket_take(bucket, address)) {
			unpass(address, i);
			return true;
		}
		if (!is_passed(bucket))
			return false;
	}
	return false;
}

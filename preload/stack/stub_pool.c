/*
 * stack/stub_pool.c - the common pool of return stubs.
 */
#include "stack/stub_pool.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>

#include "system/system.h"

static_assert(sizeof(struct stub_entry) == STUB_BYTES, "a constant distance");
static_assert(offsetof(struct stub_entry, returned) == STUB_ENTRY_RETURNED, "stub.S");
static_assert(offsetof(struct stub_entry, bias) == STUB_ENTRY_BIAS, "stub.S");

/*
 * The pool is shared without a lock: if the scheduler or a signal stops a thread in the middle
 * of it, no other thread has to wait. With a lock, a thread could find no stub because of that,
 * which would leave a frame without a stub, and blocks without a depth.
 */
#define STUB_BITS 16
#define STUB_MASK ((UINT64_C(1) << STUB_BITS) - 1)
static_assert(STUB_COUNT <= 1 << STUB_BITS, "stubs are numbered by so many bits");

/*
 * Stubs that were given back: a list, the newest first. Its head contains the number of its
 * changes, so that a head that compares equal has the same list behind it.
 */
static _Atomic uint64_t pool_head; /* changes << STUB_BITS | the newest; 0: none */
static _Atomic uint16_t pool_next[STUB_COUNT];

/*
 * Stubs that longjmp passed: a queue, the oldest first. A slot tells in which lap it was
 * filled: (position + 1) << STUB_BITS | stub. It never overflows, as each stub is in it once at
 * most.
 */
static _Atomic uint64_t jumped[STUB_COUNT];
static _Atomic uint64_t jumped_first, jumped_end; /* positions */

static _Atomic uint32_t never_used = 1; /* the first stub that was never taken */

bool stub_pool_start(void)
{
	return system_protect(outlive_stub_entries, sizeof(outlive_stub_entries),
	                      PROT_READ | PROT_WRITE) == 0;
}

/* ---- the common pool ------------------------------------------------------------ */

/* Take up to `count_max` stubs that were given back. Returns their number. */
static uint32_t pool_take(stub_id *stubs, uint32_t count_max)
{
	/* Acquire: paired with pool_give(), for the links and the entries. */
	uint64_t head = atomic_load_explicit(&pool_head, memory_order_acquire), rest;
	uint32_t count;

	do {
		stub_id stub = (stub_id)(head & STUB_MASK);

		/* If the list changes meanwhile, what is read is wrong, and is read again. */
		for (count = 0; stub && count < count_max; count++) {
			stubs[count] = stub;
			stub = atomic_load_explicit(&pool_next[stub], memory_order_relaxed);
		}
		if (!count)
			return 0;
		rest = ((head >> STUB_BITS) + 1) << STUB_BITS | stub;
	} while (!atomic_compare_exchange_weak_explicit(
		&pool_head, &head, rest, memory_order_acquire, memory_order_acquire));
	return count;
}

static void pool_give(const stub_id *stubs, uint32_t count)
{
	uint64_t head = atomic_load_explicit(&pool_head, memory_order_relaxed), with;

	if (!count)
		return;
	for (uint32_t i = 0; i + 1 < count; i++)
		atomic_store_explicit(&pool_next[stubs[i]], (uint16_t)stubs[i + 1],
		                      memory_order_relaxed);
	do {
		atomic_store_explicit(&pool_next[stubs[count - 1]],
		                      (uint16_t)(head & STUB_MASK), memory_order_relaxed);
		with = ((head >> STUB_BITS) + 1) << STUB_BITS | stubs[0];
	} while (!atomic_compare_exchange_weak_explicit(
		&pool_head, &head, with, memory_order_release, memory_order_relaxed));
}

/* Take stubs that were never taken. In descending order, so that the lowest is used first. */
static uint32_t unused_take(stub_id *stubs, uint32_t count_max)
{
	uint32_t first = atomic_load_explicit(&never_used, memory_order_relaxed), count;

	do {
		count = STUB_COUNT - first < count_max ? STUB_COUNT - first : count_max;
		if (!count)
			return 0;
	} while (!atomic_compare_exchange_weak_explicit(&never_used, &first, first + count,
	                                                memory_order_relaxed,
	                                                memory_order_relaxed));
	for (uint32_t i = 0; i < count; i++)
		stubs[i] = first + count - 1 - i;
	return count;
}

bool stub_pool_is_low(void)
{
	return atomic_load_explicit(&never_used, memory_order_relaxed) > STUB_COUNT / 2;
}

/* Take the stub that was passed first; 0: none. */
static stub_id jumped_take(void)
{
	uint64_t first = atomic_load_explicit(&jumped_first, memory_order_relaxed);

	for (;;) {
		/* Acquire: paired with stub_give_jumped(). */
		uint64_t word = atomic_load_explicit(&jumped[first % STUB_COUNT],
		                                     memory_order_acquire);
		uint64_t seen = first;

		if (word >> STUB_BITS == first + 1) {
			if (atomic_compare_exchange_weak_explicit(&jumped_first, &first, first + 1,
			                                          memory_order_relaxed,
			                                          memory_order_relaxed))
				return (stub_id)(word & STUB_MASK);
			continue;
		}
		first = atomic_load_explicit(&jumped_first, memory_order_relaxed);
		if (first == seen)
			return 0;
	}
}

void stub_give_jumped(stub_id stub)
{
	uint64_t end = atomic_load_explicit(&jumped_end, memory_order_relaxed);

	for (;;) {
		_Atomic uint64_t *at = &jumped[end % STUB_COUNT];
		uint64_t word = atomic_load_explicit(at, memory_order_relaxed);
		uint64_t with = (end + 1) << STUB_BITS | stub;
		bool filled = false, is_moved;

		/* Filled in an earlier lap, and emptied since. Otherwise `end` is out of date. */
		if (word >> STUB_BITS < end + 1)
			filled = atomic_compare_exchange_strong_explicit(
				at, &word, with, memory_order_release, memory_order_relaxed);
		/* Any thread that finds the slot filled advances the end. */
		is_moved = atomic_compare_exchange_strong_explicit(
			&jumped_end, &end, end + 1, memory_order_relaxed, memory_order_relaxed);
		end += is_moved;
		if (filled)
			return;
	}
}

/* ---- a thread's supply ---------------------------------------------------------- */

stub_id stub_take_common(struct stub_supply *supply)
{
	const uint32_t wanted = STUBS_AT_HAND / 2;
	stub_id stub;

	supply->count = pool_take(supply->ids, wanted);
	if (!supply->count)
		supply->count = unused_take(supply->ids, wanted);
	/* Only these are left: take as few as possible. The oldest are the safest. */
	while (!supply->count && !recorder.stub_reuse_is_off && (stub = jumped_take()) != 0)
		supply->ids[supply->count++] = stub;
	return supply->count ? supply->ids[--supply->count] : 0;
}

static void supply_give(struct stub_supply *supply, uint32_t keep)
{
	pool_give(supply->ids + keep, supply->count - keep);
	supply->count = keep;
}

void stub_give_common(struct stub_supply *supply, stub_id stub)
{
	supply_give(supply, STUBS_AT_HAND / 2);
	supply->ids[supply->count++] = stub;
}

void stub_give_all(struct stub_supply *supply)
{
	supply_give(supply, 0);
	for (uint64_t i = 0; i <= supply->usual_mask; i++) {
		for (stub_id stub = supply->usual[i], next; stub; stub = next) {
			next = outlive_stub_entries[stub].frame;
			stub_give_other(supply, stub);
		}
		supply->usual[i] = 0;
	}
	supply_give(supply, 0);
}

void stub_supply_grow(struct stub_supply *supply, uint16_t *usual)
{
	const uint16_t *old = supply->usual;
	uint64_t slots = supply->usual_mask + 1;

	supply->usual = usual;
	/*
	 * A thread that is stopped here for ever has lost some stubs, but finds no wrong ones.
	 */
	__asm__ volatile("" ::: "memory");
	supply->usual_mask = (UINT64_C(1) << STUBS_USUAL_MORE_BITS) - 1;
	/* With more bits of the same hash, entries that had different slots still have. */
	for (uint64_t i = 0; i < slots; i++) {
		if (old[i])
			*stub_usual(supply, outlive_stub_entries[old[i]].return_address) = old[i];
	}
}

void stub_distrust_jumps(void)
{
	recorder.stub_reuse_is_off = true;
}

void stub_distrust_copies(void)
{
	recorder.stub_copies_were_seen = true;
	recorder.stub_reuse_is_off = true;
}

void stub_set_bias(uint8_t bias)
{
	if (recorder.stub_bias == bias)
		return;
	recorder.stub_bias = bias;
	for (uint32_t i = 0; i < STUB_COUNT; i++)
		outlive_stub_entries[i].bias = bias;
}

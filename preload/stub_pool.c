/*
 * stub_pool.c - the common pool of return stubs. Layer 4.
 */
#include "stub_pool.h"

#include <assert.h>
#include <stdatomic.h>
#include <stddef.h>

#include "system.h"

static_assert(sizeof(struct stub_entry) == STUB_BYTES, "a constant distance");
static_assert(offsetof(struct stub_entry, returned) == STUB_ENTRY_RETURNED, "stub.S");
static_assert(offsetof(struct stub_entry, bias) == STUB_ENTRY_BIAS, "stub.S");

#define SPINS_MAX 1000

static _Atomic bool busy;
static stub_id pool[STUB_COUNT]; /* given back; the newest last */
static uint32_t pool_count;
static stub_id
	jumped[STUB_COUNT]; /* a ring: those passed over by longjmp, oldest first */
static uint32_t jumped_first, jumped_count;
bool stub_reuse_is_off;
uint8_t stub_bias = 1;
static uint32_t never_used = 1; /* the first stub that nobody ever had */

static bool pool_enter(void)
{
	for (int spins = 0; spins < SPINS_MAX; spins++) {
		bool expected = false;

		/* Acquire: matched by pool_leave(). */
		if (atomic_compare_exchange_weak(&busy, &expected, true))
			return true;
		arch_pause();
	}
	return false;
}

static void pool_leave(void)
{
	atomic_store_explicit(&busy, false, memory_order_release);
}

bool stub_pool_start(void)
{
	return system_protect(outlive_stub_entries, sizeof(outlive_stub_entries),
	                      PROT_READ | PROT_WRITE) == 0;
}

stub_id stub_take_common(struct stub_supply *supply)
{
	if (!pool_enter())
		return 0;
	while (supply->count < STUBS_AT_HAND / 2 && pool_count)
		supply->ids[supply->count++] = pool[--pool_count];
	/* Downwards, so that the lowest is taken first. */
	if (!supply->count && never_used < STUB_COUNT) {
		uint32_t count = STUB_COUNT - never_used;

		if (count > STUBS_AT_HAND / 2)
			count = STUBS_AT_HAND / 2;
		never_used += count;
		for (uint32_t i = 1; i <= count; i++)
			supply->ids[supply->count++] = never_used - i;
	}
	while (supply->count < STUBS_AT_HAND / 2 && !pool_count && jumped_count &&
	       never_used == STUB_COUNT && !stub_reuse_is_off) {
		supply->ids[supply->count++] = jumped[jumped_first];
		jumped_first = (jumped_first + 1) % STUB_COUNT;
		jumped_count--;
	}
	pool_leave();
	return supply->count ? supply->ids[--supply->count] : 0;
}

static void pool_put(struct stub_supply *supply, uint32_t keep)
{
	if (!pool_enter())
		return;
	while (supply->count > keep)
		pool[pool_count++] = supply->ids[--supply->count];
	pool_leave();
}

void stub_give_common(struct stub_supply *supply, stub_id stub)
{
	pool_put(supply, STUBS_AT_HAND / 2);
	if (likely(supply->count < STUBS_AT_HAND))
		supply->ids[supply->count++] = stub;
}

void stub_give_all(struct stub_supply *supply)
{
	pool_put(supply, 0);
	supply->count = 0;
	for (uint32_t i = 0; i < 1u << STUBS_USUAL_BITS; i++) {
		if (supply->count == STUBS_AT_HAND)
			pool_put(supply, 0);
		if (supply->usual[i] && supply->count < STUBS_AT_HAND)
			supply->ids[supply->count++] = supply->usual[i];
		supply->usual[i] = 0;
	}
	pool_put(supply, 0);
	supply->count = 0;
}

void stub_give_jumped(stub_id stub)
{
	if (!pool_enter())
		return;
	if (jumped_count < STUB_COUNT)
		jumped[(jumped_first + jumped_count++) % STUB_COUNT] = stub;
	pool_leave();
}

void stub_distrust_jumps(void)
{
	stub_reuse_is_off = true;
}

void stub_set_bias(uint8_t bias)
{
	if (stub_bias == bias)
		return;
	stub_bias = bias;
	for (uint32_t i = 0; i < STUB_COUNT; i++)
		outlive_stub_entries[i].bias = bias;
}

void stub_pool_forked(void)
{
	atomic_store_explicit(&busy, false, memory_order_relaxed);
}

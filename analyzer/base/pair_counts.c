/* base/pair_counts.c - counts pairs of numbers. */
#include "base/pair_counts.h"

#include <stdlib.h>

#define BITS_FIRST 8
#define BITS_MAX 30

static uint32_t slot_home(const struct pair_counts *counts, uint32_t one, uint32_t two)
{
	uint64_t pair = (uint64_t)one << 32 | two;

	return (uint32_t)(pair * UINT64_C(0x9E3779B97F4A7C15) >> (64 - counts->bits));
}

/* The slot of a pair, or the free slot where it belongs. */
static uint32_t slot_find(const struct pair_counts *counts, uint32_t one, uint32_t two)
{
	uint32_t mask = (1u << counts->bits) - 1, slot = slot_home(counts, one, two);

	while (counts->slots[slot].count &&
	       (counts->slots[slot].one != one || counts->slots[slot].two != two))
		slot = (slot + 1) & mask;
	return slot;
}

static int counts_grow(struct pair_counts *counts)
{
	struct pair_counts grown = { .bits = counts->bits ? counts->bits + 1 : BITS_FIRST,
		                         .used = counts->used };
	const struct pair_count *slot = counts->slots;
	const struct pair_count *end = slot ? slot + ((size_t)1 << counts->bits) : slot;

	if (grown.bits > BITS_MAX)
		return -1;
	grown.slots = calloc((size_t)1 << grown.bits, sizeof(*grown.slots));
	if (!grown.slots)
		return -1;
	for (; slot < end; slot++) {
		if (slot->count)
			grown.slots[slot_find(&grown, slot->one, slot->two)] = *slot;
	}
	free(counts->slots);
	*counts = grown;
	return 0;
}

int pair_counts_add(struct pair_counts *counts, uint32_t one, uint32_t two, uint32_t by)
{
	struct pair_count *slot;

	/* At most half full, so that searches stay short. */
	if ((!counts->bits || counts->used >= 1u << (counts->bits - 1)) &&
	    counts_grow(counts))
		return -1;
	slot = &counts->slots[slot_find(counts, one, two)];
	counts->used += !slot->count;
	*slot = (struct pair_count){ one, two, slot->count + by };
	return 0;
}

void pair_counts_subtract(struct pair_counts *counts, uint32_t one, uint32_t two)
{
	uint32_t mask, hole, slot, home;

	if (!counts->bits)
		return;
	mask = (1u << counts->bits) - 1;
	hole = slot_find(counts, one, two);
	if (!counts->slots[hole].count || --counts->slots[hole].count)
		return;
	counts->used--;
	/*
	 * Move back each later pair whose search would pass the hole, so that no tombstones are
	 * needed.
	 */
	for (slot = (hole + 1) & mask; counts->slots[slot].count;
	     slot = (slot + 1) & mask) {
		home = slot_home(counts, counts->slots[slot].one, counts->slots[slot].two);
		if (((slot - home) & mask) < ((slot - hole) & mask))
			continue;
		counts->slots[hole] = counts->slots[slot];
		hole = slot;
	}
	counts->slots[hole].count = 0;
}

uint32_t pair_counts_get(const struct pair_counts *counts, uint32_t one, uint32_t two)
{
	return counts->bits ? counts->slots[slot_find(counts, one, two)].count : 0;
}

void pair_counts_release(struct pair_counts *counts)
{
	free(counts->slots);
	*counts = (struct pair_counts){ .slots = NULL };
}

/* base/hash_index.c - finds numbered items by their hash. */
#include "base/hash_index.h"

#define HASH_INDEX_BITS_MIN 8
#define HASH_INDEX_BITS_MAX 31

/* Linear probing. At least half of the slots are free, so the search ends. */
static void hash_index_put(struct hash_index *index, uint64_t hash, uint32_t number)
{
	uint32_t slot = hash_index_slot(index, hash);

	while (index->slots[slot])
		slot = (slot + 1) & ((1u << index->bits) - 1);
	index->slots[slot] = number;
}

/* The slots do not hold the hashes, so those of all items are computed again. */
static int hash_index_grow(struct hash_index *index,
                           uint64_t (*hash_of)(const void *context, uint32_t number),
                           const void *context)
{
	struct hash_index grown = { .count = index->count };
	size_t slot;

	grown.bits = index->slots ? index->bits + 1 : HASH_INDEX_BITS_MIN;
	if (grown.bits > HASH_INDEX_BITS_MAX)
		return -1;
	grown.slots = calloc((size_t)1 << grown.bits, sizeof(*grown.slots));
	if (!grown.slots)
		return -1;
	for (slot = 0; index->slots && slot < (size_t)1 << index->bits; slot++) {
		if (index->slots[slot])
			hash_index_put(&grown, hash_of(context, index->slots[slot]),
			               index->slots[slot]);
	}
	free(index->slots);
	*index = grown;
	return 0;
}

int hash_index_add(struct hash_index *index, uint64_t hash, uint32_t number,
                   uint64_t (*hash_of)(const void *context, uint32_t number),
                   const void *context)
{
	/* At most half full, so that searches stay short. */
	if (!index->slots || (uint64_t)index->count * 2 >= (uint64_t)1 << index->bits) {
		if (hash_index_grow(index, hash_of, context))
			return -1;
	}
	hash_index_put(index, hash, number);
	index->count++;
	return 0;
}

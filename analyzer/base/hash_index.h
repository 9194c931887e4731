/*
 * base/hash_index.h - finds numbered items by their hash: a growing open-addressing table of
 * numbers. The items themselves stay in their owner's array.
 *
 * Number 0 means "none". The owner compares items: hash_index_find() calls its is_equal().
 */
#ifndef OUTLIVE_BASE_HASH_INDEX_H
#define OUTLIVE_BASE_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct hash_index {
	uint32_t *slots; /* 1 << bits slots; 0: free */
	uint32_t bits;
	uint32_t count;
};

/* Hash two words, well enough mixed that the high bits can be the slot. */
static inline uint64_t hash_words(uint64_t one, uint64_t two)
{
	uint64_t hash = (one ^ (two * UINT64_C(0xC2B2AE3D27D4EB4F))) *
	                UINT64_C(0x9E3779B97F4A7C15);

	return (hash ^ hash >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
}

/* Continue `hash` with these bytes. */
static inline uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t count)
{
	const uint8_t *at = bytes, *end = at + count;

	while (at < end)
		hash = hash_words(hash, *at++);
	return hash;
}

/* Continue `hash` with a string and its end, so that "ab", "c" and "a", "bc" differ. */
static inline uint64_t hash_string(uint64_t hash, const char *string)
{
	for (; *string; string++)
		hash = hash_words(hash, (uint8_t)*string);
	return hash_words(hash, 0);
}

/* The slot where the search for a hash begins. The index must have slots. */
static inline uint32_t hash_index_slot(const struct hash_index *index, uint64_t hash)
{
	return (uint32_t)(hash >> (64 - index->bits));
}

/*
 * The number of the item with this hash for which is_equal(context, number, key) is true; 0:
 * there is none. Always inlined, together with is_equal if that is a static function.
 */
static inline __attribute__((always_inline)) uint32_t hash_index_find(
	const struct hash_index *index, uint64_t hash,
	bool (*is_equal)(const void *context, uint32_t number, const void *key),
	const void *context, const void *key)
{
	uint32_t slot, number;

	if (!index->count)
		return 0;
	slot = hash_index_slot(index, hash);
	while ((number = index->slots[slot]) && !is_equal(context, number, key))
		slot = (slot + 1) & ((1u << index->bits) - 1);
	return number;
}

/*
 * Add `number` (not 0), whose item has this hash and is not in the index yet. To grow, it calls
 * hash_of(context, number) for every other item. 0, or -1: no memory.
 */
int hash_index_add(struct hash_index *index, uint64_t hash, uint32_t number,
                   uint64_t (*hash_of)(const void *context, uint32_t number),
                   const void *context);

static inline void hash_index_release(struct hash_index *index)
{
	free(index->slots);
	*index = (struct hash_index){ NULL, 0, 0 };
}

#endif

/* verdict/ranking.c - blocks and bytes by a key. */
#include "verdict/ranking.h"

#include "base/array.h"

#include <stdlib.h>

/* The search is linear, as these lists have few keys. */
int ranking_add(struct ranking *ranking, uint32_t key, uint64_t blocks, uint64_t bytes)
{
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		if (ranking->ranks[i].key == key) {
			ranking->ranks[i].blocks += blocks;
			ranking->ranks[i].bytes += bytes;
			return 0;
		}
	}
	if (array_reserve(ranking->ranks, ranking->capacity, ranking->count + 1))
		return -1;
	ranking->ranks[ranking->count++] = (struct rank){ key, blocks, bytes };
	return 0;
}

/* Ties go to the lower key, so that the order does not depend on the order of adding. */
static int rank_compare(const void *one, const void *two)
{
	const struct rank *a = one, *b = two;

	if (a->blocks != b->blocks)
		return a->blocks > b->blocks ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

static int key_compare(const void *one, const void *two)
{
	const struct rank *a = one, *b = two;

	return a->key < b->key ? -1 : a->key > b->key;
}

void ranking_sort(struct ranking *ranking)
{
	if (ranking->count)
		qsort(ranking->ranks, ranking->count, sizeof(*ranking->ranks), rank_compare);
}

void ranking_sort_keys(struct ranking *ranking)
{
	if (ranking->count)
		qsort(ranking->ranks, ranking->count, sizeof(*ranking->ranks), key_compare);
}

uint64_t ranking_blocks(const struct ranking *ranking)
{
	uint64_t blocks = 0;
	size_t i;

	for (i = 0; i < ranking->count; i++)
		blocks += ranking->ranks[i].blocks;
	return blocks;
}

void ranking_release(struct ranking *ranking)
{
	free(ranking->ranks);
	*ranking = (struct ranking){ NULL, 0, 0 };
}

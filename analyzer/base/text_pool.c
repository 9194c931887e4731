/* base/text_pool.c - strings that are kept, each once. */
#include "base/text_pool.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_FIRST 64

static uint64_t text_hash(const char *text)
{
	uint64_t hash = 1;

	for (; *text; text++)
		hash = hash_words(hash, (uint8_t)*text);
	return hash;
}

static uint64_t text_hash_of(const void *context, uint32_t number)
{
	return text_hash(((const struct text_pool *)context)->texts[number]);
}

static const char *text_find(const struct text_pool *pool, const char *text,
                             uint64_t hash)
{
	uint32_t slot, number;

	if (!pool->index.count)
		return NULL;
	slot = hash_index_slot(&pool->index, hash);
	while ((number = hash_index_next(&pool->index, &slot))) {
		if (!strcmp(pool->texts[number], text))
			return pool->texts[number];
	}
	return NULL;
}

/* Room for one more, numbered from 1. 0, or -1: no memory. */
static int pool_grow(struct text_pool *pool)
{
	size_t capacity = pool->capacity ? 2 * pool->capacity : TEXTS_FIRST;
	char **texts;

	if (pool->count + 1 < pool->capacity)
		return 0;
	texts = reallocarray(pool->texts, capacity, sizeof(*texts));
	if (!texts)
		return -1;
	pool->texts = texts;
	pool->capacity = capacity;
	return 0;
}

const char *text_pool_keep(struct text_pool *pool, const char *text)
{
	uint64_t hash = text_hash(text);
	const char *kept;
	char *copy;

	if (!*text)
		return "";
	kept = text_find(pool, text, hash);
	if (kept)
		return kept;
	if (pool_grow(pool) || !(copy = strdup(text)))
		return NULL;
	pool->texts[pool->count + 1] = copy;
	if (hash_index_add(&pool->index, hash, (uint32_t)pool->count + 1, text_hash_of,
	                   pool)) {
		free(copy);
		return NULL;
	}
	pool->count++;
	return copy;
}

void text_pool_release(struct text_pool *pool)
{
	size_t i;

	for (i = 1; i <= pool->count; i++)
		free(pool->texts[i]);
	free(pool->texts);
	hash_index_release(&pool->index);
	*pool = (struct text_pool){ .texts = NULL };
}

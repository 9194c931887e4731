/* base/text_pool.c - strings that are kept, each once. */
#include "base/text_pool.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

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
	/* numbered from 1 */
	if (array_reserve(pool->texts, pool->capacity, pool->count + 2) ||
	    !(copy = strdup(text)))
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

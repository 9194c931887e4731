/* base/text_pool.c - keeps strings, each once. */
#include "base/text_pool.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

static uint64_t text_hash_of(const void *context, uint32_t number)
{
	return hash_string(1, ((const struct text_pool *)context)->texts[number]);
}

static bool text_is_same(const void *context, uint32_t number, const void *text)
{
	return !strcmp(((const struct text_pool *)context)->texts[number], text);
}

const char *text_pool_keep(struct text_pool *pool, const char *text)
{
	uint64_t hash = hash_string(1, text);
	uint32_t kept;
	char *copy;

	if (!*text)
		return "";
	kept = hash_index_find(&pool->index, hash, text_is_same, pool, text);
	if (kept)
		return pool->texts[kept];
	/* texts are numbered from 1 */
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

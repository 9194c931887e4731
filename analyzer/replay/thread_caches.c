/* replay/thread_caches.c - the freed blocks that wait in the cache of each thread. */
#include "replay/thread_caches.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void thread_caches_release(struct thread_caches *caches)
{
	size_t i;

	for (i = 0; i < caches->count; i++)
		free(caches->items[i]);
	free(caches->items);
	*caches = (struct thread_caches){ .count = 0 };
}

static uint64_t size_number(uint64_t chunk)
{
	return (chunk - 32) / 16;
}

void thread_caches_put(struct thread_caches *caches, size_t thread, uint64_t address,
                       uint64_t chunk)
{
	uint64_t size = size_number(chunk);
	struct thread_cache *cache;

	if (size >= CACHE_SIZES ||
	    array_reserve_zeroed(caches->items, caches->count, thread + 1))
		return;
	cache = caches->items[thread];
	if (!cache)
		cache = caches->items[thread] = calloc(1, sizeof(*cache));
	if (cache && cache->counts[size] < CACHE_DEPTH)
		cache->blocks[size][cache->counts[size]++] = address;
}

void thread_caches_take(struct thread_caches *caches, size_t thread, uint64_t address,
                        uint64_t chunk)
{
	uint64_t size = size_number(chunk), *blocks;
	struct thread_cache *cache;
	uint8_t at;

	cache = size < CACHE_SIZES && thread < caches->count ? caches->items[thread] : NULL;
	if (!cache)
		return;
	blocks = cache->blocks[size];
	for (at = cache->counts[size]; at; at--) {
		if (blocks[at - 1] != address)
			continue;
		memmove(&blocks[at - 1], &blocks[at],
		        (size_t)(cache->counts[size] - at) * sizeof(*blocks));
		cache->counts[size]--;
		return;
	}
}

void thread_caches_end(struct thread_caches *caches, size_t thread)
{
	if (thread < caches->count && caches->items[thread])
		memset(caches->items[thread]->counts, 0, sizeof(caches->items[thread]->counts));
}

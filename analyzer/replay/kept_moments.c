/* replay/kept_moments.c - measures what is kept at each moment, when the replay reaches it. */
#include "replay/kept_moments.h"

void kept_moments_await(struct kept_moments *moments, const struct heap_maps *maps)
{
	moments->maps = maps;
	moments->is_awaited = maps->maps[HEAP_LAST].pages > 0;
}

uint64_t kept_moments_fill(struct kept_moments *moments, uint64_t time,
                           const struct live_table *live, uint64_t heap_peak)
{
	const struct heap_map *map;
	struct kept *kept;

	for (; moments->maps && moments->done < HEAP_MOMENTS; moments->done++) {
		map = &moments->maps->maps[moments->done];
		if (!map->pages)
			continue;
		if (map->time > time)
			return map->time;
		kept = &moments->moments[moments->done];
		kept->heap_peak = heap_peak;
		moments->is_failed |= kept_measure(kept, map, live, &moments->caches) != 0;
	}
	moments->is_awaited = false;
	return UINT64_MAX;
}

void kept_moments_release(struct kept_moments *moments)
{
	size_t i;

	for (i = 0; i < HEAP_MOMENTS; i++)
		kept_release(&moments->moments[i]);
	thread_caches_release(&moments->caches);
}

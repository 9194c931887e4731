/* replay/tally.c - blocks and bytes by a key. */
#include "replay/tally.h"

#include "base/array.h"

#include <stdlib.h>

#define CELLS_FIRST 1024u
#define CELLS_MAX (1u << 31)

int tally_init(struct tally_pool *pool)
{
	*pool = (struct tally_pool){ .count = 1, .capacity = CELLS_FIRST };
	pool->cells = calloc(CELLS_FIRST, sizeof(*pool->cells));
	return pool->cells ? 0 : -1;
}

void tally_release(struct tally_pool *pool)
{
	free(pool->cells);
	*pool = (struct tally_pool){ .cells = NULL };
}

/* Add a cell at the front of the list; NULL when memory is out. */
static struct tally_cell *cell_new(struct tally_pool *pool, uint32_t *list,
                                   uint32_t key)
{
	if (pool->count >= CELLS_MAX ||
	    array_reserve(pool->cells, pool->capacity, pool->count + 1))
		return NULL;
	pool->cells[pool->count] = (struct tally_cell){ .next = *list, .key = key };
	*list = pool->count;
	return &pool->cells[pool->count++];
}

/* The cell of `key`, moved to the front; NULL: none, and *length is the length of the list. */
static struct tally_cell *cell_find(struct tally_pool *pool, uint32_t *list,
                                    uint32_t key, uint32_t *length)
{
	uint32_t *link = list, at;

	for (*length = 0; (at = *link); ++*length) {
		if (pool->cells[at].key == key) {
			*link = pool->cells[at].next;
			pool->cells[at].next = *list;
			*list = at;
			return &pool->cells[at];
		}
		link = &pool->cells[at].next;
	}
	return NULL;
}

/* A full list gets one cell more, for TALLY_OTHERS, so its length stays within limit + 1. */
int tally_add_slowly(struct tally_pool *pool, uint32_t *list, uint32_t key,
                     uint64_t blocks, uint64_t bytes, uint32_t limit)
{
	uint32_t length;
	struct tally_cell *cell = cell_find(pool, list, key, &length);

	if (!cell && length >= limit) {
		key = TALLY_OTHERS;
		cell = cell_find(pool, list, key, &length);
	}
	if (!cell)
		cell = cell_new(pool, list, key);
	if (!cell)
		return -1;
	cell->blocks += blocks;
	cell->bytes += bytes;
	return 0;
}

/*
 * replay/tally.h - how many blocks and bytes there were for each key: short lists of cells from
 * one pool, which many owners share.
 *
 * A list is the number of its first cell, 0 when empty. The cell that was used last comes
 * first, so that repeated keys are found at once.
 */
#ifndef OUTLIVE_REPLAY_TALLY_H
#define OUTLIVE_REPLAY_TALLY_H

#include <stdint.h>

/* key of the cell that counts what a bounded list has no cells for */
#define TALLY_OTHERS UINT32_MAX

struct tally_cell {
	uint32_t next; /* 0 ends the list */
	uint32_t key;
	uint64_t blocks, bytes;
};

struct tally_pool {
	struct tally_cell *cells; /* [0] is none */
	uint32_t count, capacity;
};

/* 0, or -1 when memory is out. */
int tally_init(struct tally_pool *pool);
void tally_release(struct tally_pool *pool);

/* tally_add() without its shortcut. */
int tally_add_slowly(struct tally_pool *pool, uint32_t *list, uint32_t key,
                     uint64_t blocks, uint64_t bytes, uint32_t limit);

/*
 * Add to the cell of `key`, made if it is new. In a list that has `limit` cells, new keys are
 * counted under TALLY_OTHERS. 0, or -1 when memory is out.
 */
static inline int tally_add(struct tally_pool *pool, uint32_t *list, uint32_t key,
                            uint64_t blocks, uint64_t bytes, uint32_t limit)
{
	struct tally_cell *cell = &pool->cells[*list];

	if (*list && cell->key == key) {
		cell->blocks += blocks;
		cell->bytes += bytes;
		return 0;
	}
	return tally_add_slowly(pool, list, key, blocks, bytes, limit);
}

#endif

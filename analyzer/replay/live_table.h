/*
 * replay/live_table.h - the blocks that are live, by address.
 *
 * Open addressing; addresses and blocks lie in two arrays, so that a search reads
 * little and each event touches two cache lines, both known well before they are
 * needed (live_table_prefetch).
 */
#ifndef OUTLIVE_REPLAY_LIVE_TABLE_H
#define OUTLIVE_REPLAY_LIVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
	uint64_t size;     /* asked for */
	uint64_t time;     /* of its birth, quanta */
	uint64_t sequence; /* of its birth among the events of its thread */
	uint32_t site;     /* that allocated it; 0: it is not to be counted */
	uint32_t thread;   /* index, not serial */
	uint32_t born;     /* number among the births of its thread */
	uint32_t chain;    /* what it was before a realloc; 0: none */
};

struct live_table {
	uint64_t *addresses; /* 0: free */
	struct block *blocks;
	uint32_t bits;
	size_t count;
};

/* 0, or -1 when memory is out. */
int live_table_init(struct live_table *table);
void live_table_release(struct live_table *table);

static inline size_t live_table_slot(const struct live_table *table, uint64_t address)
{
	return (size_t)(((address >> 3) * UINT64_C(0x9E3779B97F4A7C15)) >>
	                (64 - table->bits));
}

static inline void live_table_prefetch(const struct live_table *table, uint64_t address)
{
	size_t slot = live_table_slot(table, address);

	__builtin_prefetch(&table->addresses[slot], 1);
	__builtin_prefetch(&table->blocks[slot], 1);
}

/*
 * The block at an address (not 0), to be filled; *is_new tells whether there was none.
 * It stays where it is until the next add or remove. NULL: memory is out.
 */
struct block *live_table_add(struct live_table *table, uint64_t address, bool *is_new);

/* Take the block at an address out: true, and *block is what it was. False: none. */
bool live_table_remove(struct live_table *table, uint64_t address, struct block *block);

#endif

/*
 * replay/live_table.h - the blocks that are live, by address.
 *
 * A hash table with open addressing. Addresses and blocks are in two arrays, so that a search
 * reads little memory and each event touches two cache lines, both known well before they are
 * needed (live_table_prefetch).
 */
#ifndef OUTLIVE_REPLAY_LIVE_TABLE_H
#define OUTLIVE_REPLAY_LIVE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct block {
	uint64_t size;     /* asked for */
	uint64_t time;     /* quanta; of its birth */
	uint64_t sequence; /* of its birth, among the events of its thread */
	uint32_t path;     /* call path that allocated it; 0: it is not counted */
	uint32_t thread;   /* index, not serial number */
	uint32_t born;     /* number among the births of its thread */
	uint32_t chain;    /* its history before a realloc; 0: none */
	uint32_t weight;   /* as how many blocks it counts: see sample.h */
};

struct live_table {
	uint64_t *addresses; /* 0: free slot */
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
 * The block at an address (not 0), to be filled in; *is_new: whether there was none. The
 * pointer is valid until the next add or remove. NULL: memory is out.
 */
struct block *live_table_add(struct live_table *table, uint64_t address, bool *is_new);

/* Remove the block at an address. True: *block is what it was. False: there was none. */
bool live_table_remove(struct live_table *table, uint64_t address, struct block *block);

#endif

/*
 * replay/realloc_chains.h - live blocks that a realloc has grown, shrunk or moved: when they
 * were first born.
 *
 * For the question which frames a block outlives, a realloc neither ends nor begins it: the
 * block continues, and the first birth of the chain counts.
 */
#ifndef OUTLIVE_REPLAY_REALLOC_CHAINS_H
#define OUTLIVE_REPLAY_REALLOC_CHAINS_H

#include <stdbool.h>
#include <stdint.h>

struct chain {
	uint64_t sequence, time; /* of the first birth, as in struct block */
	uint32_t path, thread;   /* of the first birth */
	uint64_t largest;        /* of its sizes until now */
	uint64_t asked;          /* their sum */
	uint64_t last, room;     /* see path_life_step() */
	uint32_t allocations;    /* of that thread, until the first birth */
	uint32_t reallocs;       /* since the first birth */
	uint32_t next_free;
	bool has_crossed; /* another thread called realloc */
	bool is_unknown;  /* the first birth was not seen */
};

struct chain_table {
	struct chain *chains; /* [0] is none */
	uint32_t count, capacity, free_first;
};

/* Add a chain, to be filled in: its number, or 0 when memory is out. */
uint32_t chain_table_add(struct chain_table *table);
void chain_table_remove(struct chain_table *table, uint32_t number);
void chain_table_release(struct chain_table *table);

#endif

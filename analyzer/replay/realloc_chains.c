/* replay/realloc_chains.c - blocks that a realloc has changed. */
#include "replay/realloc_chains.h"

#include "base/array.h"

#include <stdlib.h>

#define CHAINS_MAX (1u << 30)

/* Numbers of ended chains are used again, so the table grows with live blocks only. */
uint32_t chain_table_add(struct chain_table *table)
{
	uint32_t number = table->free_first;

	if (number) {
		table->free_first = table->chains[number].next_free;
		table->chains[number] = (struct chain){ .sequence = 0 };
		return number;
	}
	if (!table->count)
		table->count = 1; /* 0 stands for none */
	if (table->count >= CHAINS_MAX ||
	    array_reserve(table->chains, table->capacity, table->count + 1))
		return 0;
	number = table->count++;
	table->chains[number] = (struct chain){ .sequence = 0 };
	return number;
}

void chain_table_remove(struct chain_table *table, uint32_t number)
{
	table->chains[number].next_free = table->free_first;
	table->free_first = number;
}

void chain_table_release(struct chain_table *table)
{
	free(table->chains);
	*table = (struct chain_table){ .chains = NULL };
}

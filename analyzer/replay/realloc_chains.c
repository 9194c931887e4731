/* replay/realloc_chains.c - blocks that a realloc has changed. */
#include "replay/realloc_chains.h"

#include <stdlib.h>

#define CHAINS_FIRST 256u
#define CHAINS_MAX (1u << 30)

uint32_t chain_table_add(struct chain_table *table)
{
	uint32_t number = table->free_first, capacity;
	struct chain *chains;

	if (number) {
		table->free_first = table->chains[number].next_free;
		table->chains[number] = (struct chain){ .sequence = 0 };
		return number;
	}
	if (table->count >= table->capacity) {
		capacity = table->capacity ? 2 * table->capacity : CHAINS_FIRST;
		chains = capacity < CHAINS_MAX
		             ? realloc(table->chains, capacity * sizeof(*chains))
		             : NULL;
		if (!chains)
			return 0;
		table->chains = chains;
		table->capacity = capacity;
	}
	if (!table->count)
		table->count = 1;
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

/* replay/sites.c - what was allocated where. */
#include "replay/sites.h"

#include <stdlib.h>

#define SITES_FIRST 1024u
#define SITES_MAX (1u << 30)

int site_table_init(struct site_table *table)
{
	*table = (struct site_table){ .capacity = SITES_FIRST, .count = 1 };
	table->sites = calloc(SITES_FIRST, sizeof(*table->sites));
	return table->sites ? 0 : -1;
}

void site_table_release(struct site_table *table)
{
	free(table->sites);
	*table = (struct site_table){ .sites = NULL };
}

uint32_t site_table_add(struct site_table *table, uint32_t node)
{
	struct site *sites;

	if (table->count == table->capacity) {
		if (table->capacity >= SITES_MAX)
			return 0;
		sites = realloc(table->sites, 2 * (size_t)table->capacity * sizeof(*sites));
		if (!sites)
			return 0;
		table->sites = sites;
		table->capacity *= 2;
	}
	table->sites[table->count] = (struct site){
		.share.peak_epoch = table->peak_epoch,
		.size_min = UINT64_MAX,
		.node = node,
	};
	return table->count++;
}

/* replay/sites.c - what each call path allocated. */
#include "replay/sites.h"

#include "base/array.h"

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
	if (table->count >= SITES_MAX ||
	    array_reserve(table->sites, table->capacity, table->count + 1))
		return 0;
	table->sites[table->count] = (struct site){
		.share.peak_epoch = table->peak_epoch,
		.size_min = UINT64_MAX,
		.node = node,
	};
	return table->count++;
}

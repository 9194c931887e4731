/* replay/call_paths.c - what each call path allocated. */
#include "replay/call_paths.h"

#include "base/array.h"

#include <stdlib.h>

#define SITES_FIRST 1024u
#define SITES_MAX (1u << 30)

int call_paths_init(struct call_paths *table)
{
	*table = (struct call_paths){ .capacity = SITES_FIRST, .count = 1 };
	table->paths = calloc(SITES_FIRST, sizeof(*table->paths));
	return table->paths ? 0 : -1;
}

void call_paths_release(struct call_paths *table)
{
	free(table->paths);
	*table = (struct call_paths){ .paths = NULL };
}

uint32_t call_paths_add(struct call_paths *table, uint32_t node)
{
	if (table->count >= SITES_MAX ||
	    array_reserve(table->paths, table->capacity, table->count + 1))
		return 0;
	table->paths[table->count] = (struct call_path){
		/* Nothing of a new path was live at the last maximum: its share is 0. */
		.share.peak_epoch = table->peak_epoch,
		.size_min = UINT64_MAX,
		.node = node,
	};
	return table->count++;
}

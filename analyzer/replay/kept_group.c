/* replay/kept_group.c - adds up what groups of call paths pin. */
#include "replay/kept_group.h"

#include <stdlib.h>

static int group_compare(const void *one, const void *two)
{
	uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)two;

	return a < b ? -1 : a > b;
}

void kept_group(const struct kept *kept, const uint32_t *group_of,
                struct kept_row *rows)
{
	uint32_t groups[KEPT_PATHS_ON_PAGE], count, first, at;
	const struct kept_page *page;
	struct kept_row *row;
	size_t i;

	for (i = 0; i < kept->path_count; i++) {
		rows[group_of[kept->paths[i].path]].blocks += kept->paths[i].blocks;
		rows[group_of[kept->paths[i].path]].bytes += kept->paths[i].bytes;
	}
	for (i = 0; i < kept->page_count; i++) {
		page = &kept->pages[i];
		count = page->count;
		for (at = 0; at < count; at++)
			groups[at] = group_of[kept->on_pages[page->first + at]];
		qsort(groups, count, sizeof(*groups), group_compare);
		for (first = 0; first < count; first = at) {
			for (at = first; at < count && groups[at] == groups[first]; at++)
				;
			row = &rows[groups[first]];
			row->pages++;
			row->pinned += page->free_bytes * at / count -
			               page->free_bytes * first / count;
			row->alone_pages += at - first == count;
			row->alone += at - first == count ? page->free_bytes : 0;
		}
	}
}

/* trace/chunk_list.c - where the chunks of one process are. */
#include "trace/chunk_list.h"

#include "base/array.h"

#include <stdlib.h>

int chunk_list_add(struct chunk_list *list, const struct chunk_entry *entry)
{
	if (array_reserve(list->entries, list->capacity, list->count + 1))
		return -1;
	list->entries[list->count++] = *entry;
	return 0;
}

/*
 * Order by ticket; of the copies of one chunk, the fullest comes first, since
 * chunk_list_unique() keeps the first. The other keys make the order the same in each run.
 */
static int ticket_compare(const void *one, const void *two)
{
	const struct chunk_entry *a = one, *b = two;

	if (a->ticket != b->ticket)
		return a->ticket < b->ticket ? -1 : 1;
	if (a->used_bytes != b->used_bytes)
		return a->used_bytes > b->used_bytes ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

void chunk_list_unique(struct chunk_list *list)
{
	size_t i, kept = 0;

	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), ticket_compare);
	for (i = 0; i < list->count; i++) {
		if (!kept || list->entries[kept - 1].ticket != list->entries[i].ticket)
			list->entries[kept++] = list->entries[i];
	}
	list->count = kept;
}

static int time_compare(const void *one, const void *two)
{
	const struct chunk_entry *a = one, *b = two;

	if (a->time_first != b->time_first)
		return a->time_first < b->time_first ? -1 : 1;
	return a->ticket < b->ticket ? -1 : a->ticket > b->ticket;
}

void chunk_list_sort_by_time(struct chunk_list *list)
{
	if (list->count)
		qsort(list->entries, list->count, sizeof(*list->entries), time_compare);
}

void chunk_list_release(struct chunk_list *list)
{
	free(list->entries);
	*list = (struct chunk_list){ NULL, 0, 0 };
}

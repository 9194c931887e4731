/* symbols/range_list.c - ranges are sorted once, and then searched. */
#include "symbols/range_list.h"

#include "base/array.h"

#include <stdlib.h>

#define OVERLAPS_MAX 8 /* ranges to search backwards: they should not overlap */

/*
 * Order by start; of ranges that start together, the larger comes first, so that a search
 * from the back meets the inner one first.
 */
static int range_compare(const void *left, const void *right)
{
	const struct address_range *a = left, *b = right;

	if (a->low != b->low)
		return a->low < b->low ? -1 : 1;
	return a->high < b->high ? 1 : a->high > b->high ? -1 : 0;
}

void range_list_sort(struct range_list *list)
{
	if (list->count)
		qsort(list->ranges, list->count, sizeof(*list->ranges), range_compare);
}

int64_t range_list_find(const struct range_list *list, uint64_t address)
{
	size_t low = 0, high = list->count, middle, back;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (list->ranges[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	for (back = 0; back < OVERLAPS_MAX && low > back; back++) {
		if (address < list->ranges[low - 1 - back].high)
			return list->ranges[low - 1 - back].owner;
	}
	return -1;
}

bool range_list_add(struct range_list *list, Dwarf_Die *die, uint32_t owner)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t offset = 0;
	bool any = false;

	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		if (low == 0 || low >= high)
			continue;
		if (array_reserve(list->ranges, list->capacity, list->count + 1))
			return any;
		list->ranges[list->count++] = (struct address_range){ low, high, owner };
		any = true;
	}
	return any;
}

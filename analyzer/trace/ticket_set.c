/* trace/ticket_set.c - a set of chunks, by their tickets. */
#include "trace/ticket_set.h"

#include "base/array.h"

/* The number of ranges that begin at or before the ticket. */
static size_t ranges_before(const struct ticket_set *set, uint64_t ticket)
{
	size_t low = 0, high = set->count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (set->ranges[middle].first <= ticket)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool ticket_set_has(const struct ticket_set *set, uint64_t ticket)
{
	size_t before = ranges_before(set, ticket);

	return before && set->ranges[before - 1].last >= ticket;
}

int ticket_set_add(struct ticket_set *set, uint64_t ticket)
{
	size_t at = ranges_before(set, ticket);
	struct ticket_range *next;
	bool extends, joins;

	if (at && set->ranges[at - 1].last >= ticket)
		return 0;
	extends = at && set->ranges[at - 1].last + 1 == ticket;
	joins = at < set->count && set->ranges[at].first == ticket + 1;
	if (extends && joins) {
		set->ranges[at - 1].last = set->ranges[at].last;
		set->count--;
		memmove(&set->ranges[at], &set->ranges[at + 1],
		        (set->count - at) * sizeof(*set->ranges));
	} else if (extends) {
		set->ranges[at - 1].last = ticket;
	} else if (joins) {
		set->ranges[at].first = ticket;
	} else {
		if (array_reserve(set->ranges, set->capacity, set->count + 1))
			return -1;
		next = &set->ranges[at];
		memmove(next + 1, next, (set->count - at) * sizeof(*next));
		*next = (struct ticket_range){ ticket, ticket };
		set->count++;
	}
	return 0;
}

void ticket_set_release(struct ticket_set *set)
{
	free(set->ranges);
	*set = (struct ticket_set){ NULL, 0, 0 };
}

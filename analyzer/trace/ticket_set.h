/*
 * trace/ticket_set.h - a set of chunks, by their tickets. Chunks are taken nearly in the order of
 * their tickets, so the set is kept as ranges: a few of them, however many tickets.
 */
#ifndef OUTLIVE_TRACE_TICKET_SET_H
#define OUTLIVE_TRACE_TICKET_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ticket_range {
	uint64_t first, last;
};

/* Zeroed is empty. */
struct ticket_set {
	struct ticket_range *ranges; /* ascending, with gaps between them */
	size_t count, capacity;
};

bool ticket_set_has(const struct ticket_set *set, uint64_t ticket);
/* 0, or -1 when memory is out. */
int ticket_set_add(struct ticket_set *set, uint64_t ticket);
void ticket_set_release(struct ticket_set *set);

#endif

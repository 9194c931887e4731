/*
 * replay/address_ranges.h - ranges of addresses that do not overlap, each with an owner.
 *
 * A new range takes its addresses from those that were there: a range may be cut at either end,
 * or in two. The tree is a treap: in order of start, with random priorities, so its depth grows
 * with the logarithm of the ranges, in whatever order they come.
 */
#ifndef OUTLIVE_REPLAY_ADDRESS_RANGES_H
#define OUTLIVE_REPLAY_ADDRESS_RANGES_H

#include <stdint.h>

struct address_range {
	uint64_t start, end;
	uint32_t owner; /* the caller's */
	uint32_t kind;  /* the caller's */
};

/* Zeroed is empty. */
struct address_ranges {
	struct range_node *nodes; /* [0] is none */
	uint32_t count, capacity, free, root;
	uint64_t random;
};

/* Called with each part that ends, in order of address. */
typedef void range_taker(void *context, const struct address_range *part);

/*
 * End all that lies in [start, end), or is a part of it. 0, or -1 when memory is out: then
 * nothing has ended. `take` may be NULL.
 */
int address_ranges_end(struct address_ranges *ranges, uint64_t start, uint64_t end,
                       range_taker *take, void *context);

/* The same, and then the range begins. It is not empty. */
int address_ranges_begin(struct address_ranges *ranges,
                         const struct address_range *range, range_taker *take,
                         void *context);

/* The range that begins at the address; NULL: none does. Valid until the next change. */
const struct address_range *address_ranges_at(const struct address_ranges *ranges,
                                              uint64_t start);

/* Call `take` with each range, in order of address. */
void address_ranges_list(const struct address_ranges *ranges, range_taker *take,
                         void *context);

void address_ranges_release(struct address_ranges *ranges);

#endif

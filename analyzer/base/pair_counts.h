/*
 * base/pair_counts.h - counts pairs of numbers; pairs with count 0 take no memory.
 */
#ifndef OUTLIVE_BASE_PAIR_COUNTS_H
#define OUTLIVE_BASE_PAIR_COUNTS_H

#include <stdint.h>

struct pair_count {
	uint32_t one, two;
	uint32_t count; /* 0: a free slot */
};

/* Zeroed is empty. */
struct pair_counts {
	struct pair_count *slots; /* 1 << bits slots */
	uint32_t bits, used;
};

/* Add to a pair's count, or subtract 1; a count of 0 stays 0. 0, or -1 when memory is out. */
int pair_counts_add(struct pair_counts *counts, uint32_t one, uint32_t two,
                    uint32_t by);
void pair_counts_subtract(struct pair_counts *counts, uint32_t one, uint32_t two);
uint32_t pair_counts_get(const struct pair_counts *counts, uint32_t one, uint32_t two);
void pair_counts_release(struct pair_counts *counts);

#endif

/*
 * verdict/ranking.h - blocks and bytes by a key (a depth, a function): short lists that are
 * added up from many tallies, then sorted.
 */
#ifndef OUTLIVE_VERDICT_RANKING_H
#define OUTLIVE_VERDICT_RANKING_H

#include <stddef.h>
#include <stdint.h>

struct rank {
	uint32_t key;
	uint64_t blocks, bytes;
};

/* Zeroed is empty. */
struct ranking {
	struct rank *ranks;
	size_t count, capacity;
};

/* 0, or -1 when memory is out. */
int ranking_add(struct ranking *ranking, uint32_t key, uint64_t blocks, uint64_t bytes);

/* Sort by blocks, most first; or by keys, lowest first. */
void ranking_sort(struct ranking *ranking);
void ranking_sort_keys(struct ranking *ranking);

/* The sum of the blocks of all ranks. */
uint64_t ranking_blocks(const struct ranking *ranking);

void ranking_release(struct ranking *ranking);

#endif

/*
 * replay/kept_group.h - what the blocks of groups of call paths pin of the heap.
 */
#ifndef OUTLIVE_REPLAY_KEPT_GROUP_H
#define OUTLIVE_REPLAY_KEPT_GROUP_H

#include "replay/kept.h"

/* What the blocks of a group of call paths pin. */
struct kept_row {
	uint64_t blocks, bytes;
	uint64_t pages;  /* that they pin, with other blocks or without */
	uint64_t pinned; /* their share of the free parts of these pages */
	uint64_t alone_pages,
		alone; /* pages without blocks of other groups; their free parts */
};

/*
 * Fill in the rows (all zero, by number of the group) of the groups that `group_of` gives by
 * number of the call path. The free part of a page is divided among the blocks on it, the same
 * share to each: all shares and `pinned_own` add up to all.pinned.
 */
void kept_group(const struct kept *kept, const uint32_t *group_of,
                struct kept_row *rows);

#endif

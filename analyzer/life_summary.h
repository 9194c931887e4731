/*
 * life_summary.h - the evidence about a set of sites: what a verdict and advice rest on.
 * Layer 11.
 */
#ifndef OUTLIVE_LIFE_SUMMARY_H
#define OUTLIVE_LIFE_SUMMARY_H

#include "classes.h"
#include "ranking.h"

#include <stdint.h>

struct life_summary {
	struct class_counts counts;
	uint32_t site_count, site; /* the first of them */
	uint64_t allocations, bytes, reallocs;
	uint64_t size_min, size_max;
	uint32_t live_max;  /* most live at once, of any one site */
	uint32_t recursion; /* most times a site's own function is on its stack */
	uint32_t peeled_min, peeled_max;

	uint64_t ended;                     /* of these is all that follows */
	uint64_t age_sum, age_min, age_max; /* quanta */
	uint64_t ages[AGE_CLASSES];
	uint64_t between_sum, youngest;
	uint64_t chains, chain_reallocs;
	uint32_t chain_longest;

	struct ranking depths; /* by escape depth, before peeling */
	struct ranking left;   /* by what is left of it after peeling */
	struct ranking owners; /* by function; of wrappers it is the one they serve */
	struct ranking freers; /* by function that freed, FUNCTION_NONE: not kept apart */
	struct ranking sizes;  /* by bits of the size; empty if all have one size */
};

/* Add a site's. Zeroed is empty. 0, or -1 when memory is out. */
int life_summary_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t site);

/* After the last: most first, depths from 0. */
void life_summary_sort(struct life_summary *summary);

void life_summary_release(struct life_summary *summary);

#endif

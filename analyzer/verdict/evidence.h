/*
 * verdict/evidence.h - the evidence about a set of sites: what a verdict and advice rest on.
 */
#ifndef OUTLIVE_VERDICT_EVIDENCE_H
#define OUTLIVE_VERDICT_EVIDENCE_H

#include "verdict/classes.h"
#include "verdict/ranking.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * What can be said of how large blocks are, and of how many are live at once. Bounded: in
 * the half of the lives that began last, none became larger than all before, or made more
 * of them. Else nothing tells what the next will be: it may grow with the program's input.
 */
enum size_kind { SIZE_CONSTANT, SIZE_BOUNDED, SIZE_UNBOUNDED };

/* A site of it; the outermost owner of its blocks, and the call path that called that. */
struct summary_site {
	uint32_t site, owner, owner_caller;
};

struct life_summary {
	struct class_counts counts;
	uint32_t site_count, site; /* the first of them */
	uint64_t allocations, bytes, reallocs;
	uint64_t size_min, size_max;
	uint32_t live_max; /* most live at once, of any one site and all threads */
	uint64_t live_least, live_most; /* of all sites: what that was at least, at most */
	uint64_t live_at_peak;          /* of the process */
	uint32_t recursion; /* most times a site's own function is on its stack */
	uint32_t peeled_min, peeled_max;
	struct summary_site *sites; /* site_count of them */
	uint32_t site_capacity;

	/* By life_summary_sort(): */
	uint64_t largest_min, largest_max; /* sizes of lives: what a block grew to */
	enum size_kind size_kind;
	uint64_t settled;     /* lives that began after the largest, at least */
	uint64_t begun;       /* lives */
	uint64_t excess;      /* bytes that reallocs asked for on the way */
	uint64_t at_once;     /* live at once of one activation of their owner: at most */
	uint64_t at_once_min; /* in one of them: at least */
	enum size_kind crowd_kind; /* of at_once; constant: it is 1 */
	uint64_t crowd_time;       /* quanta; when it was reached */
	bool
		goes_together; /* what an activation owns is live together, half of it at least */

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
	struct ranking movers; /* the same of those that called realloc, by its calls */
	struct ranking sizes;  /* by bits of the size; empty if all have one size */
};

/* Add a site's. Zeroed is empty. 0, or -1 when memory is out. */
int life_summary_add(struct life_summary *summary, const struct classes *classes,
                     uint32_t site);

/* After the last: most first, depths from 0; and what sites say only together. */
void life_summary_sort(struct life_summary *summary, const struct classes *classes);

/* "constant", "bounded", "unbounded" */
const char *size_kind_text(enum size_kind kind);

void life_summary_release(struct life_summary *summary);

#endif

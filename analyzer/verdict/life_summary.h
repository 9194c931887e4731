/*
 * verdict/life_summary.h - what is known of the lives of blocks of a set of call paths;
 * verdict/evidence.h fills it in.
 */
#ifndef OUTLIVE_VERDICT_LIFE_SUMMARY_H
#define OUTLIVE_VERDICT_LIFE_SUMMARY_H

#include "verdict/classes.h"
#include "verdict/ranking.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How far the sizes of blocks, or the number of blocks live at once, are limited. Bounded: of the
 * lives in the order of their births, no block of the last tenth was larger than those before, or
 * in the last half no more blocks lived at once than before. Otherwise nothing shows a limit: it
 * may grow with the program's input.
 */
enum size_kind { SIZE_CONSTANT, SIZE_BOUNDED, SIZE_UNBOUNDED };

/*
 * A call path of the set; the outermost owner of its blocks, and the node that called the
 * owner.
 */
struct summary_path {
	uint32_t path, owner, owner_caller;
};

struct life_summary {
	struct class_counts counts;
	uint32_t path_count, path; /* how many there are, and the first one */
	/* only a sample was recorded: what single blocks would show is not known, and 0 */
	bool is_sampled;
	uint64_t allocations, bytes, reallocs;
	uint64_t size_min, size_max;
	uint32_t live_max; /* most live at once of any one call path, over all threads */
	/* most live at once of all call paths together: at least, at most */
	uint64_t live_least, live_most;
	uint64_t live_at_peak; /* live at the process's peak */
	uint32_t recursion;    /* most activations of a path's own function on that path */
	uint32_t peeled_min, peeled_max;
	struct summary_path *paths; /* path_count of them */
	uint32_t path_capacity;

	/* Set by life_summary_sort(): */
	uint64_t largest_min, largest_max; /* of blocks, at the largest that each became */
	enum size_kind size_kind;
	uint64_t settled; /* lives that began after the largest block: at least so many */
	uint64_t begun;   /* lives */
	uint64_t callocs; /* of them, begun by calloc */
	uint64_t asked;   /* bytes that they asked for, all reallocs included */
	uint64_t excess;  /* bytes that reallocs asked for before the final size */
	/* reallocs and bytes that are not needed if blocks grow by half as much again */
	uint64_t spared;
	int64_t spared_bytes;
	uint64_t at_peak; /* bytes live at the process's peak */
	/* of the blocks that grew, by realloc or by copying: how many, their final sizes, and a size
	 * that was enough for about half of them */
	uint64_t grown, grown_bytes, grown_median;
	/* blocks live at once of any one activation of their owner: at most */
	uint64_t at_once;
	uint64_t at_once_min;      /* blocks live at once of some activation: at least */
	uint64_t activations;      /* of owners, that had blocks: at least */
	bool was_shared;           /* several threads had blocks at the same time */
	enum size_kind crowd_kind; /* of at_once; SIZE_CONSTANT: it is 1 */
	uint64_t crowd_time;       /* quanta; when at_once was reached */
	/* at least half of what an activation owns is live at one time */
	bool goes_together;
	uint64_t
		mixed; /* lives of a call path that began after some ended and others stayed */

	uint64_t ended;                     /* lives that ended; all below is about these */
	uint64_t age_sum, age_min, age_max; /* quanta */
	uint64_t ages[AGE_CLASSES];
	uint64_t between_sum, youngest;
	uint64_t chains, chain_reallocs;
	uint32_t chain_longest;

	struct ranking depths; /* by escape depth, wrappers and libraries counted */
	struct ranking left;   /* by escape depth, wrappers and libraries not counted */
	struct ranking machine_depths; /* by the machine frames that had ended */
	struct ranking owners; /* by function; a wrapper counts as the function it serves */
	struct ranking freers; /* by function that freed; FUNCTION_NONE: not kept apart */
	struct ranking movers; /* by function that called realloc, counting its calls */
	struct ranking sizes;  /* by bits of the size; empty if all have one size */
	struct ranking finals; /* by FINAL_KEY: the final sizes of the blocks that grew */
};

#endif

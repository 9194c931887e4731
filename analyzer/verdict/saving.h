/*
 * verdict/saving.h - what a change to a call site would save: calls, bytes and time.
 */
#ifndef OUTLIVE_VERDICT_SAVING_H
#define OUTLIVE_VERDICT_SAVING_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>
#include <stdint.h>

struct saving {
	uint64_t calls; /* of malloc and its like; a realloc is one, a free is not */
	uint64_t bytes; /* that they asked for */
	/*
	 * What malloc, free and copying cost where the recording was made, with the cache misses of
	 * their own. Not counted: what the rest of the program wins, as its memory lies closer
	 * together.
	 */
	uint64_t ns_least, ns_most;
};

/* All blocks of the call site, with their reallocs, but for `left` of the largest size. */
struct saving saving_of_blocks(const struct classes *classes,
                               const struct life_summary *summary, uint64_t left);

/*
 * The same for blocks that are taken out of one large block for each activation of their owner:
 * that asks for the same bytes.
 */
struct saving saving_of_pieces(const struct classes *classes,
                               const struct life_summary *summary);

/* The reallocs of the blocks. */
struct saving saving_of_reallocs(const struct classes *classes,
                                 const struct life_summary *summary);

/* `copies` of the blocks, which containers copied into larger ones. */
struct saving saving_of_copies(const struct classes *classes,
                               const struct life_summary *summary, uint64_t copies);

void saving_add(struct saving *to, const struct saving *from);

/*
 * Whether it is too little to matter: less than one in SAVING_CALLS_MIN of all calls, and of all
 * bytes, and at most one in SAVING_TIME_MIN of the time.
 */
#define SAVING_CALLS_MIN 100
#define SAVING_TIME_MIN 1000
bool saving_is_small(const struct saving *saving, const struct classes *classes);

#endif

/*
 * verdict/limits.h - what limits the sizes of blocks, and how many are alive at once: what only
 * several call paths together tell.
 */
#ifndef OUTLIVE_VERDICT_LIMITS_H
#define OUTLIVE_VERDICT_LIMITS_H

#include "verdict/life_summary.h"

/* Fills in the sizes of lives, and size_kind. */
void limits_of_sizes(struct life_summary *summary, const struct classes *classes);

/*
 * Fills in how many blocks activations of owners have, and crowd_kind. Sorts the paths by their
 * owners.
 */
void limits_of_crowd(struct life_summary *summary, const struct classes *classes);

#endif

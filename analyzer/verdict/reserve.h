/*
 * verdict/reserve.h - blocks that realloc makes larger, and that could have had their size at once.
 */
#ifndef OUTLIVE_VERDICT_RESERVE_H
#define OUTLIVE_VERDICT_RESERVE_H

#include "verdict/call_sites.h"

#include <stdbool.h>

/*
 * Whether the blocks grow in many small steps, and no other module makes them grow: the reallocs
 * are too many to be chance, and several for each block on average. Of a container, one for each
 * will do, if most of its blocks grow, in the function that makes them, and one size would do for
 * all: it began too small.
 */
bool is_for_reserve(const struct classes *classes, const struct call_site *call_site);

#endif

/*
 * verdict/call_sites.h - the sites of a profile by the one call in the program's text that allocates
 * (the innermost frame that is not peeled off): what somebody can change.
 */
#ifndef OUTLIVE_VERDICT_CALL_SITES_H
#define OUTLIVE_VERDICT_CALL_SITES_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdint.h>

struct place {
	uint32_t location, function;
	struct life_summary summary; /* sorted */
};

struct places {
	struct place *places;
	uint32_t count;
	uint32_t *of_site; /* by number of the site; [0] is unused */
};

/* 0, or -1 when memory is out; release it either way. */
int places_make(struct places *places, const struct classes *classes);
void places_release(struct places *places);

#endif

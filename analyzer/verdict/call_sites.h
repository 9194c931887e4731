/*
 * verdict/call_sites.h - the call paths of a profile by call site: the one call in the
 * program's text that allocates (in the innermost frame that is no wrapper). That is what an
 * author can change.
 */
#ifndef OUTLIVE_VERDICT_CALL_SITES_H
#define OUTLIVE_VERDICT_CALL_SITES_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>
#include <stdint.h>

struct call_site {
	uint32_t location, function;
	struct life_summary summary; /* sorted */
	bool is_crowded; /* other call sites of its line have blocks at the same time */
};

struct call_sites {
	struct call_site *call_sites;
	uint32_t count;
	uint32_t *of_path; /* by number of the call path that is not empty */
};

/* 0, or -1 when memory is out; release it either way. */
int call_sites_make(struct call_sites *call_sites, const struct classes *classes);
void call_sites_release(struct call_sites *call_sites);

#endif

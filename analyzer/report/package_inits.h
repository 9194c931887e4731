/*
 * report/package_inits.h - what the initialization of Go's packages allocated, in both heaps.
 */
#ifndef OUTLIVE_REPORT_PACKAGE_INITS_H
#define OUTLIVE_REPORT_PACKAGE_INITS_H

#include "report/tree.h"

#include <stddef.h>
#include <stdint.h>

/* An init function, with all that it called. */
struct package_init {
	const char *function; /* the profile's */
	struct name_weight calls, bytes, live;
};

struct package_inits {
	/* the standard library's come last; most bytes of both heaps first */
	struct package_init *items;
	size_t count;
};

/*
 * Make the list of those that allocated anything; empty if nothing is known of Go's heap. `inits`
 * is zeroed. 0, or -1 when memory is out; release it either way.
 */
int package_inits_make(struct package_inits *inits, const struct classes *classes);
void package_inits_release(struct package_inits *inits);

#endif

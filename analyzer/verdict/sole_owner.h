/*
 * verdict/sole_owner.h - call paths whose blocks all belong to one function, and what that freed.
 */
#ifndef OUTLIVE_VERDICT_SOLE_OWNER_H
#define OUTLIVE_VERDICT_SOLE_OWNER_H

#include "verdict/classes.h"

#include <stdint.h>

/* The node that owned all blocks of the call path that ended; CALL_ROOT: several did. */
uint32_t sole_owner_node(const struct classes *classes, uint32_t path);

/*
 * The bytes of the call path that its owner freed itself, before it returned to another function of
 * the program. 0 if the owner is the outermost one: what main(), or the start of a thread, frees at
 * its end may have grown with all that it did. Otherwise they are variables of that function, which
 * others make for it.
 */
uint64_t sole_owner_freed(const struct classes *classes, uint32_t path);

/* Find the call sites that are no growth: see site_growths_locals(). 0, or -1: memory is out. */
int sole_owner_growths(struct classes *classes);

#endif

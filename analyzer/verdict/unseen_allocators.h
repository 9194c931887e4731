/*
 * verdict/unseen_allocators.h - allocators that are linked into a module under names of their
 * own, as mimalloc or jemalloc in a Rust program: nothing calls malloc(), so no block of theirs
 * is seen.
 *
 * What proves that one is in use is memory that it mapped: a function of it is on the call path.
 * One that takes its memory in another way, or whose functions have no names, is not noticed.
 */
#ifndef OUTLIVE_VERDICT_UNSEEN_ALLOCATORS_H
#define OUTLIVE_VERDICT_UNSEEN_ALLOCATORS_H

#include "verdict/classes.h"

#include <stddef.h>
#include <stdint.h>

struct unseen_allocator {
	const char *name; /* "mimalloc" */
	uint32_t module;  /* that contains it */
	uint32_t path;    /* a call path on which it mapped most; see replay/mappings.h */
	uint64_t bytes, at_path; /* that it mapped; and on that path */
};
#define UNSEEN_ALLOCATORS_MAX 4 /* further ones are left out */

struct unseen_allocators {
	struct unseen_allocator items[UNSEEN_ALLOCATORS_MAX];
	size_t count;
};

void unseen_allocators_find(struct unseen_allocators *found,
                            const struct classes *classes);

#endif

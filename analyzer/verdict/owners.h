/*
 * verdict/owners.h - the functions to whose frames blocks belonged.
 */
#ifndef OUTLIVE_VERDICT_OWNERS_H
#define OUTLIVE_VERDICT_OWNERS_H

#include "verdict/classes.h"
#include "verdict/call_sites.h"
#include "verdict/hubs.h"

#include <stddef.h>
#include <stdint.h>

struct owner {
	uint32_t function;
	uint32_t
		hub; /* of keepers: the function that owns most of its blocks, if another */
	uint64_t blocks, bytes; /* blocks that belonged to its frames */
	uint64_t own_blocks;    /* of these: those that it allocated itself */
	uint64_t largest;       /* blocks of the call site that gave it most */
	uint32_t call_site;
};

struct owners {
	struct owner
		*owners; /* most bytes first, the user's own code before others (own_code.h) */
	size_t count;
};

/* 0, or -1 when memory is out. */
int owners_make(struct owners *owners, const struct classes *classes,
                const struct call_sites *call_sites);

/*
 * The same, but blocks and bytes only, of classes that need no more than functions and wrappers.
 * 0, or -1 when memory is out; release it either way.
 */
int owners_of_paths(struct owners *owners, const struct classes *classes);

/* The same by the functions that keep the blocks: see hubs_keeper(). */
int keepers_make(struct owners *owners, const struct classes *classes,
                 const struct call_sites *call_sites, const struct hubs *hubs);
/* Whether keepers_make() counts any block of the call path for the function. */
bool keeper_is_of_path(const struct classes *classes, const struct hubs *hubs,
                       uint32_t path, uint32_t function);

void owners_release(struct owners *owners);

#endif

/*
 * record/ignored_names.h - names of files in a session's directory that are not rings.
 */
#ifndef OUTLIVE_RECORD_IGNORED_NAMES_H
#define OUTLIVE_RECORD_IGNORED_NAMES_H

#include "base/hash_index.h"
#include "record/live_ring.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero: empty. */
struct ignored_names {
	char (*names)[LIVE_RING_NAME_BYTES];
	size_t count, capacity;
	struct hash_index index;
};

/*
 * Add a name shorter than LIVE_RING_NAME_BYTES. If memory is out, it is not added and the file
 * is tried again.
 */
void ignored_names_add(struct ignored_names *ignored, const char *name);
bool ignored_names_has(const struct ignored_names *ignored, const char *name);
void ignored_names_release(struct ignored_names *ignored);

#endif

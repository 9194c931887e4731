/*
 * base/text_pool.h - keeps strings, each once.
 */
#ifndef OUTLIVE_BASE_TEXT_POOL_H
#define OUTLIVE_BASE_TEXT_POOL_H

#include "base/hash_index.h"

#include <stddef.h>

/* Zeroed is empty. */
struct text_pool {
	char **texts; /* [0] is unused */
	size_t count, capacity;
	struct hash_index index;
};

/* The pool's own copy of a text, which does not move; "" for "". NULL: memory is out. */
const char *text_pool_keep(struct text_pool *pool, const char *text);
void text_pool_release(struct text_pool *pool);

#endif

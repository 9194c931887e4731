/*
 * base/text_pool.h - strings that are kept, each once.
 */
#ifndef OUTLIVE_BASE_TEXT_POOL_H
#define OUTLIVE_BASE_TEXT_POOL_H

#include "base/hash_index.h"

#include <stddef.h>

/* Zeroed is empty. */
struct text_pool {
	char **texts; /* [0] is none */
	size_t count, capacity;
	struct hash_index index;
};

/* The pool's own copy, which does not move; "" of an empty one. NULL: memory is out. */
const char *text_pool_keep(struct text_pool *pool, const char *text);
void text_pool_release(struct text_pool *pool);

#endif

/*
 * symbols/source_origins.h - numbers for the source functions of a module.
 */
#ifndef OUTLIVE_SYMBOLS_SOURCE_ORIGINS_H
#define OUTLIVE_SYMBOLS_SOURCE_ORIGINS_H

#include "base/hash_index.h"
#include "base/text_pool.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed is empty. */
struct source_origins {
	struct text_pool texts;
	const char **list; /* [0] is unused */
	size_t count, capacity;
	struct hash_index index;
};

void source_origins_release(struct source_origins *origins);

/*
 * The number, from 1 on, of the function that `name` and `declared` (trace/symbol_table.h)
 * identify together; 0: memory is out.
 */
uint32_t source_origins_number(struct source_origins *origins, const char *name,
                               const char *declared);

#endif

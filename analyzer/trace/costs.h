/*
 * trace/costs.h - what malloc, free and copying cost where a recording was made.
 */
#ifndef OUTLIVE_TRACE_COSTS_H
#define OUTLIVE_TRACE_COSTS_H

#include "base/error.h"
#include "base/text.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct allocator_costs {
	bool
		is_measured; /* false: the recording has none, these are of a machine of 2024 */
	struct costs_header header;
	struct costs_class classes[COSTS_CLASSES_MAX];
	struct costs_memory memory; /* the usual ones, if the recording has none */
};

/* What is true where nothing was measured. */
struct allocator_costs allocator_costs_usual(void);

/* The class of blocks of that size. */
const struct costs_class *allocator_costs_of(const struct allocator_costs *costs,
                                             uint64_t size);

/*
 * Read the payload of a COSTS block (trace_format.h); 0, or -1 and *error: then *costs is what it
 * was before.
 */
int costs_block_load(struct allocator_costs *costs, const uint8_t *data, size_t bytes,
                     struct error *error);

/* Append the payload of a COSTS block to *payload. 0, or -1 when memory is out. */
int costs_block_save(const struct allocator_costs *costs, struct text *payload);

#endif

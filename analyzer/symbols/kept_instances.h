/*
 * symbols/kept_instances.h - which inlined instances may stay the same activations while a
 * machine function goes from one of its calls to another.
 */
#ifndef OUTLIVE_SYMBOLS_KEPT_INSTANCES_H
#define OUTLIVE_SYMBOLS_KEPT_INSTANCES_H

#include "symbols/function_flow.h"

/* Zeroed is empty. Keeps the ways from one call, since several targets are asked for each. */
struct kept_ways {
	uint64_t from;
	uint32_t function;
	uint64_t *kept; /* of each block: bit k: it can be reached with the outer k kept */
	/* the same if a branch between two parts of an inlined function does not end it */
	uint64_t *middle;
	bool is_bare;   /* a bare loop lies on one of the ways: flow_scopes_set() */
	uint32_t *open; /* blocks that are to be gone on from */
	uint64_t *fresh;
	uint32_t count, capacity, middle_capacity, open_capacity,
		fresh_capacity; /* blocks */
};

void kept_ways_release(struct kept_ways *ways);

/* See symbolizer_kept(). */
uint64_t kept_instances(struct module *module, struct function_flows *flows,
                        struct kept_ways *ways, uint64_t from, uint64_t to,
                        uint32_t *merged);

#endif

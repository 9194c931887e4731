/*
 * trace/source_table.h - what the return addresses of a process are in its source, names apart:
 * which activations of inlined functions are at each of them, and which of these may last from
 * one address to another of the same machine function.
 *
 *   instance   a machine function, or a function inlined at one call of a machine function.
 *              Instances of a module are numbered from 1.
 *   kept       the machine frame was in the call before address `from`, and later in the call
 *              before address `to`. Bit k: perhaps exactly the outer k inlined instances that
 *              both have in common are still the same activations.
 *   jump       a call of function A became, by jumps at the ends of functions, one of function
 *              B: the functions between them have no machine frame. The offset behind a jump
 *              stands for the frame, as a return address would.
 *
 * Everything comes from the SOURCES block of a trace, or from a symbolizer on this machine.
 */
#ifndef OUTLIVE_TRACE_SOURCE_TABLE_H
#define OUTLIVE_TRACE_SOURCE_TABLE_H

#include "base/hash_index.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_CHAIN_MAX 64 /* instances at one address */
#define SOURCE_JUMPS_MAX 8  /* jumps between two functions */

/* What one return address is; numbers of its module. */
struct source_address {
	uint64_t offset; /* return address - bias */
	uint32_t module;
	uint32_t first, count; /* in source_table.instances: innermost first; the machine
	                          function is the last; count 0: nothing is known */
	uint32_t called; /* the machine function that is called directly; 0: unknown */
	/* the machine function is a part of the function that calls it, split off */
	bool is_part;
};

struct source_pair {
	uint32_t from, to; /* numbers of addresses */
	uint32_t merged;   /* further instances of `to` that last, under other numbers */
	uint64_t kept;     /* 0: not known */
};

struct source_jumps {
	uint32_t module, from, to; /* machine functions; to: 0: any outside of the module */
	uint32_t count;            /* 0: there is no such way, or several */
	uint64_t offsets[SOURCE_JUMPS_MAX];
};

struct source_table {
	struct source_address
		*addresses; /* [0] is unused, like the first of all arrays here */
	uint32_t address_count, address_capacity;
	struct hash_index address_index;
	uint32_t *instances;
	uint32_t instance_count, instance_capacity;
	struct source_pair *pairs;
	uint32_t pair_count, pair_capacity;
	struct hash_index pair_index;
	struct source_jumps *jumps;
	uint32_t jumps_count, jumps_capacity;
	struct hash_index jumps_index;
};

void source_table_init(struct source_table *table);
void source_table_release(struct source_table *table);

/* The number of an address; 0: the table does not have it. */
uint32_t source_table_find(const struct source_table *table, uint32_t module,
                           uint64_t offset);

/*
 * Add an address that the table does not have, with `address->count` instances; `first` is set
 * here. Returns its number, or 0 when memory is out.
 */
uint32_t source_table_add(struct source_table *table,
                          const struct source_address *address,
                          const uint32_t *instances);

/* NULL: the table does not have the pair. Valid until the next is added. */
const struct source_pair *source_table_pair(const struct source_table *table,
                                            uint32_t from, uint32_t to);
const struct source_jumps *source_table_jumps(const struct source_table *table,
                                              uint32_t module, uint32_t from,
                                              uint32_t to);

/* Add what the table does not have. 0, or -1 when memory is out. */
int source_table_add_pair(struct source_table *table, const struct source_pair *pair);
int source_table_add_jumps(struct source_table *table,
                           const struct source_jumps *jumps);

/*
 * Add all of a table, which the other one has nothing of, but for what is of a module with
 * skipped[module], of `modules` ones. 0, or -1 when memory is out.
 */
int source_table_copy(struct source_table *to, const struct source_table *from,
                      const bool *skipped, size_t modules);

#endif

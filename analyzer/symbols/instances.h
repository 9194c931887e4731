/*
 * symbols/instances.h - the instances of one module: machine functions, and the functions that
 * are inlined at each position of them.
 *
 * Each has a number, from 1 on, which stays the same as long as the table. A machine function
 * is entered when an address in it is first asked for, together with all that is inlined into it.
 */
#ifndef OUTLIVE_SYMBOLS_INSTANCES_H
#define OUTLIVE_SYMBOLS_INSTANCES_H

#include "base/hash_index.h"
#include "elf/code_step.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Addresses are those of the module. */
struct instance {
	const void *die;      /* its debug entry; NULL: a function that has only a symbol */
	const void *unit;     /* of the debug entry */
	uint64_t low, high;   /* around all its ranges */
	uint64_t entry;       /* where it begins */
	uint32_t parent;      /* the instance around it; 0: it is a machine function */
	uint32_t function;    /* the machine function; its own number if it is one */
	uint32_t child, last; /* the first and the last instance directly inside; 0: none */
	uint32_t next;        /* the next instance with this parent; 0: none */
	uint32_t range_first, range_count; /* in instances.ranges */
	uint32_t origin;                   /* see symbolizer_instance(); 0: not known yet */
	uint32_t inside; /* of a machine function: all instances inside it */
	bool is_part;    /* of a machine function: likewise */
	/*
	 * The rest of a function that was inlined in part: its frame is that of the instance
	 * around it. It is in no chain.
	 */
	bool is_rest;
};

struct instances {
	struct instance *list; /* [0] is unused */
	uint32_t count, capacity;
	struct code_range *ranges;
	uint32_t range_count, range_capacity;
	uint64_t *keys; /* [number]: what a machine function was entered for; 0: none */
	uint32_t key_capacity;
	struct hash_index by_key;
};

void instances_release(struct instances *instances);

/* The machine function that was entered for `key`; 0: none. */
uint32_t instances_find(const struct instances *instances, uint64_t key);

/*
 * Add an instance, as the last one inside its parent, without ranges. `key` (not 0) if it is a
 * machine function, otherwise 0. Returns its number; 0: no memory.
 */
uint32_t instances_add(struct instances *instances, uint32_t parent, uint64_t key);

/* Add a range to the instance that was added last. 0, or -1: no memory. */
int instances_add_range(struct instances *instances, uint64_t low, uint64_t high);

/* NULL: there is no such number. */
static inline struct instance *instances_get(const struct instances *instances,
                                             uint32_t number)
{
	return number && number <= instances->count ? &instances->list[number] : NULL;
}

/* The instance around this one, rests left out; 0: it is a machine function. */
static inline uint32_t instances_parent(const struct instances *instances,
                                        const struct instance *instance)
{
	uint32_t parent = instance->parent;

	while (parent && instances->list[parent].is_rest)
		parent = instances->list[parent].parent;
	return parent;
}

/* Whether the instance's code is at the address. */
bool instances_is_at(const struct instances *instances, const struct instance *instance,
                     uint64_t address);

/*
 * The instances around an address of a machine function, outermost (the function itself)
 * first, at most `max`; without the rests. Returns their number.
 */
unsigned instances_chain(const struct instances *instances, uint32_t function,
                         uint64_t address, uint32_t *chain, unsigned max);

#endif

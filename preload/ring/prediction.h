/*
 * ring/prediction.h - the writer's half of the prediction tables of record_format.h. The
 * reader's half is analyzer/trace/prediction.h. The tables are zeroed when a run of events in a
 * chunk begins, and every change in them follows from the bytes that are written.
 *
 * All functions are inline, as each event calls them. This file is in a room below event/
 * because the state of a thread contains the tables.
 */
#ifndef OUTLIVE_PRELOAD_RING_PREDICTION_H
#define OUTLIVE_PRELOAD_RING_PREDICTION_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "record_format.h"

#define ADDRESS_OF_NONE 1 /* not a block's address: those are multiples of 8 */

struct prediction {
	uint64_t dictionary[1 << DICTIONARY_BITS];
	uint16_t children[1 << CHILDREN_BITS];
	uint64_t sizes[1 << SIZES_BITS];
	struct {
		uint64_t address;
		uint32_t number;
		uint32_t size_class;
	} recent[1 << RECENT_BITS];
	struct {
		uint64_t addresses[FREED_DEPTH]; /* a ring; the newest is before `top` */
		uint32_t top, count;
	} freed[FREED_CLASSES];
	uint64_t last_address;
	uint32_t newest; /* number of the block allocated last */
	uint32_t last_popped, last_pushed;
	uint64_t last_time; /* quanta */
};

/* Reset the tables for a run that begins at `time`. */
static inline void prediction_reset(struct prediction *tables, uint64_t time)
{
	memset(tables, 0, sizeof(*tables));
	/* An empty entry must not match a block at address 0. */
	tables->recent[FORMAT_HASH(0, RECENT_BITS)].address = ADDRESS_OF_NONE;
	tables->last_time = time;
}

/*
 * Find a block that was allocated lately, and its *distance from the newest. False: not found.
 */
static inline bool recent_find(const struct prediction *tables, uintptr_t address,
                               uint32_t *distance, uint32_t *size_class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);

	*distance = tables->newest - tables->recent[slot].number;
	*size_class = tables->recent[slot].size_class;
	return tables->recent[slot].address == address && *distance < RECENT_WINDOW;
}

static inline void recent_add(struct prediction *tables, uintptr_t address,
                              uint32_t size_class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);

	tables->recent[slot].address = address;
	tables->recent[slot].number = ++tables->newest;
	tables->recent[slot].size_class = size_class;
}

static inline void freed_push(struct prediction *tables, uint32_t size_class,
                              uintptr_t address)
{
	uint32_t top = tables->freed[size_class].top;

	tables->freed[size_class].addresses[top] = address;
	tables->freed[size_class].top = top + 1 == FREED_DEPTH ? 0 : top + 1;
	if (tables->freed[size_class].count < FREED_DEPTH)
		tables->freed[size_class].count++;
}

/* Remove and return the address that was freed last in the class; 0: there is none. */
static inline uintptr_t freed_pop(struct prediction *tables, uint32_t size_class)
{
	uint32_t top = tables->freed[size_class].top;

	if (!tables->freed[size_class].count)
		return 0;
	top = top ? top - 1 : FREED_DEPTH - 1;
	tables->freed[size_class].top = top;
	tables->freed[size_class].count--;
	return tables->freed[size_class].addresses[top];
}

#endif

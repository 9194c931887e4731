/*
 * trace/prediction.h - the reader's half of the prediction tables of record_format.h. The
 * writer's half is preload/ring/prediction.h.
 *
 * All functions are inline: this is the innermost part of the analyzer's hot loop.
 */
#ifndef OUTLIVE_TRACE_PREDICTION_H
#define OUTLIVE_TRACE_PREDICTION_H

#include "record_format.h"

#include <stdbool.h>
#include <string.h>

#define FREED_SLOTS 8 /* ring size, a power of two above FREED_DEPTH */

/* A block that was allocated lately; a free names it by its number. */
struct recent_block {
	uint64_t address;
	uint32_t number; /* 0: none */
	uint32_t size_class;
};

/* The last addresses freed in one size class; freed_top and freed_count say which are valid. */
struct freed_ring {
	uint64_t addresses[FREED_SLOTS];
};

struct prediction {
	uint64_t dictionary[1 << DICTIONARY_BITS];
	/* Of `dictionary`; LOCATION_NONE: not known yet. */
	uint32_t locations[1 << DICTIONARY_BITS];
	uint16_t children[1 << CHILDREN_BITS];
	uint64_t sizes[1 << SIZES_BITS];
	struct recent_block recent[1 << RECENT_BITS];
	uint8_t freed_top[FREED_CLASSES], freed_count[FREED_CLASSES];
	struct freed_ring freed[FREED_CLASSES];
	uint64_t last_address;
	uint32_t newest; /* number of the newest block */
	/*
	 * The slot in `recent` of each number. May be stale: valid only if the slot has that
	 * number.
	 */
	uint8_t by_number[RECENT_WINDOW];
};
static_assert(1 << RECENT_BITS == 256, "by_number holds a slot in a byte");
static_assert(FREED_DEPTH < FREED_SLOTS, "the ring of freed addresses");

/* Reset the tables to their state at the beginning of a run. Stale by_number does no harm. */
static inline void prediction_reset(struct prediction *tables)
{
	memset(tables, 0, offsetof(struct prediction, by_number));
}

/* Add a block to `recent` as the newest. */
static inline void recent_add(struct prediction *tables, uint64_t address,
                              uint32_t size_class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);
	uint32_t number = ++tables->newest;

	tables->recent[slot] = (struct recent_block){ address, number, size_class };
	tables->by_number[number % RECENT_WINDOW] = (uint8_t)slot;
}

/*
 * Add an address on top. If FREED_DEPTH are there, the oldest is dropped: the count stays,
 * and the ring is larger than the depth. `top` may wrap, since 256 is a multiple of
 * FREED_SLOTS.
 */
static inline void freed_push(struct prediction *tables, uint32_t size_class,
                              uint64_t address)
{
	uint8_t top = tables->freed_top[size_class]++;

	tables->freed[size_class].addresses[top % FREED_SLOTS] = address;
	if (tables->freed_count[size_class] < FREED_DEPTH)
		tables->freed_count[size_class]++;
}

/* Remove and return the last address that was freed in this size class; 0: none. */
static inline uint64_t freed_pop(struct prediction *tables, uint32_t size_class)
{
	if (!tables->freed_count[size_class])
		return 0;
	tables->freed_count[size_class]--;
	return tables->freed[size_class]
	    .addresses[--tables->freed_top[size_class] % FREED_SLOTS];
}

#endif

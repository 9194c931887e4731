/*
 * trace/prediction.h - the reader's half of the prediction tables of record_format.h; the writer's
 * is preload/ring/prediction.h.
 *
 * All inline: this is the innermost part of the analyzer's hot loop.
 */
#ifndef OUTLIVE_TRACE_PREDICTION_H
#define OUTLIVE_TRACE_PREDICTION_H

#include "record_format.h"

#include <stdbool.h>
#include <string.h>

#define FREED_SLOTS 8 /* a ring with room for FREED_DEPTH */

struct recent_block {
	uint64_t address;
	uint32_t number; /* 0: none */
	uint32_t size_class;
};

struct freed_ring {
	uint64_t addresses[FREED_SLOTS];
};

struct prediction {
	uint64_t dictionary[1 << DICTIONARY_BITS];
	uint32_t locations[1 << DICTIONARY_BITS]; /* of these; LOCATION_NONE: not known */
	uint16_t children[1 << CHILDREN_BITS];
	uint64_t sizes[1 << SIZES_BITS];
	struct recent_block recent[1 << RECENT_BITS];
	uint8_t freed_top[FREED_CLASSES], freed_count[FREED_CLASSES];
	struct freed_ring freed[FREED_CLASSES];
	uint64_t last_address;
	uint32_t newest; /* number of the newest block */
	/* The slot in `recent` by number; believed only if that slot agrees. */
	uint8_t by_number[RECENT_WINDOW];
};
static_assert(1 << RECENT_BITS == 256, "by_number holds a slot in a byte");
static_assert(FREED_DEPTH < FREED_SLOTS, "the ring of freed addresses");

/* As they are when a run begins. by_number needs no clearing. */
static inline void prediction_reset(struct prediction *tables)
{
	memset(tables, 0, offsetof(struct prediction, by_number));
}

/* Number a block in `recent` as the newest. */
static inline void recent_add(struct prediction *tables, uint64_t address,
                              uint32_t size_class)
{
	uint32_t slot = FORMAT_HASH(address, RECENT_BITS);
	uint32_t number = ++tables->newest;

	tables->recent[slot] = (struct recent_block){ address, number, size_class };
	tables->by_number[number % RECENT_WINDOW] = (uint8_t)slot;
}

static inline void freed_push(struct prediction *tables, uint32_t size_class,
                              uint64_t address)
{
	uint8_t top = tables->freed_top[size_class]++;

	tables->freed[size_class].addresses[top % FREED_SLOTS] = address;
	if (tables->freed_count[size_class] < FREED_DEPTH)
		tables->freed_count[size_class]++;
}

/* The last address freed in this size_class, taken off; 0 if there is none. */
static inline uint64_t freed_pop(struct prediction *tables, uint32_t size_class)
{
	if (!tables->freed_count[size_class])
		return 0;
	tables->freed_count[size_class]--;
	return tables->freed[size_class]
	    .addresses[--tables->freed_top[size_class] % FREED_SLOTS];
}

#endif

/*
 * event/bytes.h - the parts of an event's bytes, and the tables they change.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_BYTES_H
#define OUTLIVE_PRELOAD_EVENT_BYTES_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "system/system.h"
#include "stack/thread_state.h"

#define FRAME_BYTES_MAX 7     /* a raw frame code */
#define FRAME_ADDRESS_BITS 48 /* what one can say */
static_assert(ARCH_ADDRESS_BITS <= FRAME_ADDRESS_BITS, "every address can be said");

/* An event with SHORT_FRAMES new frames at the most, whatever its operands. */
#define SHORT_BYTES_MAX 128

struct event {
	enum event_op op;  /* OP_CONTROL: a STACK record, nothing but time and frames */
	uint64_t time;     /* quanta; a realloc: before the real call */
	uint64_t time_end; /* realloc: after it */
	uintptr_t address; /* realloc: the new one */
	uintptr_t old_address;
	uint64_t size_bytes;
	uint8_t alignment_log2; /* OP_ALIGNED */
};

static inline uint8_t *put_varint(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

static inline uint64_t zigzag(uint64_t difference)
{
	return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}

/* Code one frame; true if it was the predicted one, and nothing had to be written. */
static inline bool frame_put(struct prediction *tables, uint8_t **at, uint64_t context,
                             uintptr_t return_address)
{
	uint16_t *child = &tables->children[FORMAT_HASH(context, CHILDREN_BITS)];
	uint32_t index;

	if (likely(tables->dictionary[*child] == return_address))
		return true;
	index = FORMAT_HASH(return_address, DICTIONARY_BITS);
	if (tables->dictionary[index] == return_address) {
		*(*at)++ = (uint8_t)(index >> 8);
		*(*at)++ = (uint8_t)index;
	} else {
		*(*at)++ = 0x80;
		memcpy(*at, &return_address, FRAME_ADDRESS_BITS / 8);
		*at += FRAME_ADDRESS_BITS / 8;
		tables->dictionary[index] = return_address;
	}
	*child = (uint16_t)index;
	return false;
}

static inline uint8_t *shape_put(struct prediction *tables, uint8_t *at, uint32_t pops,
                                 uint32_t news, uint8_t *tag)
{
	if (pops == tables->last_pops && news == tables->last_news &&
	    TAG_OP(*tag) != OP_CONTROL) {
		*tag |= TAG_SAME_SHAPE;
		return at;
	}
	tables->last_pops = pops;
	tables->last_news = news;
	*at++ = (uint8_t)((pops < 15 ? pops : 15) << 4 | (news < 15 ? news : 15));
	if (pops >= 15)
		at = put_varint(at, pops - 15);
	if (news >= 15)
		at = put_varint(at, news - 15);
	return at;
}

/* ---- operands ----------------------------------------------------------------- */

/* An address whose block was allocated lately, as a distance; else false. */
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

/* The address freed last in the class, and off the stack with it; 0 if there is none. */
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

static inline uint8_t *address_put(uint8_t *at, uintptr_t address, uintptr_t base)
{
	return put_varint(at, zigzag((uint64_t)((int64_t)(address - base) >> 3)));
}

/* `leaf` is the innermost return address; the alignment comes before. */
static inline uint8_t *alloc_put(struct prediction *tables, uint8_t *at,
                                 uintptr_t address, uint64_t size_bytes, uint64_t leaf,
                                 uint8_t *tag)
{
	uint64_t *size = &tables->sizes[FORMAT_HASH(leaf, SIZES_BITS)];
	uint32_t size_class = SIZE_CLASS(size_bytes);

	if (*size == size_bytes) {
		*tag |= TAG_SIZE_PREDICTED;
	} else {
		at = put_varint(at, size_bytes);
		*size = size_bytes;
	}
	if (freed_pop(tables, size_class) == address)
		*tag |= TAG_ADDRESS_PREDICTED;
	else
		at = address_put(at, address, tables->last_address);
	recent_add(tables, address, size_class);
	tables->last_address = address;
	return at;
}

static inline uint8_t *free_put(struct prediction *tables, uint8_t *at,
                                uintptr_t address, uint8_t *tag)
{
	uint32_t distance, size_class;

	if (recent_find(tables, address, &distance, &size_class)) {
		*tag |= TAG_ADDRESS_PREDICTED;
		at = put_varint(at, distance);
		freed_push(tables, size_class, address);
	} else {
		at = address_put(at, address, tables->last_address);
	}
	tables->last_address = address;
	return at;
}

#endif

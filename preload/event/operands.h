/*
 * event/operands.h - writes addresses and sizes, which follow an event's frames. The reader's
 * half is analyzer/trace/operands.h.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_OPERANDS_H
#define OUTLIVE_PRELOAD_EVENT_OPERANDS_H

#include "event/bytes.h"
#include "event/event.h"
#include "ring/prediction.h"

static inline uint8_t *address_put(uint8_t *at, uintptr_t address, uintptr_t base)
{
	return zigzag_put(at, (uint64_t)((int64_t)(address - base) >> 3));
}

/* `leaf`: the innermost return address. The alignment was written before. */
static inline uint8_t *alloc_put(struct prediction *tables, uint8_t *at,
                                 uintptr_t address, uint64_t size_bytes, uint64_t leaf,
                                 uint8_t *tag)
{
	uint64_t *size = &tables->sizes[FORMAT_HASH(leaf, SIZES_BITS)];
	uint32_t size_class = SIZE_CLASS(size_bytes);

	if (*size == size_bytes) {
		*tag |= TAG_SIZE_PREDICTED;
	} else {
		at = varint_put(at, size_bytes);
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
		at = varint_put(at, distance);
		freed_push(tables, size_class, address);
	} else {
		at = address_put(at, address, tables->last_address);
	}
	tables->last_address = address;
	return at;
}

static inline uint8_t *realloc_put(struct prediction *tables, uint8_t *at,
                                   const struct event *event)
{
	uint8_t *flags = at++;
	uint32_t distance, old_class, new_class = SIZE_CLASS(event->size_bytes);
	/* 0: that block was not sampled; an empty slot of `recent` has no block either */
	bool recent = event->old_address &&
	              recent_find(tables, event->old_address, &distance, &old_class);

	*flags = 0;
	at = varint_put(at,
	                event->time_end > event->time ? event->time_end - event->time : 0);
	if (recent) {
		*flags |= REALLOC_OLD_RECENT;
		at = varint_put(at, distance);
	} else {
		at = address_put(at, event->old_address, tables->last_address);
	}
	at = varint_put(at, event->size_bytes);
	if (event->address == event->old_address) {
		*flags |= REALLOC_IN_PLACE;
	} else {
		if (freed_pop(tables, new_class) == event->address)
			*flags |= REALLOC_NEW_PREDICTED;
		else
			at = address_put(at, event->address, event->old_address);
		if (recent)
			freed_push(tables, old_class, event->old_address);
	}
	recent_add(tables, event->address, new_class);
	tables->last_address = event->address;
	return at;
}

/*
 * Write all operands of the event. `leaf`: the innermost return address. `is_short`: the event
 * is known to be a malloc, calloc or free.
 */
static inline __attribute__((always_inline)) uint8_t *operands_put(
	struct prediction *tables, uint64_t leaf, uint8_t *at, uint8_t *tag,
	const struct event *event, const bool is_short)
{
	if (event->op == OP_FREE)
		return free_put(tables, at, event->address, tag);
	if (!is_short) {
		switch (event->op) {
		case OP_REALLOC: return realloc_put(tables, at, event);
		case OP_FAILED: return varint_put(at, event->size_bytes);
		case OP_CONTROL: return at;
		case OP_ALIGNED: *at++ = event->alignment_log2; break;
		default: break;
		}
	}
	return alloc_put(tables, at, event->address, event->size_bytes, leaf, tag);
}

#endif

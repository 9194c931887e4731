/*
 * trace/operands.h - reads what follows an event's frames: addresses and sizes. The writer's
 * half is preload/event/operands.h.
 *
 * Functions that return text return NULL, or what is wrong with the record.
 */
#ifndef OUTLIVE_TRACE_OPERANDS_H
#define OUTLIVE_TRACE_OPERANDS_H

#include "trace/bytes.h"
#include "trace/event.h"
#include "trace/prediction.h"

/*
 * Read the address of a free, or the old address of a realloc. *size_class: the block's size
 * class if it was found in `recent`, else FREED_CLASSES.
 */
static inline const char *freed_address_read(struct prediction *tables,
                                             const uint8_t **at, bool is_recent,
                                             uint64_t *address, uint32_t *size_class)
{
	const struct recent_block *block;
	uint64_t distance;
	uint32_t number;

	*size_class = FREED_CLASSES;
	if (!is_recent) {
		*address = tables->last_address + (zigzag_read(at) << 3);
		return NULL;
	}
	distance = varint_read(at);
	if (unlikely(distance >= RECENT_WINDOW || distance >= tables->newest))
		return "it names a recent block that is none";
	number = tables->newest - (uint32_t)distance;
	block = &tables->recent[tables->by_number[number % RECENT_WINDOW]];
	if (unlikely(block->number != number))
		return "it names a recent block that was forgotten";
	*address = block->address;
	*size_class = block->size_class;
	return NULL;
}

/* Read the operands of malloc, calloc and aligned; the alignment was already read. */
static inline void alloc_read(struct prediction *tables, uint64_t leaf,
                              const uint8_t **at, uint8_t tag, struct event *event)
{
	uint64_t *size = &tables->sizes[FORMAT_HASH(leaf, SIZES_BITS)];
	uint64_t predicted;
	uint32_t size_class;

	if (!(tag & TAG_SIZE_PREDICTED))
		*size = varint_read(at);
	event->size_bytes = *size;
	size_class = SIZE_CLASS(event->size_bytes);
	/* Popped even if the address turns out to be another one: the recorder does so, too. */
	predicted = freed_pop(tables, size_class);
	if (tag & TAG_ADDRESS_PREDICTED)
		event->address = predicted;
	else
		event->address = tables->last_address + (zigzag_read(at) << 3);
	tables->last_address = event->address;
	recent_add(tables, event->address, size_class);
}

/*
 * Read the operands of a realloc. The tables must change exactly as the recorder's did, in
 * the same order: the new block pops an address and gets its number first, then the old
 * block's address is pushed. Otherwise all later predictions would be wrong.
 */
static inline const char *realloc_read(struct prediction *tables, const uint8_t **at,
                                       struct event *event)
{
	uint8_t flags = *(*at)++;
	uint32_t size_class, old_class;
	uint64_t duration, predicted;
	const char *wrong;

	duration = varint_read(at);
	if (unlikely(event->time + duration < event->time))
		return "its time overflows";
	event->time_end = event->time + duration;
	wrong = freed_address_read(tables, at, flags & REALLOC_OLD_RECENT,
	                           &event->old_address, &old_class);
	if (unlikely(wrong))
		return wrong;
	event->size_bytes = varint_read(at);
	size_class = SIZE_CLASS(event->size_bytes);
	if (flags & REALLOC_IN_PLACE) {
		event->is_in_place = true;
		event->address = event->old_address;
	} else {
		predicted = freed_pop(tables, size_class);
		if (flags & REALLOC_NEW_PREDICTED)
			event->address = predicted;
		else
			event->address = event->old_address + (zigzag_read(at) << 3);
	}
	/* of a sampled recording, one of the two may be 0: see FORMAT.md */
	if (unlikely(!event->address && !event->old_address))
		return "its address cannot be";
	recent_add(tables, event->address, size_class);
	if (!(flags & REALLOC_IN_PLACE) && old_class < FREED_CLASSES)
		freed_push(tables, old_class, event->old_address);
	tables->last_address = event->address;
	return NULL;
}

/* Read all operands of the operation event->op. `leaf`: the innermost return address. */
static inline const char *operands_read(struct prediction *tables, uint64_t leaf,
                                        const uint8_t **at, uint8_t tag,
                                        struct event *event)
{
	const char *wrong;
	uint32_t size_class;

	switch (event->op) {
	case OP_ALIGNED:
		event->alignment_log2 = *(*at)++;
		if (event->alignment_log2 > 63)
			return "its alignment is no power of two";
		/* fall through */
	case OP_MALLOC:
	case OP_CALLOC: alloc_read(tables, leaf, at, tag, event); return NULL;
	case OP_FREE:
		wrong = freed_address_read(tables, at, tag & TAG_ADDRESS_PREDICTED,
		                           &event->address, &size_class);
		if (unlikely(wrong))
			return wrong;
		if (size_class < FREED_CLASSES)
			freed_push(tables, size_class, event->address);
		tables->last_address = event->address;
		return NULL;
	case OP_REALLOC: return realloc_read(tables, at, event);
	case OP_FAILED: event->size_bytes = varint_read(at); return NULL;
	}
	return "it has no operation";
}

#endif

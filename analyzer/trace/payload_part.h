/* trace/payload_part.h - takes the parts of a block's payload, whose counts are not trusted. */
#ifndef OUTLIVE_TRACE_PAYLOAD_PART_H
#define OUTLIVE_TRACE_PAYLOAD_PART_H

#include <stddef.h>
#include <stdint.h>

/*
 * Take `count` items of `size` bytes from `*left` bytes at `*at`, and move both past them. The
 * part lies in the payload, perhaps unaligned; NULL: there are not so many items. The count is
 * compared by a division, since a product could overflow.
 */
static inline const uint8_t *payload_part_take(const uint8_t **at, uint64_t *left,
                                               uint64_t count, size_t size)
{
	const uint8_t *part = *at;

	if (count > *left / size)
		return NULL;
	*at += count * size;
	*left -= count * size;
	return part;
}

#endif

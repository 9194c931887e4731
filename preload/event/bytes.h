/*
 * event/bytes.h - the numbers in an event's bytes, and how many bytes they take.
 * analyzer/trace/bytes.h reads them.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_BYTES_H
#define OUTLIVE_PRELOAD_EVENT_BYTES_H

#include <assert.h>
#include <stdint.h>

#include "arch.h"

#define FRAME_BYTES_MAX 7     /* a raw frame code */
#define FRAME_ADDRESS_BITS 48 /* bits of an address in such a code */
static_assert(ARCH_ADDRESS_BITS <= FRAME_ADDRESS_BITS, "every address can be written");

#define GROUP_FRAMES 8
#define GROUPS_OF(count) (((count) + GROUP_FRAMES - 1) / GROUP_FRAMES)
#define FIXED_BYTES_MAX 112 /* an event without frames, a GAP and a STANDS record */

/* An event with at most SHORT_FRAMES new frames, whatever its operands. */
#define SHORT_BYTES_MAX 128

static inline uint8_t *varint_put(uint8_t *at, uint64_t value)
{
	while (value >= 0x80) {
		*at++ = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	*at++ = (uint8_t)value;
	return at;
}

static inline uint8_t *zigzag_put(uint8_t *at, uint64_t difference)
{
	return varint_put(at, difference << 1 ^ (uint64_t)((int64_t)difference >> 63));
}

#endif

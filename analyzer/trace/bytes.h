/*
 * trace/bytes.h - numbers in an event's bytes; preload/event/bytes.h writes them.
 */
#ifndef OUTLIVE_TRACE_BYTES_H
#define OUTLIVE_TRACE_BYTES_H

#include <stdint.h>

#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

/*
 * Read a LEB128 number, of 10 bytes at most; bits beyond the 64th are dropped. It checks no
 * end: CHUNK_PADDING_BYTES after the chunk are readable, and the caller checks afterwards
 * whether it went too far.
 */
static inline uint64_t varint_read(const uint8_t **at)
{
	const uint8_t *from = *at;
	uint64_t value = *from & 0x7f;
	unsigned shift = 7;

	while (unlikely(*from++ & 0x80) && shift < 70) {
		value |= (uint64_t)(*from & 0x7f) << shift;
		shift += 7;
	}
	*at = from;
	return value;
}

/*
 * Read a signed difference. Adding the result with unsigned wraparound gives the right sum
 * also if it is negative.
 */
static inline uint64_t zigzag_read(const uint8_t **at)
{
	uint64_t value = varint_read(at);

	return value >> 1 ^ -(value & 1);
}

#endif

/*
 * modules/cfi_reader.c - read integers of fixed size, LEB128, and encoded pointers.
 */
#include "modules/cfi_reader.h"

#include <stddef.h>
#include <string.h>

/* Of a constant size, so that no function is called for the bytes. */
#define LOAD(type, at)                     \
	({                                     \
		type loaded;                       \
		memcpy(&loaded, at, sizeof(type)); \
		loaded;                            \
	})

uint64_t cfi_read_fixed(struct cfi_reader *reader, unsigned int size_bytes)
{
	const uint8_t *at = reader->at;

	if ((size_t)(reader->end - at) < size_bytes) {
		reader->bad = true;
		return 0;
	}
	reader->at += size_bytes;
	switch (size_bytes) {
	case 1: return *at;
	case 2: return LOAD(uint16_t, at);
	case 4: return LOAD(uint32_t, at);
	default: return LOAD(uint64_t, at);
	}
}

/*
 * Read a LEB128 number without its sign. The `last` byte and the number of `bits` give the
 * sign.
 */
static uint64_t read_leb(struct cfi_reader *reader, uint8_t *last, unsigned int *bits)
{
	uint64_t value = 0;

	*bits = 0;
	do {
		*last = (uint8_t)cfi_read_fixed(reader, 1);
		if (*bits < 64)
			value |= (uint64_t)(*last & 0x7f) << *bits;
		*bits += 7;
	} while (*last & 0x80 && !reader->bad);
	return value;
}

uint64_t cfi_read_uleb_long(struct cfi_reader *reader)
{
	unsigned int bits;
	uint8_t last;

	return read_leb(reader, &last, &bits);
}

int64_t cfi_read_sleb(struct cfi_reader *reader)
{
	unsigned int bits;
	uint8_t last;
	uint64_t value = read_leb(reader, &last, &bits);

	if (last & 0x40 && bits < 64)
		value |= ~UINT64_C(0) << bits;
	return (int64_t)value;
}

uintptr_t cfi_read_encoded(struct cfi_reader *reader, uint8_t encoding,
                           uintptr_t data_base)
{
	uintptr_t base = 0, value;

	switch (encoding & 0x70) {
	case 0x00: break;
	case 0x10: base = (uintptr_t)reader->at; break;
	case 0x30: base = data_base; break;
	default: reader->bad = true;
	}
	switch (encoding & 0x0f) {
	case 0x00:
	case 0x04:
	case 0x0c: value = cfi_read_fixed(reader, 8); break;
	case 0x01: value = cfi_read_uleb(reader); break;
	case 0x02: value = cfi_read_fixed(reader, 2); break;
	case 0x03: value = cfi_read_fixed(reader, 4); break;
	case 0x09: value = (uintptr_t)cfi_read_sleb(reader); break;
	case 0x0a: value = (uintptr_t)(int16_t)cfi_read_fixed(reader, 2); break;
	case 0x0b: value = (uintptr_t)(int32_t)cfi_read_fixed(reader, 4); break;
	default: reader->bad = true; return 0;
	}
	return base + value;
}

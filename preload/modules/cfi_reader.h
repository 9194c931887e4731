/*
 * modules/cfi_reader.h - reads the numbers of call frame information, within bounds.
 */
#ifndef OUTLIVE_PRELOAD_MODULES_CFI_READER_H
#define OUTLIVE_PRELOAD_MODULES_CFI_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "system/system.h"

/* A position in the tables. Reading past `end` returns zeros and sets `bad`. */
struct cfi_reader {
	const uint8_t *at, *end;
	bool bad;
};

/* `size_bytes`: 1, 2, 4 or 8. */
uint64_t cfi_read_fixed(struct cfi_reader *reader, unsigned int size_bytes);
uint64_t cfi_read_uleb_long(struct cfi_reader *reader);
int64_t cfi_read_sleb(struct cfi_reader *reader);

/* Nearly all numbers have one byte. */
static inline uint64_t cfi_read_uleb(struct cfi_reader *reader)
{
	if (likely(reader->at < reader->end && *reader->at < 0x80))
		return *reader->at++;
	return cfi_read_uleb_long(reader);
}

/* Read a DW_EH_PE encoded pointer. Encodings that linkers do not use here set `bad`. */
uintptr_t cfi_read_encoded(struct cfi_reader *reader, uint8_t encoding,
                           uintptr_t data_base);

#endif

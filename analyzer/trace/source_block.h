/* trace/source_block.h - reads and writes the payload of a SOURCES block. */
#ifndef OUTLIVE_TRACE_SOURCE_BLOCK_H
#define OUTLIVE_TRACE_SOURCE_BLOCK_H

#include "base/error.h"
#include "base/text.h"
#include "trace/source_table.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Add the payload of a SOURCES block (trace_format.h); all numbers in it are checked before
 * anything is added. 0, or -1 and *error.
 */
int source_block_load(struct source_table *table, const uint8_t *data, size_t bytes,
                      struct error *error);

/* Append the payload of a SOURCES block to *payload. 0, or -1 when memory is out. */
int source_block_save(const struct source_table *table, struct text *payload);

#endif

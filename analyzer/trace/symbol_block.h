/*
 * trace/symbol_block.h - reads the names in a SYMBOLS block; symbol_table_save() makes its payload.
 */
#ifndef OUTLIVE_TRACE_SYMBOL_BLOCK_H
#define OUTLIVE_TRACE_SYMBOL_BLOCK_H

#include "base/error.h"
#include "trace/symbol_table.h"

#include <stddef.h>
#include <stdint.h>

/*
 * Add the payload of a SYMBOLS block (trace_format.h). All offsets in it are checked before
 * anything is added. 0, or -1 and *error.
 */
int symbol_block_load(struct symbol_table *table, const uint8_t *data, size_t bytes,
                      struct error *error);

#endif

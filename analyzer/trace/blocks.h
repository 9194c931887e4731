/*
 * trace/blocks.h - what a block of a trace says, checked: its header is believed as far as it can
 * be true, and its payload is read only where that tells what other blocks are.
 */
#ifndef OUTLIVE_TRACE_BLOCKS_H
#define OUTLIVE_TRACE_BLOCKS_H

#include "base/byte_source.h"
#include "base/error.h"
#include "trace/chunk_list.h"
#include "trace/file.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stdint.h>

/* Of all functions: `offset` is that of the block's payload in the source. */

/* Read the header of a PROCESS block, and check it. 0, or -1 and *error. */
int block_process_read(struct ring_header *header, struct payload_reader *payloads,
                       const struct byte_source *source,
                       const struct trace_block *block, uint64_t offset,
                       struct error *error);

enum block_chunk {
	BLOCK_CHUNK_GOOD,
	BLOCK_CHUNK_WRONG,   /* the block claims what cannot be */
	BLOCK_CHUNK_DAMAGED, /* its payload cannot be read */
};

/*
 * Make the entry of a CHUNK block, without reading a chunk that has events. *error unless it is
 * good.
 */
enum block_chunk block_chunk_read(struct chunk_entry *entry, bool *is_definitions,
                                  struct payload_reader *payloads,
                                  const struct byte_source *source,
                                  const struct trace_block *block, uint64_t offset,
                                  struct error *error);

/*
 * Make the entry of a block of symbols, sources, costs, segments, sizes or heaps: `ticket` is the
 * size of its payload. 0, or -1 and *error.
 */
int block_payload_read(struct chunk_entry *entry, const struct byte_source *source,
                       const struct trace_block *block, uint64_t offset,
                       struct error *error);

/* The path in a RING_DIRECTORY block. The caller frees it; NULL and *error. */
char *block_path_read(struct payload_reader *payloads, const struct byte_source *source,
                      const struct trace_block *block, uint64_t offset,
                      struct error *error);

#endif

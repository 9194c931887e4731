/*
 * trace/ring.h - reads a ring, which its writer may have left or still be writing.
 *
 * The ring may belong to a process that still runs, and the traced program may have written
 * over it: everything is first copied, then checked, then used.
 */
#ifndef OUTLIVE_TRACE_RING_H
#define OUTLIVE_TRACE_RING_H

#include "base/byte_source.h"
#include "trace/chunk_list.h"
#include "base/error.h"
#include "ring_format.h"

#include <stdbool.h>

/*
 * Check a ring_header from a ring or from a PROCESS block; `name` is for the message. 0, or -1
 * and *error: another major version, an unknown required feature, or impossible sizes.
 */
int ring_header_check(const struct ring_header *header, const char *name,
                      struct error *error);

/* Read and check page 0, and check that the file has the size that it claims. 0, or -1. */
int ring_file_header(const struct byte_source *source, struct ring_header *header,
                     struct error *error);

/*
 * Read the states of all chunks at once, header->chunk_count words: only of chunks whose state is
 * not free, and may have changed, is anything to be read. 0, or -1.
 */
int ring_file_states(const struct byte_source *source, const struct ring_header *header,
                     uint64_t *states);

/*
 * Read what chunk `number` (below header->chunk_count) holds. 1: something, and *entry (all but
 * `source`) and *is_definitions are set. 0: nothing yet. -1 and *error: its header is wrong or
 * cannot be read.
 */
int ring_file_check(const struct byte_source *source, const struct ring_header *header,
                    uint32_t number, struct chunk_entry *entry, bool *is_definitions,
                    struct error *error);

/*
 * Copy the used bytes of the chunk into `to` (room for entry->used_bytes), those before `from`
 * apart: they are there already, copied when the chunk had no more. 0, or -1 and *error: it cannot
 * be read, or a writer has reused it meanwhile.
 */
int ring_file_copy(const struct byte_source *source, const struct ring_header *header,
                   const struct chunk_entry *entry, size_t from, uint8_t *to,
                   struct error *error);

#endif

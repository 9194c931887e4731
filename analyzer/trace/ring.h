/*
 * trace/ring.h - a ring as its writer left it, or is writing it now.
 *
 * A ring may belong to a process that still runs, and a traced program may have
 * scribbled on it: everything is copied first, then checked, then used.
 */
#ifndef OUTLIVE_TRACE_RING_H
#define OUTLIVE_TRACE_RING_H

#include "base/byte_source.h"
#include "trace/chunk_list.h"
#include "base/error.h"
#include "ring_format.h"

#include <stdbool.h>

/*
 * Check a ring_header that came from a ring or a PROCESS block; `name` is for the
 * message. 0, or -1 and *error: another major version, a feature we do not know, sizes
 * that cannot be.
 */
int ring_header_check(const struct ring_header *header, const char *name,
                      struct error *error);

/* Read and check page 0, and that the file is as long as it says. 0, or -1. */
int ring_file_header(const struct byte_source *source, struct ring_header *header,
                     struct error *error);

/*
 * Look at chunk number `number` (below header->chunk_count). 1: it holds something, and
 * *entry (all but `source`) and *is_definitions are set. 0: it is free. -1: what it
 * says of itself cannot be; *error.
 */
int ring_file_look(const struct byte_source *source, const struct ring_header *header,
                   uint32_t number, struct chunk_entry *entry, bool *is_definitions,
                   struct error *error);

/*
 * Copy the used bytes of the chunk into `to` (entry->used_bytes of room). 0, or -1 and
 * *error: it could not be read, or its writer took it for other events meanwhile.
 */
int ring_file_copy(const struct byte_source *source, const struct ring_header *header,
                   const struct chunk_entry *entry, uint8_t *to, struct error *error);

#endif

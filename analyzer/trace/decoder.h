/*
 * trace/decoder.h - decodes the byte-coded records of one event chunk.
 *
 * This is the hot loop of the analyzer. It keeps the prediction tables that record_format.h
 * describes, and the thread's stack as return addresses. It believes nothing: a wrong record
 * ends the chunk, and the error names the byte where that record began.
 */
#ifndef OUTLIVE_TRACE_DECODER_H
#define OUTLIVE_TRACE_DECODER_H

#include "trace/address_map.h"
#include "base/error.h"
#include "trace/event.h"
#include "trace/stack_record.h"
#include "record_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many bytes after a chunk's last byte must be readable; their values do not matter. */
#define CHUNK_PADDING_BYTES 256

/* The content of a RUN record; valid until the next EVENT_RUN. */
#define RUN_GAPS_MAX 64

struct run {
	uint64_t events_before;
	uint32_t thread, tid; /* thread: its serial in the process, from 1 */
	uint32_t gap_count;
	/* Like event.gap, but without the 1 that is added there. */
	uint32_t gaps[RUN_GAPS_MAX];
	char name[17];
};

struct decoder;

/* Gets locations from `map`, which must outlive the decoder. NULL: no memory. */
struct decoder *decoder_new(struct address_map *map);
void decoder_free(struct decoder *decoder);

/*
 * Begin a chunk of `bytes` bytes, which start with its chunk_header and are followed by
 * CHUNK_PADDING_BYTES of anything. They are borrowed until the next chunk begins. 0, or -1 and
 * *error: the header is wrong.
 */
int decoder_start(struct decoder *decoder, const uint8_t *chunk, size_t bytes,
                  struct error *error);

/*
 * The chunk has grown: go on in `chunk`, which begins with the same bytes as before. *error as
 * above.
 */
int decoder_extend(struct decoder *decoder, const uint8_t *chunk, size_t bytes,
                   struct error *error);

/* Modules were added to the map: ask it again for all locations. */
void decoder_remap(struct decoder *decoder);

/*
 * Decode up to `capacity` events (>= 1). An EVENT_RUN, an EVENT_STACK_RECORD or an OP_CONTROL is
 * always the only one of its batch; the first two do not count as events. Returns their number,
 * or 0 at the end or where the chunk is wrong: then decoder_error() says why.
 * decoder_locations() has their frames.
 */
size_t decoder_batch(struct decoder *decoder, struct event *events, size_t capacity);

/* Locations of the last batch's new frames. */
const uint32_t *decoder_locations(const struct decoder *decoder);

const struct run *decoder_run(const struct decoder *decoder);

/* The content of the last batch, if it is an EVENT_STACK_RECORD. */
const struct stack_record *decoder_stack_record(const struct decoder *decoder);

/* NULL, or what is wrong with the chunk: "byte 4711: ...". */
const char *decoder_error(const struct decoder *decoder);

/* How many events of this chunk were decoded so far, and how many its header promises. */
uint64_t decoder_events(const struct decoder *decoder);
uint64_t decoder_events_committed(const struct decoder *decoder);

#endif

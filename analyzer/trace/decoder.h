/*
 * trace/decoder.h - the byte-coded records of one event chunk, as events.
 *
 * The hot loop of the analyzer. It keeps the prediction tables that record_format.h
 * describes, and the thread's stack as return addresses. It believes nothing: a record
 * that is wrong ends the chunk, with the byte where it began.
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

/* Bytes that must be readable after a chunk's last; what they hold is no matter. */
#define CHUNK_PADDING_BYTES 256

/* What a RUN record said: valid until the next EVENT_RUN. */
#define RUN_GAPS_MAX 64

struct run {
	uint64_t events_before;
	uint32_t thread, tid; /* thread: serial in the process, from 1 */
	uint32_t gap_count;
	uint32_t gaps[RUN_GAPS_MAX]; /* as an event's, but from 0 on */
	char name[17];
};

struct decoder;

/* Locations come from `map`, which outlives the decoder. NULL: no memory. */
struct decoder *decoder_new(struct address_map *map);
void decoder_free(struct decoder *decoder);

/*
 * Begin a chunk: `bytes` bytes, chunk_header first, then CHUNK_PADDING_BYTES of
 * anything. They are borrowed until the next chunk. 0, or -1: the header is wrong.
 */
int decoder_start(struct decoder *decoder, const uint8_t *chunk, size_t bytes,
                  struct error *error);

/*
 * Decode up to `capacity` events (>= 1). An EVENT_RUN, an EVENT_NOTE, or an
 * OP_CONTROL is the only one of its batch; the first two are not counted as events.
 * Returns how many; 0 at the end, or where the chunk is wrong: then
 * decoder_error() says why. Frames are in decoder_locations().
 */
size_t decoder_batch(struct decoder *decoder, struct event *events, size_t capacity);

/* Locations of the last batch's new frames. */
const uint32_t *decoder_locations(const struct decoder *decoder);

const struct run *decoder_run(const struct decoder *decoder);

/* What the last batch says, if it is an EVENT_NOTE. */
const struct stack_note *decoder_note(const struct decoder *decoder);

/* NULL, or what is wrong with the chunk: "byte 4711: ...". */
const char *decoder_error(const struct decoder *decoder);

/* Events decoded of this chunk so far, and those its header promises. */
uint64_t decoder_events(const struct decoder *decoder);
uint64_t decoder_events_committed(const struct decoder *decoder);

#endif

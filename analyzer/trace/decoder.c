/*
 * trace/decoder.c - decodes the byte-coded records of one event chunk.
 * Long, because all kinds of records share the state of the hot loop.
 */
#include "trace/decoder.h"

#include "base/array.h"
#include "trace/operands.h"
#include "trace/prediction.h"
#include "trace/record_locations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_FIRST 4096
#define BATCH_FRAMES_ENOUGH 16384
/* Most frames of one chunk: a few bytes can claim thousands of predicted frames. */
#define CHUNK_FRAMES_MAX (UINT64_C(1) << 28)

/*
 * The longest record without its frames: tag, shape with two varints, time, and at most one
 * byte, three varints and a realloc's two bytes of operands. The longest group of frames: its
 * mask and eight raw codes. Both fit into the padding, so one bounds check for each is enough.
 */
#define VARINT_BYTES_MAX 10
#define RECORD_BYTES_MAX (1 + 1 + 6 * VARINT_BYTES_MAX + 2)
#define GROUP_BYTES_MAX (1 + 8 * 7)
static_assert(RECORD_BYTES_MAX + GROUP_BYTES_MAX <= CHUNK_PADDING_BYTES, "padding");

struct decoder {
	struct prediction tables;
	uint32_t popped, pushed; /* of the previous event */

	const uint8_t *chunk, *at, *end;
	uint64_t time, map_change; /* map_change: when the map next changes */
	uint64_t events, events_committed, frames_left;
	bool is_in_run;

	uint64_t *stack; /* return addresses, STACK_FRAMES_MAX of room */
	uint32_t depth;
	uint32_t *frames; /* locations of this batch's new frames */
	uint32_t frames_used, frames_capacity;
	struct address_map *map;
	struct run run;
	struct stack_record record;
	char message[128];
};

struct decoder *decoder_new(struct address_map *map)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return NULL;
	decoder->map = map;
	decoder->frames_capacity = FRAMES_FIRST;
	decoder->frames = malloc(FRAMES_FIRST * sizeof(*decoder->frames));
	/* Untouched pages cost nothing, so allocate room for the deepest stack at once. */
	decoder->stack = malloc(STACK_FRAMES_MAX * sizeof(*decoder->stack));
	if (!decoder->frames || !decoder->stack) {
		decoder_free(decoder);
		return NULL;
	}
	return decoder;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	free(decoder->frames);
	free(decoder->stack);
	free(decoder);
}

/*
 * The header is a copy from the recording. Its commit says how many bytes and events the
 * writer had finished: never read beyond these bytes, even if the chunk is longer.
 */
static int header_read(struct chunk_header *header, const uint8_t *chunk, size_t bytes,
                       struct error *error)
{
	if (bytes < sizeof(*header))
		return error_set(error, "the chunk is shorter than its header");
	memcpy(header, chunk, sizeof(*header));
	if (header->kind != CHUNK_KIND_EVENTS)
		return error_set(error, "the chunk's kind is %u, not events", header->kind);
	if (COMMIT_BYTES(header->commit) < sizeof(*header) ||
	    COMMIT_BYTES(header->commit) > bytes)
		return error_set(error, "the chunk says that %u of its %zu bytes are used",
		                 COMMIT_BYTES(header->commit), bytes);
	return 0;
}

int decoder_start(struct decoder *decoder, const uint8_t *chunk, size_t bytes,
                  struct error *error)
{
	struct chunk_header header;

	if (header_read(&header, chunk, bytes, error))
		return -1;
	decoder->chunk = chunk;
	decoder->at = chunk + sizeof(header);
	decoder->end = chunk + COMMIT_BYTES(header.commit);
	decoder->events = 0;
	decoder->events_committed = COMMIT_EVENTS(header.commit);
	decoder->frames_left = CHUNK_FRAMES_MAX;
	decoder->is_in_run = false;
	decoder->message[0] = 0;
	return 0;
}

/* A chunk in which something was wrong has ended there, whatever was added to it. */
int decoder_extend(struct decoder *decoder, const uint8_t *chunk, size_t bytes,
                   struct error *error)
{
	size_t done = (size_t)(decoder->at - decoder->chunk);
	struct chunk_header header;

	if (header_read(&header, chunk, bytes, error))
		return -1;
	if (COMMIT_BYTES(header.commit) < done)
		return error_set(error, "the chunk has less in it than before");
	decoder->chunk = chunk;
	decoder->at = chunk + done;
	decoder->end = decoder->message[0] ? decoder->at
	                                   : chunk + COMMIT_BYTES(header.commit);
	decoder->events_committed = COMMIT_EVENTS(header.commit);
	return 0;
}

/* Remember what is wrong with the record that begins at `record`, and end the chunk there. */
static void decoder_fail(struct decoder *decoder, const uint8_t *record,
                         const char *what)
{
	snprintf(decoder->message, sizeof(decoder->message), "byte %zu of the chunk: %s",
	         (size_t)(record - decoder->chunk), what);
	decoder->at = decoder->end;
}

/* The map changed: an address of the dictionary may belong to another module from now on. */
void decoder_remap(struct decoder *decoder)
{
	memset(decoder->tables.locations, 0, sizeof(decoder->tables.locations));
	decoder->map_change = address_map_change_after(decoder->map, decoder->time);
}

/*
 * Read one frame code at *at. Returns its index in the dictionary, or -1 if it is not a valid
 * code. Adds a raw address to the dictionary.
 */
static inline int frame_code_read(struct decoder *decoder, const uint8_t **at)
{
	const uint8_t *from = *at;
	uint64_t address = 0;
	int index;

	/* The high byte alone tells that the whole index is below the dictionary's size. */
	if (likely(from[0] < 1 << DICTIONARY_BITS >> 8)) {
		*at = from + 2;
		return from[0] << 8 | from[1];
	}
	if (from[0] != 0x80)
		return -1;
	*at = from + 7;
	memcpy(&address, from + 1, 6);
	index = (int)FORMAT_HASH(address, DICTIONARY_BITS);
	decoder->tables.dictionary[index] = address;
	decoder->tables.locations[index] = LOCATION_NONE;
	return index;
}

/* Make room for more frames in this batch. */
static int frames_reserve(struct decoder *decoder, uint32_t pushed)
{
	return array_reserve(decoder->frames, decoder->frames_capacity,
	                     (size_t)decoder->frames_used + pushed);
}

/*
 * Read new frames onto the stack, above its first `keep` frames. `replaced` is the return
 * address that was at depth `keep` (0: none); like the recorder, it predicts the first new
 * frame from that one and its parent, and each further frame from its parent and `op`. NULL, or
 * what is wrong.
 */
static inline const char *frames_read(struct decoder *decoder, const uint8_t **at,
                                      uint32_t keep, uint32_t pushed, uint64_t replaced,
                                      bool all_predicted, uint8_t op)
{
	uint64_t parent = keep ? decoder->stack[keep - 1] : 0, other = replaced;
	uint32_t *frame = decoder->frames + decoder->frames_used;
	uint64_t *slot = decoder->stack + keep;
	uint32_t i, mask = 0xff;
	uint16_t *child;
	int index;

	for (i = 0; i < pushed; i++) {
		if (!all_predicted && i % 8 == 0) {
			if (unlikely(*at >= decoder->end))
				return "its frames cross the chunk's end";
			mask = *(*at)++;
		}
		child = &decoder->tables.children[FORMAT_HASH(CHILD_CONTEXT(parent, other),
		                                              CHILDREN_BITS)];
		index = *child;
		if (!all_predicted && !(mask >> i % 8 & 1)) {
			index = frame_code_read(decoder, at);
			if (unlikely(index < 0))
				return "a frame code is wrong";
			*child = (uint16_t)index;
		}
		parent = decoder->tables.dictionary[index];
		other = op;
		if (unlikely(!decoder->tables.locations[index])) {
			decoder->tables.locations[index] = address_map_find(decoder->map, parent,
			                                                    decoder->time);
			if (!decoder->tables.locations[index])
				return "out of memory for its locations";
		}
		slot[i] = parent;
		frame[i] = decoder->tables.locations[index];
	}
	decoder->frames_used += pushed;
	decoder->depth = keep + pushed;
	return NULL;
}

/* Read the shape after a record's tag; check it against the stack. NULL, or what is wrong. */
static inline const char *shape_read(struct decoder *decoder, const uint8_t **at,
                                     uint8_t tag)
{
	uint64_t popped = decoder->popped, pushed = decoder->pushed;

	if (!(tag & TAG_SAME_SHAPE)) {
		popped = **at >> 4;
		pushed = **at & 15;
		++*at;
		if (unlikely(popped == 15))
			popped += varint_read(at);
		if (unlikely(pushed == 15))
			pushed += varint_read(at);
	}
	if (unlikely(popped > decoder->depth))
		return "it ends more frames than there are";
	if (unlikely(pushed > STACK_FRAMES_MAX - (decoder->depth - popped)))
		return "its stack is too deep";
	if (unlikely(pushed > decoder->frames_left))
		return "too many frames for one chunk";
	decoder->frames_left -= pushed;
	decoder->popped = (uint32_t)popped;
	decoder->pushed = (uint32_t)pushed;
	return NULL;
}

/* The innermost return address; 0 if there is none. */
static inline uint64_t leaf_of(const struct decoder *decoder)
{
	return decoder->depth ? decoder->stack[decoder->depth - 1] : 0;
}

/* Read shape, time and new frames, with which every record of an event begins. */
static inline const char *event_head_read(struct decoder *decoder, const uint8_t **at,
                                          uint8_t tag, struct event *event)
{
	uint64_t replaced, delta;
	uint32_t popped, pushed;
	const char *wrong;

	wrong = shape_read(decoder, at, tag);
	if (unlikely(wrong))
		return wrong;
	delta = varint_read(at);
	if (unlikely(decoder->time + delta < decoder->time))
		return "its time overflows";
	decoder->time += delta;
	if (unlikely(decoder->time >= decoder->map_change))
		decoder_remap(decoder);
	popped = decoder->popped;
	pushed = decoder->pushed;
	*event = (struct event){
		.op = TAG_OP(tag),
		.is_plain = tag & TAG_PLAIN,
		.popped = popped,
		.pushed = pushed,
		.frame_first = decoder->frames_used,
		.time = decoder->time,
		.time_end = decoder->time,
	};
	if (!pushed) {
		decoder->depth -= popped;
		return NULL;
	}
	if (unlikely(pushed > decoder->frames_capacity - decoder->frames_used) &&
	    frames_reserve(decoder, pushed))
		return "out of memory for its frames";
	replaced = popped ? decoder->stack[decoder->depth - popped] : 0;
	return frames_read(decoder, at, decoder->depth - popped, pushed, replaced,
	                   tag & TAG_FRAMES_PREDICTED, event->op);
}

/*
 * Read the event at decoder->at. NULL, or what is wrong with it. It reads first and checks
 * the chunk's end afterwards: the padding is longer than a record, and frames_read() checks
 * each group of frames.
 */
static inline const char *event_read(struct decoder *decoder, uint8_t tag,
                                     struct event *event)
{
	const uint8_t *at = decoder->at + 1;
	const char *wrong;

	wrong = event_head_read(decoder, &at, tag, event);
	if (unlikely(wrong))
		return wrong;
	wrong = operands_read(&decoder->tables, leaf_of(decoder), &at, tag, event);
	if (unlikely(wrong))
		return wrong;
	if (unlikely(!event->address && event->op < OP_FREE))
		return "its address cannot be";
	if (unlikely(at > decoder->end))
		return "it crosses the chunk's end";
	decoder->at = at;
	return stack_suffix_read(&decoder->at, decoder->end, decoder->depth, event);
}

/* Read a RUN record: it zeroes every prediction table and replaces the whole stack. */
static const char *run_read(struct decoder *decoder, struct event *event)
{
	const uint8_t *at = decoder->at + 1;
	struct run_record record;
	const char *wrong;
	uint32_t gap;

	if ((size_t)(decoder->end - at) < sizeof(record))
		return "a run's beginning crosses the chunk's end";
	memcpy(&record, at, sizeof(record));
	at += sizeof(record);
	if (record.stack_frames > STACK_FRAMES_MAX)
		return "its stack is too deep";
	prediction_reset(&decoder->tables);
	decoder->popped = decoder->pushed = 0;
	decoder->is_in_run = true;
	decoder->time = record.time;
	decoder->map_change = address_map_change_after(decoder->map, record.time);
	decoder->run = (struct run){ .thread = record.thread, .tid = record.tid };
	decoder->run.events_before = record.events_before;
	decoder->run.gap_count = record.stack_cut != 0; /* outermost frame */
	memcpy(decoder->run.name, record.name, sizeof(record.name));
	*event = (struct event){ .op = EVENT_RUN,
		                     .pushed = record.stack_frames,
		                     .time = record.time,
		                     .time_end = record.time };
	if (frames_reserve(decoder, record.stack_frames))
		return "out of memory for its stack";
	wrong = frames_read(decoder, &at, 0, record.stack_frames, 0, false, OP_NONE);
	if (wrong)
		return wrong;
	if (at > decoder->end)
		return "its stack crosses the chunk's end";
	decoder->at = at;
	do {
		wrong = stack_gap_follows(&decoder->at, decoder->end, decoder->depth, &gap);
		if (gap && decoder->run.gap_count < RUN_GAPS_MAX)
			decoder->run.gaps[decoder->run.gap_count++] = gap - 1;
	} while (gap);
	return wrong;
}

/* Read a STACK record: how the thread's stack changed, without a call of the allocator. */
static const char *stack_read(struct decoder *decoder, uint8_t tag, struct event *event)
{
	const uint8_t *at = decoder->at + 1;
	const char *wrong;

	if (!decoder->is_in_run)
		return "an event before any run began";
	wrong = event_head_read(decoder, &at, tag, event);
	if (wrong)
		return wrong;
	event->is_plain = tag == CONTROL_TAG(CONTROL_STACK_PLAIN);
	if (at > decoder->end)
		return "it crosses the chunk's end";
	decoder->at = at;
	decoder->events++;
	return stack_suffix_read(&decoder->at, decoder->end, decoder->depth, event);
}

/* Read a record about the stack into decoder->record. Unknown kind: skipped, *count stays 0. */
static const char *stack_record_next(struct decoder *decoder, enum control_kind kind,
                                     struct event *event, size_t *count)
{
	const uint8_t *at = decoder->at + 1;
	struct stack_record *record = &decoder->record;
	const char *wrong;
	uint64_t bytes;

	if (stack_record_field(&at, decoder->end, &bytes) ||
	    bytes > (size_t)(decoder->end - at))
		return "it crosses the chunk's end";
	decoder->at = at + bytes;
	if (!stack_record_is_known(kind))
		return NULL;
	if (!decoder->is_in_run)
		return "a stack before any run began";
	wrong = stack_record_read(record, kind, at, at + bytes, decoder->depth);
	if (wrong)
		return wrong;
	if (record_locations_find(record, decoder->map, decoder->time))
		return "out of memory for its location";
	*event = (struct event){ .op = EVENT_STACK_RECORD,
		                     .time = decoder->time,
		                     .time_end = decoder->time };
	*count = 1;
	return NULL;
}

/*
 * Read a control record, which is the only event of its batch. *count: 1, or 0 if the record
 * was skipped. False: the record is wrong.
 */
static bool control_read(struct decoder *decoder, struct event *event, size_t *count)
{
	const uint8_t *record = decoder->at;
	enum control_kind kind = (enum control_kind)(*record >> 3);
	const char *wrong;

	if (kind >= CONTROL_SIZED)
		wrong = stack_record_next(decoder, kind, event, count);
	else if (kind == CONTROL_RUN)
		wrong = run_read(decoder, event);
	else
		wrong = stack_read(decoder, *record, event);
	if (wrong)
		decoder_fail(decoder, record, wrong);
	else if (kind < CONTROL_SIZED)
		*count = 1;
	return !wrong;
}

/* Read events up to the next control record or to `capacity`. An error ends the chunk. */
static size_t events_read(struct decoder *decoder, struct event *events,
                          size_t capacity)
{
	const uint8_t *record;
	const char *wrong;
	size_t count = 0;

	while (count < capacity && decoder->at < decoder->end) {
		record = decoder->at;
		if (unlikely(TAG_OP(*record) == OP_CONTROL))
			break;
		wrong = "an event before any run began";
		if (likely(decoder->is_in_run))
			wrong = event_read(decoder, *record, &events[count]);
		if (unlikely(wrong)) {
			decoder_fail(decoder, record, wrong);
			break;
		}
		count++;
		/* Deep stacks: hand over a short batch rather than hold many frames. */
		if (unlikely(decoder->frames_used > BATCH_FRAMES_ENOUGH))
			break;
	}
	decoder->events += count;
	return count;
}

/* A skipped control record yields nothing: then go on with the records after it. */
size_t decoder_batch(struct decoder *decoder, struct event *events, size_t capacity)
{
	size_t count;

	decoder->frames_used = 0;
	do {
		count = events_read(decoder, events, capacity);
		if (count || decoder->at >= decoder->end)
			break;
	} while (control_read(decoder, events, &count) && !count);
	return count;
}

const uint32_t *decoder_locations(const struct decoder *decoder)
{
	return decoder->frames;
}

const struct run *decoder_run(const struct decoder *decoder)
{
	return &decoder->run;
}

const struct stack_record *decoder_stack_record(const struct decoder *decoder)
{
	return &decoder->record;
}

const char *decoder_error(const struct decoder *decoder)
{
	return decoder->message[0] ? decoder->message : NULL;
}

uint64_t decoder_events(const struct decoder *decoder)
{
	return decoder->events;
}

uint64_t decoder_events_committed(const struct decoder *decoder)
{
	return decoder->events_committed;
}

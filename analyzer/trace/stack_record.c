/* trace/stack_record.c - reads and checks the records about a thread and its stack. */
#include "trace/stack_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* No stack is larger than the address space of a process. */
#define STACK_BYTES_MAX (UINT64_C(1) << 57)

/*
 * Like varint_read(), but checks the end at each byte: these records have no padding after
 * them, as other records of the chunk follow.
 */
int stack_record_field(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
	const uint8_t *from = *at;
	unsigned shift = 0;

	*value = 0;
	for (;;) {
		if (from >= end || shift >= 70)
			return -1;
		if (shift < 64)
			*value |= (uint64_t)(*from & 0x7f) << shift;
		shift += 7;
		if (!(*from++ & 0x80))
			break;
	}
	*at = from;
	return 0;
}

static bool fields_read(const uint8_t **at, const uint8_t *end, uint64_t *values,
                        size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (stack_record_field(at, end, &values[i]))
			return false;
	}
	return true;
}

static const char too_short[] = "its fields cross its end";

/* A room that cannot be is taken as unknown: the depth of a stack is useful without it. */
static const char *thread_read(struct stack_record *record, const uint8_t *at,
                               const uint8_t *end)
{
	uint64_t values[4];

	if (!fields_read(&at, end, values, 4))
		return too_short;
	if (values[0] > UINT32_MAX)
		return "its creator's number is too large";
	record->thread.creator = (uint32_t)values[0];
	record->thread.start = values[1];
	record->thread.high = values[2];
	record->thread.room = values[3] < STACK_BYTES_MAX ? values[3] : 0;
	return NULL;
}

/*
 * The sizes stay encoded in the payload, since most readers never need them. All of them are
 * stepped through here, so stack_record_words() needs no check of its own.
 */
static const char *depth_read(struct stack_record *record, const uint8_t *at,
                              const uint8_t *end, uint32_t stack_frames)
{
	uint64_t values[6], size, i;

	if (!fields_read(&at, end, values, 6))
		return too_short;
	if (values[3] > STACK_BYTES_MAX)
		return "its depth cannot be";
	if (values[4] > stack_frames || values[5] != stack_frames - values[4])
		return "its frames are not those of the stack";
	record->depth.sizes = at;
	for (i = 0; i < values[5]; i++) {
		if (stack_record_field(&at, end, &size))
			return too_short;
	}
	record->depth.stack = values[0] <= STACK_OTHER ? (enum stack_kind)values[0]
	                                               : STACK_OTHER;
	record->depth.high = values[1];
	record->depth.room = values[2] < STACK_BYTES_MAX ? values[2] : 0;
	record->depth.depth_bytes = values[3];
	record->depth.first = (uint32_t)values[4];
	record->depth.count = (uint32_t)values[5];
	return NULL;
}

static const char *touched_read(struct stack_record *record, const uint8_t *at,
                                const uint8_t *end)
{
	if (!fields_read(&at, end, &record->touched_bytes, 1))
		return too_short;
	return record->touched_bytes > STACK_BYTES_MAX ? "its depth cannot be" : NULL;
}

/* Kinds and ends of a later version become the most general ones that are known here. */
static const char *fault_read(struct stack_record *record, const uint8_t *at,
                              const uint8_t *end)
{
	uint64_t values[5], how = FAULT_END_KILLED;

	if (!fields_read(&at, end, values, 5))
		return too_short;
	if (at < end && !fields_read(&at, end, &how, 1)) /* absent before version 1.2 */
		return too_short;
	if (!values[0] || values[0] > 64)
		return "its signal cannot be";
	if (values[4] > STACK_BYTES_MAX)
		return "its depth cannot be";
	record->fault.signal = (uint32_t)values[0];
	record->fault.kind = values[1] <= FAULT_NOT_CLASSIFIED ? (enum fault_kind)values[1]
	                                                       : FAULT_OTHER;
	record->fault.end = how <= FAULT_END_ABORTED ? (enum fault_end)how
	                                             : FAULT_END_KILLED;
	record->fault.address = values[2];
	record->fault.instruction = values[3];
	record->fault.depth_bytes = values[4];
	return NULL;
}

/* A fault of Go's code, if it has a signal: the runtime's handler made a panic of it. */
static const char *go_end_read(struct stack_record *record, const uint8_t *at,
                               const uint8_t *end)
{
	uint64_t values[4];

	if (!fields_read(&at, end, values, 4))
		return too_short;
	if (!values[0] || values[0] > UINT32_MAX)
		return "its status cannot be";
	if (values[1] > 64)
		return "its signal cannot be";
	record->fault.go_status = (uint32_t)values[0];
	record->fault.signal = (uint32_t)values[1];
	record->fault.kind = FAULT_OTHER;
	record->fault.end = FAULT_END_HANDLED;
	record->fault.address = values[2];
	record->fault.instruction = values[3];
	return NULL;
}

static const char *name_read(struct stack_record *record, const uint8_t *at,
                             const uint8_t *end)
{
	uint64_t values[3];

	if (!fields_read(&at, end, values, 3))
		return too_short;
	record->name.time = values[0];
	memcpy(record->name.text, &values[1], sizeof(record->name.text));
	return NULL;
}

/* An address space ends before this address. */
#define ADDRESS_END (UINT64_C(1) << 57)

static const char *mapping_read(struct stack_record *record, const uint8_t *at,
                                const uint8_t *end)
{
	uint64_t values[7];
	size_t i;

	if (!fields_read(&at, end, values, 7) || values[6] > (size_t)(end - at))
		return too_short;
	for (i = 0; i < 7; i++) {
		if (i != 2 && i != 3 && values[i] > UINT32_MAX)
			return "a number of its mapping cannot be";
	}
	if (values[6] > MAPPING_PATH_MAX)
		return "its path is too long";
	/* A length that the kernel refused may be any number. */
	if (!values[1] && (values[2] > ADDRESS_END || values[3] > ADDRESS_END))
		return "its mapping cannot be";
	record->mapping.call = (uint32_t)values[0];
	record->mapping.error = (uint32_t)values[1];
	record->mapping.address = values[2];
	record->mapping.bytes = values[3];
	record->mapping.protection = (uint32_t)values[4];
	record->mapping.flags = (uint32_t)values[5];
	record->mapping.path = (const char *)at;
	record->mapping.path_bytes = (uint32_t)values[6];
	return NULL;
}

#define COMPARED_MAX ((1u << 14) - 1) /* what event.compared has room for */

/* Its frames are checked against the stack of the event that follows it, where they matter. */
static const char *goroutine_read(struct stack_record *record, const uint8_t *at,
                                  const uint8_t *end)
{
	uint64_t values[6];

	if (!fields_read(&at, end, values, 6))
		return too_short;
	if (values[2] > STACK_FRAMES_MAX)
		return "its frames cannot be";
	if (values[4] > STACK_BYTES_MAX || values[5] > STACK_BYTES_MAX)
		return "its depth cannot be";
	record->goroutine.number = values[0];
	record->goroutine.start = values[1];
	record->goroutine.frames = (uint32_t)values[2];
	record->goroutine.high = values[3];
	record->goroutine.bytes = values[4];
	record->goroutine.depth_bytes = values[5];
	record->goroutine.labels = at;
	record->goroutine.label_bytes = (uint32_t)(end - at);
	return NULL;
}

/* Bytes of the payload after the known fields are ignored: a later version may add fields. */
const char *stack_record_read(struct stack_record *record, enum control_kind kind,
                              const uint8_t *at, const uint8_t *end,
                              uint32_t stack_frames)
{
	*record = (struct stack_record){ .kind = kind };
	switch (kind) {
	case CONTROL_THREAD: return thread_read(record, at, end);
	case CONTROL_DEPTH: return depth_read(record, at, end, stack_frames);
	case CONTROL_TOUCHED: return touched_read(record, at, end);
	case CONTROL_FAULT: return fault_read(record, at, end);
	case CONTROL_GO_END: return go_end_read(record, at, end);
	case CONTROL_NAME: return name_read(record, at, end);
	case CONTROL_MAPPING: return mapping_read(record, at, end);
	case CONTROL_GOROUTINE: return goroutine_read(record, at, end);
	default: return "it says nothing of a stack";
	}
}

/* The payload's own length says where the next record begins, whatever fields it holds. */
const char *stack_gap_read(const uint8_t **at, const uint8_t *end,
                           uint32_t stack_frames, uint32_t *gap)
{
	const uint8_t *from = *at + 1;
	uint64_t bytes, frames;

	if (stack_record_field(&from, end, &bytes) || bytes > (size_t)(end - from))
		return "it crosses the chunk's end";
	*at = from + bytes;
	if (stack_record_field(&from, *at, &frames) || frames >= stack_frames)
		return "its gap is beyond the stack";
	*gap = (uint32_t)frames + 1;
	return NULL;
}

/*
 * `sure` counts frames that went on from the event before; the new frames of this event are
 * not among them.
 */
const char *stack_stands_read(const uint8_t **at, const uint8_t *end,
                              uint32_t stack_frames, struct event *event)
{
	const uint8_t *from = *at + 1;
	uint64_t bytes, values[2];

	if (stack_record_field(&from, end, &bytes) || bytes > (size_t)(end - from))
		return "it crosses the chunk's end";
	*at = from + bytes;
	if (!fields_read(&from, *at, values, 2))
		return too_short;
	if (values[0] > stack_frames - event->pushed)
		return "more of its frames stand than were kept";
	event->sure = (uint32_t)values[0];
	event->is_left = values[1] != 0;
	/* Absent before version 1.5. If there are too many, fewer of them are compared. */
	if (from == *at)
		return NULL;
	if (stack_record_field(&from, *at, &values[0]))
		return too_short;
	event->compared = values[0] < COMPARED_MAX ? (uint32_t)values[0] : COMPARED_MAX;
	return NULL;
}

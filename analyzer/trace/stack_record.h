/*
 * trace/stack_record.h - what a recording says of a thread and its stack beside its events: the
 * records THREAD, DEPTH, TOUCHED, FAULT and NAME of record_format.h, checked.
 */
#ifndef OUTLIVE_TRACE_STACK_RECORD_H
#define OUTLIVE_TRACE_STACK_RECORD_H

#include "trace/bytes.h"
#include "record_format.h"

#include <stdint.h>

#define STACK_WORD_BYTES 8

struct stack_note {
	enum control_kind kind; /* CONTROL_THREAD, _DEPTH, _TOUCHED, _FAULT or _NAME */
	union {
		struct {
			uint32_t creator; /* its serial; 0: not known, or the first */
			uint64_t start;   /* address of the function it began with; 0: not known */
			uint32_t start_location;
			uint64_t high, room; /* 0: not known */
		} thread;
		struct {
			enum stack_kind stack; /* an unknown one is STACK_OTHER */
			uint64_t high, room, depth_bytes;
			uint32_t first, count; /* first + count entries are on the stack */
			const uint8_t *sizes;  /* `count` for stack_note_words() */
		} depth;
		uint64_t touched_bytes;
		struct {
			uint32_t signal;
			enum fault_kind kind; /* an unknown one is FAULT_OTHER */
			enum fault_end end;
			uint64_t address, instruction, depth_bytes;
			uint32_t location; /* of the instruction */
		} fault;
		struct {
			uint64_t time; /* quanta */
			char text[16]; /* padded with NULs; perhaps there is none */
		} name;
	};
};

/*
 * Read the payload [at, end) of a record of that kind; `stack_frames` are on the thread's
 * stack. Locations are left 0. NULL, or what is wrong. A DEPTH note borrows the payload.
 */
const char *stack_note_read(struct stack_note *note, enum control_kind kind,
                            const uint8_t *at, const uint8_t *end,
                            uint32_t stack_frames);

/* stack_gap_follows(), where a GAP record does. */
const char *stack_gap_read(const uint8_t **at, const uint8_t *end,
                           uint32_t stack_frames, uint32_t *gap);

/*
 * A GAP record at *at, which is taken: *gap is 1 + the index of the frame outside of which others are
 * missing; 0: there is no such record there. NULL, or what is wrong with it.
 */
static inline const char *stack_gap_follows(const uint8_t **at, const uint8_t *end,
                                            uint32_t stack_frames, uint32_t *gap)
{
	*gap = 0;
	if (*at >= end || **at != CONTROL_TAG(CONTROL_GAP))
		return NULL;
	return stack_gap_read(at, end, stack_frames, gap);
}

/* The next of a DEPTH note's frame sizes, in words; 0: not known. */
static inline uint32_t stack_note_words(const uint8_t **sizes)
{
	uint64_t code = varint_read(sizes);

	if (!code)
		return 0;
	return code > UINT32_MAX ? UINT32_MAX : (uint32_t)(code - 1);
}

/* One varint of the payload: 0, or -1 when it crosses the end or is no varint. */
int stack_note_field(const uint8_t **at, const uint8_t *end, uint64_t *value);

#endif

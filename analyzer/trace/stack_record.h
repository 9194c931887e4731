/*
 * trace/stack_record.h - reads and checks the records about a thread and its stack: THREAD,
 * DEPTH, TOUCHED, FAULT, NAME, MAPPING, GOROUTINE and GO_END of record_format.h.
 */
#ifndef OUTLIVE_TRACE_STACK_RECORD_H
#define OUTLIVE_TRACE_STACK_RECORD_H

#include "trace/bytes.h"
#include "trace/event.h"
#include "record_format.h"

#include <stdbool.h>
#include <stdint.h>

#define STACK_WORD_BYTES 8

struct stack_record {
	/* CONTROL_THREAD, _DEPTH, _TOUCHED, _FAULT, _NAME, _MAPPING, _GOROUTINE or _GO_END */
	enum control_kind kind;
	union {
		struct {
			/* Serial of a thread; 0: unknown, or this is the first thread. */
			uint32_t creator;
			uint64_t start; /* address of its start function; 0: unknown */
			uint32_t start_location;
			uint64_t high, room; /* 0: unknown */
		} thread;
		struct {
			enum stack_kind stack; /* STACK_OTHER if the kind is unknown */
			uint64_t high, room, depth_bytes;
			uint32_t first, count; /* first + count frames are on the stack */
			const uint8_t *sizes;  /* `count` codes, for stack_record_words() */
		} depth;
		uint64_t touched_bytes;
		struct {
			uint32_t signal;      /* 0: none, but Go's runtime ended the process */
			uint32_t go_status;   /* by exiting with this status; else 0 */
			enum fault_kind kind; /* FAULT_OTHER if the kind is unknown */
			enum fault_end end;
			uint64_t address, instruction, depth_bytes;
			uint32_t location;  /* of the instruction */
			uint32_t as_return; /* if its address is taken for a return address */
		} fault;
		struct {
			uint64_t time; /* quanta */
			char text[16]; /* padded with NULs; not terminated if it fills all 16 */
		} name;
		struct {
			uint32_t call; /* enum mapping_call, or one of a later version */
			uint32_t error, protection, flags;
			uint64_t address, bytes; /* together below 2^58, unless it failed */
			const char *path;        /* `path_bytes` bytes of the payload, no NUL */
			uint32_t path_bytes;
		} mapping;
		struct {
			uint64_t number; /* 0: none: the events belong to the thread */
			uint64_t start;  /* address of its start function; 0: unknown */
			uint32_t frames; /* outer ones on its stack, up to its first call into C */
			uint64_t high;   /* of its stack */
			uint64_t bytes;  /* the stack's size */
			uint64_t depth_bytes; /* of which in use, at most so far in this thread */
			uint32_t start_location;
			/* as in the record, not checked; of the payload; no bytes: it has none */
			const uint8_t *labels;
			uint32_t label_bytes;
		} goroutine;
	};
};

/* Whether stack_record_read() knows such records. */
static inline bool stack_record_is_known(enum control_kind kind)
{
	return (kind >= CONTROL_THREAD && kind <= CONTROL_NAME) ||
	       kind == CONTROL_MAPPING || kind == CONTROL_GOROUTINE ||
	       kind == CONTROL_GO_END;
}

/*
 * Read the payload [at, end) of a record of this kind. `stack_frames`: the depth of the
 * thread's stack. Leaves locations 0. NULL, or what is wrong. DEPTH and GOROUTINE
 * records borrow the payload.
 */
const char *stack_record_read(struct stack_record *record, enum control_kind kind,
                              const uint8_t *at, const uint8_t *end,
                              uint32_t stack_frames);

/* The slow half of stack_gap_follows(): *at is at a GAP record. */
const char *stack_gap_read(const uint8_t **at, const uint8_t *end,
                           uint32_t stack_frames, uint32_t *gap);

/*
 * Read the GAP record at *at, if there is one, and step past it. *gap: 1 + the index of the
 * frame outside of which frames are missing; 0: no GAP record. NULL, or what is wrong with it.
 */
static inline const char *stack_gap_follows(const uint8_t **at, const uint8_t *end,
                                            uint32_t stack_frames, uint32_t *gap)
{
	*gap = 0;
	if (*at >= end || **at != CONTROL_TAG(CONTROL_GAP))
		return NULL;
	return stack_gap_read(at, end, stack_frames, gap);
}

/* The slow half of stack_suffix_read(): *at is at a STANDS record. */
const char *stack_stands_read(const uint8_t **at, const uint8_t *end,
                              uint32_t stack_frames, struct event *event);

/* Read the records at *at that belong to the event before them. NULL, or what is wrong. */
static inline const char *stack_suffix_read(const uint8_t **at, const uint8_t *end,
                                            uint32_t stack_frames, struct event *event)
{
	const char *wrong = stack_gap_follows(at, end, stack_frames, &event->gap);

	if (wrong || !event->is_plain || *at >= end || **at != CONTROL_TAG(CONTROL_STANDS))
		return wrong;
	return stack_stands_read(at, end, stack_frames, event);
}

/* Read the next frame size of a DEPTH record, in words; 0: unknown. */
static inline uint32_t stack_record_words(const uint8_t **sizes)
{
	uint64_t code = varint_read(sizes);

	if (!code)
		return 0;
	return code > UINT32_MAX ? UINT32_MAX : (uint32_t)(code - 1);
}

/* Read one varint of the payload: 0, or -1 if it crosses the end or is too long. */
int stack_record_field(const uint8_t **at, const uint8_t *end, uint64_t *value);

#endif

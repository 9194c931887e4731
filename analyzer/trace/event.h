/*
 * trace/event.h - one decoded event.
 */
#ifndef OUTLIVE_TRACE_EVENT_H
#define OUTLIVE_TRACE_EVENT_H

#include "trace_format.h"

#include <stdbool.h>
#include <stdint.h>

/* Continues the operations of enum event_op. */
enum event_kind {
	EVENT_RUN = 8, /* a run begins: its new frames are the whole stack */
	/* First half of a realloc: the old block ends (trace/merge.h). */
	EVENT_MOVE_OUT = 9,
	EVENT_MOVE_IN = 10, /* second half: the new block begins */
	EVENT_STACK_RECORD =
		11, /* no event: a record about the stack (trace/stack_record.h) */
};

struct event {
	uint8_t op;       /* enum event_op or event_kind; OP_CONTROL: a STACK record */
	bool is_plain;    /* its frames are not exact */
	bool is_in_place; /* realloc: the address stayed */
	uint8_t alignment_log2;  /* aligned: log2 of the alignment */
	uint32_t popped, pushed; /* frames that ended, then began, since the last event */
	/* 1 + index of the frame outside of which frames are missing; 0: no new gap. */
	uint32_t gap;
	uint32_t sure : 17;   /* is_plain: outer frames that are proven to run still */
	uint32_t is_left : 1; /* is_plain: exact unless the process copies stacks */
	/*
	 * is_plain: 1 + how many outer frames are on the stack of a goroutine; the kept ones beyond
	 * the sure ones were compared, and all others are exact. 0: not so.
	 */
	uint32_t compared : 14;
	/* Index of the first new frame in the batch's locations, outermost first. */
	uint32_t frame_first;
	uint64_t time;        /* quanta; realloc: before the real call */
	uint64_t time_end;    /* realloc: after the real call; else equal to `time` */
	uint64_t address;     /* 0: the call failed */
	uint64_t old_address; /* realloc only */
	uint64_t size_bytes;  /* requested; 0 for a free */
};

/* Whether its frames are not exact. `copies_stacks`: its process has RING_COPIES_STACKS. */
static inline bool event_is_doubted(const struct event *event, bool copies_stacks)
{
	return event->is_plain && (!event->is_left || copies_stacks);
}

#endif

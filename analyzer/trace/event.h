/*
 * trace/event.h - one event, decoded.
 */
#ifndef OUTLIVE_TRACE_EVENT_H
#define OUTLIVE_TRACE_EVENT_H

#include "trace_format.h"

#include <stdbool.h>
#include <stdint.h>

/* What follows the operations of a file in enum event_op. */
enum event_kind {
	EVENT_RUN = 8,      /* a run begins: `news` frames are the thread's whole stack */
	EVENT_MOVE_OUT = 9, /* first half of a realloc: the old block goes (event_merge) */
	EVENT_MOVE_IN = 10, /* second half: the new one comes */
	EVENT_NOTE = 11,    /* no event: something about the stack (trace/stack_record.h) */
};

struct event {
	uint8_t op;       /* enum event_op or event_kind; OP_CONTROL: a STACK record */
	bool is_plain;    /* its frames are not exact */
	bool is_in_place; /* realloc: the address stayed */
	uint8_t alignment_log2; /* aligned: log2 of the alignment */
	uint32_t pops, news;    /* inner frames that ended, then began since the last */
	uint32_t
		gap; /* 1 + index of the frame outside of which some are missing; 0: none new */
	uint32_t frame_first; /* of the `news` in the batch's locations, outermost first */
	uint64_t time;        /* quanta; realloc: before the real call */
	uint64_t time_end;    /* realloc: after it; else as `time` */
	uint64_t address;     /* 0 if failed */
	uint64_t old_address; /* realloc */
	uint64_t size_bytes;  /* asked for; 0 if free */
};

#endif

/*
 * event/event.h - one event before it is encoded; analyzer/trace/event.h has it decoded.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_EVENT_H
#define OUTLIVE_PRELOAD_EVENT_EVENT_H

#include <stdint.h>

#include "record_format.h"

struct event {
	enum event_op op;  /* OP_CONTROL: a STACK record, with time and frames only */
	uint64_t time;     /* quanta; realloc: before the real call */
	uint64_t time_end; /* realloc: after the real call */
	uintptr_t address; /* realloc: the new address */
	uintptr_t old_address;
	uint64_t size_bytes;
	uint8_t alignment_log2; /* of OP_ALIGNED */
};

#endif

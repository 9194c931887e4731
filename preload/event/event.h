/*
 * event/event.h - one event, before it is bytes; analyzer/trace/event.h has it afterwards.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_EVENT_H
#define OUTLIVE_PRELOAD_EVENT_EVENT_H

#include <stdint.h>

#include "record_format.h"

struct event {
	enum event_op op;  /* OP_CONTROL: a STACK record, nothing but time and frames */
	uint64_t time;     /* quanta; a realloc: before the real call */
	uint64_t time_end; /* realloc: after it */
	uintptr_t address; /* realloc: the new one */
	uintptr_t old_address;
	uint64_t size_bytes;
	uint8_t alignment_log2; /* OP_ALIGNED */
};

#endif

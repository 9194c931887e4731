/*
 * event_encoder.h - events into the bytes of a chunk, as trace_format.h says. Layer 6.
 */
#ifndef OUTLIVE_EVENT_ENCODER_H
#define OUTLIVE_EVENT_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

#include "stack_walk.h"
#include "thread_state.h"

struct event {
	enum event_op op;  /* OP_CONTROL: a STACK record, nothing but time and frames */
	uint64_t time;     /* quanta; a realloc: before the real call */
	uint64_t time_end; /* realloc: after it */
	uintptr_t address; /* realloc: the new one */
	uintptr_t old_address;
	uint64_t size_bytes;
	uint8_t alignment_log2; /* OP_ALIGNED */
};

/*
 * Append `event` with the stack `walk` to the thread's chunk and commit it; takes a new
 * chunk when it is needed. A stack that fits no chunk is cut, in `walk` too. False: lost
 * (and counted); nothing is committed and the thread's last stack stays what it was, or
 * loses its outer end.
 */
bool event_encode(struct thread_state *state, const struct event *event,
		  struct walk_result *walk);

#endif

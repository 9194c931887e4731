/*
 * event/control.h - appends control records of fields to a thread's chunk. They are no events:
 * each belongs to the event before it.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_CONTROL_H
#define OUTLIVE_PRELOAD_EVENT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "event/bytes.h"
#include "ring/ring.h"
#include "stack/thread_state.h"

static inline uint32_t varint_bytes(uint64_t value)
{
	return (uint32_t)(63 - __builtin_clzl(value | 1)) / 7 + 1;
}

/*
 * Begin a control record with these fields. The caller writes `more_bytes` after them. NULL: no
 * room, or no chunk.
 */
uint8_t *control_begin(struct thread_state *state, enum control_kind kind,
                       const uint64_t *fields, uint32_t count, uint32_t more_bytes);

/* Commit the record, which ends at `at`. */
void control_commit(struct thread_state *state, const uint8_t *at);

/* Write a record that has only fields. False: no room, or no chunk. */
bool control_put(struct thread_state *state, enum control_kind kind,
                 const uint64_t *fields, uint32_t count);

#endif

/* event/control.c - append control records of fields to a thread's chunk. */
#include "event/control.h"

uint8_t *control_begin(struct thread_state *state, enum control_kind kind,
                       const uint64_t *fields, uint32_t count, uint32_t more_bytes)
{
	uint32_t length = more_bytes;
	uint8_t *at;

	for (uint32_t i = 0; i < count; i++)
		length += varint_bytes(fields[i]);
	if (!state->cursor.chunk ||
	    state->cursor.used + 1 + varint_bytes(length) + length > CHUNK_BYTES)
		return NULL;
	at = (uint8_t *)state->cursor.chunk + state->cursor.used;
	*at++ = CONTROL_TAG(kind);
	at = varint_put(at, length);
	for (uint32_t i = 0; i < count; i++)
		at = varint_put(at, fields[i]);
	return at;
}

void control_commit(struct thread_state *state, const uint8_t *at)
{
	state->cursor.used = (uint32_t)(at - (uint8_t *)state->cursor.chunk);
	chunk_commit(state->cursor.chunk, state->cursor.used, state->cursor.chunk_events);
}

bool control_put(struct thread_state *state, enum control_kind kind,
                 const uint64_t *fields, uint32_t count)
{
	uint8_t *at = control_begin(state, kind, fields, count, 0);

	if (at)
		control_commit(state, at);
	return at != NULL;
}

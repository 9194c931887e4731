/*
 * event_encoder.h - events into the bytes of a chunk, as trace_format.h says. Layer 8.
 */
#ifndef OUTLIVE_EVENT_ENCODER_H
#define OUTLIVE_EVENT_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

#include "event_bytes.h"
#include "ring_file.h"
#include "stack_walk.h"

/*
 * Append `event` with the stack `walk` to the thread's chunk and commit it; takes a new
 * chunk when it is needed. A stack that fits no chunk is cut, in `walk` too. False: lost
 * (and counted); nothing is committed and the thread's last stack stays what it was, or
 * loses its outer end.
 */
bool event_encode(struct thread_state *state, const struct event *event,
                  struct walk_result *walk);

/* An event with one new frame at the most, whatever its operands. */
#define QUICK_BYTES_MAX 128

/*
 * What event_encode() does, for a malloc, calloc or free whose stack is what
 * stack_walk_quick() said. False: no room; nothing is changed. On success the thread's
 * frames are those of the event.
 */
static inline __attribute__((always_inline)) bool event_encode_quick(
	struct thread_state *state, enum event_op op, uint64_t time, uintptr_t address,
	uint64_t size_bytes, uint32_t keep, bool is_same, uint16_t flags,
	const struct walk_start *start)
{
	struct prediction *tables = &state->prediction;
	uint32_t pops = state->depth - keep;
	struct walk_frame *frames = state->frames;
	struct chunk_header *chunk = state->chunk;
	uint8_t *begin = (uint8_t *)chunk + state->used, *at = begin + 1;
	uint8_t tag = (uint8_t)op | TAG_FRAMES_PREDICTED;

	if (unlikely(!chunk || state->used + QUICK_BYTES_MAX > CHUNK_BYTES))
		return false;
	at = shape_put(tables, at, pops, !is_same, &tag);
	time = time > tables->last_time ? time : tables->last_time;
	at = put_varint(at, time - tables->last_time);
	tables->last_time = time;
	if (!is_same) {
		uint64_t replaced = pops ? frames[keep].return_address : 0;
		uint64_t context = CHILD_CONTEXT(frames[keep - 1].return_address, replaced);
		uint8_t *mask_at = at++;

		if (likely(frame_put(tables, &at, context, start->return_address))) {
			at = mask_at;
		} else {
			*mask_at = 0;
			tag &= (uint8_t)~TAG_FRAMES_PREDICTED;
		}
		frames[keep] = (struct walk_frame){ .slot = start->slot,
			                                .return_address = start->return_address,
			                                .bp = start->bp,
			                                .flags = flags };
		state->depth = keep + 1;
	}
	if (op == OP_FREE)
		at = free_put(tables, at, address, &tag);
	else
		at = alloc_put(tables, at, address, size_bytes, start->return_address, &tag);
	*begin = tag;
	state->used += (uint32_t)(at - begin);
	state->events++;
	chunk_commit(chunk, state->used, ++state->chunk_events);
	return true;
}

#endif

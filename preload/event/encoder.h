/*
 * event/encoder.h - events into the bytes of a chunk, as record_format.h says.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_ENCODER_H
#define OUTLIVE_PRELOAD_EVENT_ENCODER_H

#include <stdbool.h>
#include <stdint.h>

#include "event/bytes.h"
#include "stack/frames.h"
#include "ring/ring.h"
#include "stack/walk.h"

/*
 * Append `event` with the stack `walk` to the thread's chunk and commit it; takes a new
 * chunk when it is needed. A stack that fits no chunk is cut, in `walk` too. False: lost
 * (and counted); nothing is committed and the thread's last stack stays what it was, or
 * loses its outer end.
 */
bool event_encode(struct thread_state *state, const struct event *event,
                  struct walk_result *walk);

/* True if an event of so many new frames fits into the chunk that the thread has. */
bool event_has_room(const struct thread_state *state, uint32_t news);

/*
 * Begin the thread's run anew in another chunk that has room for `size_bytes` more, with
 * its last stack, and commit that. False: there is none, or the stack leaves no room.
 */
bool event_run_again(struct thread_state *state, uint32_t size_bytes, uint64_t time);

/*
 * What event_encode() and frames_apply() do, for a malloc, calloc or free whose stack is
 * what stack_walk_short() said. False: no room; nothing is changed.
 */
static inline __attribute__((always_inline)) bool event_encode_short(
	struct thread_state *state, enum event_op op, uint64_t time, uintptr_t address,
	uint64_t size_bytes, const struct short_walk *walk)
{
	struct prediction *tables = &state->prediction;
	const struct walk_frame *frames = state->frames;
	struct chunk_header *chunk = state->chunk;
	uint8_t *begin = (uint8_t *)chunk + state->used, *at = begin + 1;
	uint32_t keep = walk->keep, pops = state->depth - keep;
	uint64_t leaf = walk->news ? walk->frames[0].return_address
	                           : frames[keep - 1].return_address;
	uint8_t tag = (uint8_t)op | TAG_FRAMES_PREDICTED;

	if (unlikely(!chunk || state->used > state->used_limit))
		return false;
	at = shape_put(tables, at, pops, walk->news, &tag);
	time = time > tables->last_time ? time : tables->last_time;
	at = put_varint(at, time - tables->last_time);
	tables->last_time = time;
	if (walk->news) {
		uint64_t parent = frames[keep - 1].return_address;
		uint64_t other = pops ? frames[keep].return_address : 0;
		uint8_t *mask_at = at++;
		unsigned int mask = 0;

		for (uint32_t i = walk->news; i-- > 0;) {
			uintptr_t return_address = walk->frames[i].return_address;

			mask >>= 1;
			if (likely(frame_put(tables, &at, CHILD_CONTEXT(parent, other),
			                     return_address)))
				mask |= 1u << (SHORT_FRAMES - 1);
			parent = return_address;
			other = op;
		}
		*mask_at = (uint8_t)(mask >> (SHORT_FRAMES - walk->news));
		if (at == mask_at + 1)
			at = mask_at;
		else
			tag &= (uint8_t)~TAG_FRAMES_PREDICTED;
	}
	if (op == OP_FREE)
		at = free_put(tables, at, address, &tag);
	else
		at = alloc_put(tables, at, address, size_bytes, leaf, &tag);
	*begin = tag;
	state->used += (uint32_t)(at - begin);
	state->events++;
	chunk_commit(chunk, state->used, ++state->chunk_events);
	if (walk->news)
		frames_apply_short(state, keep, walk->frames, walk->news);
	return true;
}

#endif

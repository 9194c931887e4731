/*
 * event/encoder.h - encodes events into the bytes of a chunk, as record_format.h defines them.
 */
#ifndef OUTLIVE_PRELOAD_EVENT_ENCODER_H
#define OUTLIVE_PRELOAD_EVENT_ENCODER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "event/operands.h"
#include "stack/frames.h"
#include "ring/ring.h"
#include "invariant.h"

static_assert(SHORT_FRAMES <= GROUP_FRAMES, "frames of a short walk are one group");

/*
 * Append `event` with the stack `walk` to the thread's chunk and commit it. Takes a new chunk
 * if necessary. Cuts a stack that fits no chunk, also in `walk`. False: the event is lost,
 * which is counted. Then nothing is committed, and the thread's last stack is unchanged or has
 * lost its outer frames.
 */
bool event_encode(struct thread_state *state, const struct event *event,
                  struct walk_result *walk);

/* Whether an event with this many new frames fits into the thread's chunk. */
bool event_has_room(const struct thread_state *state, uint32_t pushed);

/*
 * Begin the thread's run again, with its last stack, in another chunk that has `size_bytes` of
 * room left, and commit it. False: there is no chunk, or the stack leaves too little room.
 */
bool event_run_again(struct thread_state *state, uint32_t size_bytes, uint64_t time);

/* ---- one event's bytes ------------------------------------------------------------ */

/* Encode one frame. True: it is the predicted one, and nothing was written. */
static inline bool frame_put(struct prediction *tables, uint8_t **at, uint64_t context,
                             uintptr_t return_address)
{
	uint16_t *child = &tables->children[FORMAT_HASH(context, CHILDREN_BITS)];
	uint32_t index;

	if (likely(tables->dictionary[*child] == return_address))
		return true;
	index = FORMAT_HASH(return_address, DICTIONARY_BITS);
	if (tables->dictionary[index] == return_address) {
		*(*at)++ = (uint8_t)(index >> 8);
		*(*at)++ = (uint8_t)index;
	} else {
		uintptr_t raw = return_address; /* so that only this way needs it in memory */

		*(*at)++ = 0x80;
		memcpy(*at, &raw, FRAME_ADDRESS_BITS / 8);
		*at += FRAME_ADDRESS_BITS / 8;
		tables->dictionary[index] = return_address;
	}
	*child = (uint16_t)index;
	return false;
}

/*
 * Encode one to eight frames. `parent`: the return address outside the first of them. `replaced`:
 * the return address that the first one replaces.
 */
static inline __attribute__((always_inline)) uint8_t *group_put(
	struct prediction *tables, uint8_t *at, const struct walk_frame *frames,
	uint32_t count, uint64_t parent, uint64_t replaced, enum event_op op)
{
	const struct walk_frame *const end = frames + count;
	uint64_t other = replaced;
	uint8_t *mask_at = at++;
	unsigned int mask = 0;

	do {
		uintptr_t return_address = frames->return_address;

		mask >>= 1;
		if (likely(
				frame_put(tables, &at, CHILD_CONTEXT(parent, other), return_address)))
			mask |= 1u << (GROUP_FRAMES - 1);
		parent = return_address;
		other = op;
	} while (++frames < end);
	*mask_at = (uint8_t)(mask >> (GROUP_FRAMES - count));
	return at;
}

/*
 * Encode frames in groups. NULL: they do not fit before `limit`, and the tables no longer match
 * the reader's. `is_short`: they are one group, and there is room.
 */
static inline __attribute__((always_inline)) uint8_t *frames_put(
	struct prediction *tables, uint8_t *at, const uint8_t *limit,
	const struct pushed_frames *pushed, uint64_t parent, uint64_t replaced,
	enum event_op op, const bool is_short)
{
	const struct walk_frame *frames = pushed->frames;
	uint32_t left = pushed->count;

	if (is_short)
		return group_put(tables, at, frames, left, parent, replaced, op);
	while (left) {
		uint32_t count = left < GROUP_FRAMES ? left : GROUP_FRAMES;

		if (unlikely(at + 1 + count * FRAME_BYTES_MAX > limit))
			return NULL;
		at = group_put(tables, at, frames, count, parent, replaced, op);
		frames += count;
		left -= count;
		parent = frames[-1].return_address;
		replaced = op;
	}
	return at;
}

static inline uint8_t *shape_put(struct prediction *tables, uint8_t *at,
                                 uint32_t popped, uint32_t pushed, uint8_t *tag)
{
	if (popped == tables->last_popped && pushed == tables->last_pushed &&
	    TAG_OP(*tag) != OP_CONTROL) {
		*tag |= TAG_SAME_SHAPE;
		return at;
	}
	tables->last_popped = popped;
	tables->last_pushed = pushed;
	*at++ = (uint8_t)((popped < 15 ? popped : 15) << 4 | (pushed < 15 ? pushed : 15));
	if (popped >= 15)
		at = varint_put(at, popped - 15);
	if (pushed >= 15)
		at = varint_put(at, pushed - 15);
	return at;
}

/*
 * Write shape, time and new frames, with which every event record begins. `at`: after the tag.
 * NULL: see frames_put().
 */
static inline __attribute__((always_inline)) uint8_t *event_head_put(
	struct thread_state *state, uint8_t *at, uint8_t *tag, const struct event *event,
	const struct pushed_frames *pushed, const bool is_short)
{
	struct prediction *tables = &state->prediction;
	const struct walk_frame *frames = state->stack.frames;
	const uint8_t *limit = (uint8_t *)state->cursor.chunk + CHUNK_BYTES -
	                       FIXED_BYTES_MAX / 2;
	uint32_t keep = pushed->keep, popped = state->stack.depth - keep;
	uint64_t time = event->time > tables->last_time ? event->time : tables->last_time;

	invariant(keep <= state->stack.depth);
	at = shape_put(tables, at, popped, pushed->count, tag);
	at = varint_put(at, time - tables->last_time);
	tables->last_time = time;
	if (pushed->count) {
		uint64_t parent = keep ? frames[keep - 1].return_address : 0;
		uint64_t replaced = popped ? frames[keep].return_address : 0;
		uint8_t *frames_at = at;

		at = frames_put(tables, at, limit, pushed, parent, replaced, event->op,
		                is_short);
		if (!is_short && unlikely(!at))
			return NULL;
		if (at == frames_at + (is_short ? 1 : GROUPS_OF(pushed->count)) &&
		    (is_short || event->op != OP_CONTROL))
			return frames_at; /* all frames were predicted */
		*tag &= (uint8_t)~TAG_FRAMES_PREDICTED;
	}
	return at;
}

/* Returns the event's innermost return address; 0: there is none. */
static inline uint64_t leaf_of(const struct thread_state *state,
                               const struct pushed_frames *pushed)
{
	if (pushed->count)
		return pushed->frames[pushed->count - 1].return_address;
	return pushed->keep ? state->stack.frames[pushed->keep - 1].return_address : 0;
}

/*
 * Write an event at the end of the used part of the chunk. Returns the event's end. NULL: it
 * did not fit, and this run must end. `is_short`, a constant: the event is a malloc, calloc or
 * free from a short walk, and there is room for it.
 */
static inline __attribute__((always_inline)) uint8_t *event_put(
	struct thread_state *state, const struct event *event,
	const struct pushed_frames *pushed, uint8_t flags, const bool is_short)
{
	uint8_t *tag_at = (uint8_t *)state->cursor.chunk + state->cursor.used, *at;
	uint64_t leaf = leaf_of(state, pushed);
	uint8_t tag = (uint8_t)event->op | TAG_FRAMES_PREDICTED | flags;

	at = event_head_put(state, tag_at + 1, &tag, event, pushed, is_short);
	if (!is_short && unlikely(!at))
		return NULL;
	at = operands_put(&state->prediction, leaf, at, &tag, event, is_short);
	*tag_at = tag;
	return at;
}

/* Commit the event that ends at `at`: from now on a reader may read it. */
static inline void event_commit(struct thread_state *state, const uint8_t *at)
{
	uint32_t used = (uint32_t)(at - (uint8_t *)state->cursor.chunk);

	/* The caller has made sure that the event fits, whatever codes it needs. */
	invariant(at && used > state->cursor.used && used <= CHUNK_BYTES);
	state->cursor.used = used;
	state->cursor.events++;
	chunk_commit(state->cursor.chunk, state->cursor.used, ++state->cursor.chunk_events);
}

/*
 * Do what event_encode() and frames_apply() do, for a malloc, calloc or free and the result of
 * stack_walk_short(). False: no room; nothing was changed.
 */
static inline __attribute__((always_inline)) bool event_encode_short(
	struct thread_state *state, enum event_op op, uint64_t time, uintptr_t address,
	uint64_t size_bytes, struct short_walk walk)
{
	const struct event event = {
		.op = op, .time = time, .address = address, .size_bytes = size_bytes
	};
	const struct pushed_frames pushed = short_walk_pushed(state, walk);

	if (unlikely(!state->cursor.chunk || state->cursor.used > state->cursor.used_limit))
		return false;
	if (!walk.keep || walk.pushed > SHORT_FRAMES)
		__builtin_unreachable(); /* a stub was met soon */
	event_commit(state, event_put(state, &event, &pushed, 0, true));
	if (walk.pushed)
		frames_apply_short(state, &pushed);
	else
		frames_drop_inner(state, walk.keep);
	return true;
}

/* The same for any event, and up to MIDDLE_FRAMES frames. */
bool event_encode_middle(struct thread_state *state, const struct event *event,
                         struct short_walk walk);

/* The same for the result of stack_walk_other_short(); there must be room for the event. */
static inline __attribute__((always_inline)) void event_encode_other(
	struct thread_state *state, const struct event *event,
	const struct other_walk *walk)
{
	const struct walk_frame *found = state->other_frames + SHORT_FRAMES - walk->pushed;
	const struct pushed_frames pushed = { found, walk->keep, walk->pushed };
	struct walk_frame *frame = state->stack.frames + walk->keep;

	event_commit(state,
	             event_put(state, event, &pushed, walk->plain ? TAG_PLAIN : 0, true));
	for (uint32_t i = 0; i < walk->pushed; i++)
		frame[i] = found[i];
	state->stack.depth = walk->keep + walk->pushed;
}

#endif

/*
 * event/encoder.c - encode events with the writer's half of the prediction tables.
 *
 * A reader derives the same tables from the same bytes, so every change of a table must follow
 * from what is written. Nothing is changed before it is certain that the event fits.
 */
#include "event/encoder.h"

#include "system/guard.h"
#include "ring/ring.h"
#include "event/depth.h"
#include "system/system.h"

#define THREAD_BYTES_MAX 48
#define GOROUTINE_BYTES_MAX 64
#define STRAND_STEP_BYTES 64 /* a goroutine's stack must get deeper by this much */
#define GAP_BYTES_MAX 8
#define GAPS_MAX 64 /* GAP records at the start of a run */

static uint32_t frames_bytes_max(uint32_t count)
{
	return count * FRAME_BYTES_MAX + GROUPS_OF(count);
}

/* ---- frames ------------------------------------------------------------------- */

/* Whether this frame's caller is unknown. A GAP record says so once in a run. */
static bool frame_has_gap(const struct walk_frame *frame)
{
	return frame->flags & (FRAME_CUT | FRAME_DROPPED);
}

/*
 * Write a GAP record: frames are missing outside of frame `outer`, counted from the outermost.
 */
static uint8_t *gap_put(uint8_t *at, uint32_t outer)
{
	uint8_t *length_at;

	*at++ = CONTROL_TAG(CONTROL_GAP);
	length_at = at++;
	at = varint_put(at, outer);
	*length_at = (uint8_t)(at - length_at - 1);
	return at;
}

/*
 * Returns how many outer frames are on a goroutine's stack. `keep`: frames of the last event
 * that stand; pushed frames of `walk` (NULL: none) follow them.
 */
static uint32_t goroutine_frames(const struct thread_state *state, uint32_t keep,
                                 const struct walk_result *walk)
{
	uint32_t known = state->strand.id ? state->strand.frames : 0, count = 0;

	if (state->strand.id & STRAND_SCHEDULER)
		return 0;
	/* Kept frames are as they were. */
	if (known <= keep)
		count = known;
	else if (known != STRAND_FRAMES_UNKNOWN)
		count = keep;
	while (count < keep && frame_is_go(&state->stack.frames[count]))
		count++;
	for (uint32_t i = 0; count == keep + i && walk && i < walk->pushed; i++)
		count += frame_is_go(&walk->frames[i]);
	return count;
}

/* Write a STANDS record: what is known of the frames although the event is not exact. */
static uint8_t *stands_put(const struct thread_state *state, uint8_t *at,
                           const struct walk_result *walk)
{
	uint8_t *length_at;

	*at++ = CONTROL_TAG(CONTROL_STANDS);
	length_at = at++;
	at = varint_put(at, walk->sure);
	at = varint_put(at, walk->left);
	if (walk->compared && !walk->plain)
		at = varint_put(at, 1 + (state->strand.id ? state->strand.frames : 0));
	*length_at = (uint8_t)(at - length_at - 1);
	return at;
}

/*
 * Write a GOROUTINE record. `keep`: frames of the last event that stand; `pushed`: frames follow
 * them.
 */
static uint8_t *goroutine_put(const struct thread_state *state, uint8_t *at,
                              const struct strand *strand, uint32_t keep,
                              const struct walk_result *walk)
{
	uint32_t count = goroutine_frames(state, keep, walk), length;
	uint8_t *length_at;

	*at++ = CONTROL_TAG(CONTROL_GOROUTINE);
	length_at = at; /* two bytes */
	at += 2;
	at = varint_put(at, strand->id);
	at = varint_put(at, strand->start);
	at = varint_put(at, strand->id ? count : 0);
	at = varint_put(at, strand->high);
	at = varint_put(at, strand->high - strand->low);
	at = varint_put(at, strand->depth_bytes);
	if (unlikely(strand->label_bytes)) {
		memcpy(at, state->labels, strand->label_bytes);
		at += strand->label_bytes;
	}
	length = (uint32_t)(at - length_at - 2);
	length_at[0] = (uint8_t)(length | 0x80);
	length_at[1] = (uint8_t)(length >> 7);
	return at;
}

/* Whether the labels that the walk has read are not those that the reader knows. */
static bool labels_are_new(const struct thread_state *state,
                           const struct strand *strand)
{
	return state->are_labels_read &&
	       (strand->label_bytes != state->strand.label_bytes ||
	        (strand->label_bytes &&
	         memcmp(state->labels, state->walked_labels, strand->label_bytes) != 0));
}

/* Whether the reader does not know it yet. */
static bool strand_is_new(const struct thread_state *state, const struct strand *strand)
{
	return strand->id != state->strand.id || strand->low != state->strand.low ||
	       strand->high != state->strand.high ||
	       strand->depth_bytes >= state->strand.depth_bytes + STRAND_STEP_BYTES ||
	       labels_are_new(state, strand);
}

/* ---- runs --------------------------------------------------------------------- */

/* Write the gaps among the innermost `frames`. NULL: no room. */
static uint8_t *gaps_put(const struct thread_state *state, uint8_t *at,
                         const uint8_t *limit, uint32_t frames)
{
	uint32_t first = state->stack.depth - frames, gaps = 0;

	for (uint32_t i = first; i < state->stack.depth && gaps < GAPS_MAX; i++) {
		if (!frame_has_gap(&state->stack.frames[i]))
			continue;
		if (at + GAP_BYTES_MAX > limit)
			return NULL;
		at = gap_put(at, i - first);
		gaps++;
	}
	return at;
}

/* Write a THREAD record of the calling thread, whose state this is. NULL: no room. */
static uint8_t *thread_put(const struct thread_state *state, uint8_t *at,
                           const uint8_t *limit)
{
	uint64_t room_bytes = thread_state_room_bytes(state);
	uint8_t *length_at;

	if (!guard.creator && !guard.start && !room_bytes)
		return at; /* nothing is known */
	if (at + THREAD_BYTES_MAX > limit)
		return NULL;
	*at++ = CONTROL_TAG(CONTROL_THREAD);
	length_at = at++; /* less than 128: one byte */
	at = varint_put(at, guard.creator);
	at = varint_put(at, guard.start);
	at = varint_put(at, room_bytes ? state->stacks.own.high : 0);
	at = varint_put(at, room_bytes);
	*length_at = (uint8_t)(at - length_at - 1);
	return at;
}

/*
 * Write a RUN record with the innermost `frames` of the thread's last stack, GAP records, and a
 * THREAD record. NULL: they do not fit before `limit`.
 */
static uint8_t *run_put(struct thread_state *state, uint8_t *at, const uint8_t *limit,
                        uint64_t time, uint32_t frames)
{
	struct run_record run = {
		.time = time,
		.events_before = state->cursor.events,
		.thread = state->serial,
		.tid = state->tid,
		.stack_frames = frames,
		.stack_cut = frames < state->stack.depth,
	};
	uint64_t name[THREAD_NAME_WORDS] = { 0 };
	const struct pushed_frames pushed = {
		state->stack.frames + state->stack.depth - frames, 0, frames
	};

	system_thread_name((char *)name);
	memcpy(run.name, name, sizeof(run.name));
	thread_state_name(state, name);
	prediction_reset(&state->prediction, time);
	*at++ = CONTROL_TAG(CONTROL_RUN);
	memcpy(at, &run, sizeof(run));
	at += sizeof(run);
	at = frames_put(&state->prediction, at, limit, &pushed, 0, 0, OP_NONE, false);
	at = at ? gaps_put(state, at, limit, frames) : NULL;
	at = at ? thread_put(state, at, limit) : NULL;
	if (!at || !state->strand.id)
		return at;
	/* If outer frames are left out, none is on the goroutine's stack up to its end. */
	return at + GOROUTINE_BYTES_MAX + state->strand.label_bytes <= limit
	           ? goroutine_put(state, at, &state->strand,
	                           frames < state->stack.depth ? 0 : frames, NULL)
	           : NULL;
}

/* Begin a run in the thread's chunk. False: it has not enough room left. */
static bool run_begin(struct thread_state *state, uint64_t time)
{
	uint8_t *begin = (uint8_t *)state->cursor.chunk + state->cursor.used;
	const uint8_t *limit = (uint8_t *)state->cursor.chunk + CHUNK_BYTES;
	uint32_t frames = state->stack.depth;
	uint8_t *at;

	if (limit - begin > EVENT_BYTES_MAX)
		limit = begin + EVENT_BYTES_MAX;
	at = run_put(state, begin, limit, time, frames);
	if (!at && frames > STACK_DEPTH_CUT) {
		frames = STACK_DEPTH_CUT;
		at = run_put(state, begin, limit, time, frames);
	}
	if (!at)
		return false;
	if (frames < state->stack.depth) {
		/* No event may refer to frames that the reader does not know. */
		state->stack.cut_frames += state->stack.depth - frames;
		frames_drop_outer(state, frames);
		state->strand.frames = STRAND_FRAMES_UNKNOWN;
	}
	for (uint32_t i = 0; i < state->stack.depth; i++)
		state->stack.frames[i].flags &= (uint16_t)~FRAME_SIZED;
	state->cursor.used = (uint32_t)(at - (uint8_t *)state->cursor.chunk);
	depth_put_off(state, time);
	return true;
}

/* Correct the indexes in `walk` after a run has begun with a cut stack. */
static void walk_rebase(struct thread_state *state, struct walk_result *walk)
{
	uint32_t cut = state->stack.cut_frames;
	uint32_t lost = cut > walk->carried_from ? cut - walk->carried_from : 0;

	if (!cut)
		return;
	state->stack.cut_frames = 0;
	walk->cut = CUT_DEPTH;
	walk->keep -= walk->keep < cut ? walk->keep : cut;
	walk->sure -= walk->sure < cut ? walk->sure : cut;
	state->walked.beneath -= state->walked.beneath < cut ? state->walked.beneath : cut;
	if (walk->carried) {
		lost = lost < walk->carried ? lost : walk->carried;
		walk->frames += lost;
		walk->pushed -= lost;
		walk->carried -= lost;
		walk->carried_from -= cut < walk->carried_from ? cut : walk->carried_from;
	}
}

static void chunk_leave(struct thread_state *state)
{
	if (state->cursor.chunk)
		ring_finish_chunk(state->cursor.chunk);
	state->cursor.chunk = NULL;
}

/* Take a new chunk, begin this thread's run in it, and make sure of `size_bytes` of room. */
static __attribute__((noinline)) bool chunk_find(struct thread_state *state,
                                                 uint32_t size_bytes, uint64_t time,
                                                 enum loss_cause *why_not)
{
	/*
	 * A parked chunk may have too little room for this thread's stack: then try the next.
	 */
	for (int tries = 0; tries < 4; tries++) {
		chunk_leave(state);
		state->cursor.chunk = ring_take_chunk(CHUNK_KIND_EVENTS, time,
		                                      &state->cursor.used);
		if (!state->cursor.chunk) {
			*why_not = LOST_RING_FULL;
			return false;
		}
		state->cursor.chunk_events = COMMIT_EVENTS(state->cursor.chunk->commit);
		if (run_begin(state, time) && state->cursor.used + size_bytes <= CHUNK_BYTES)
			return true;
	}
	chunk_leave(state);
	*why_not = LOST_TOO_BIG;
	return false;
}

/* The same for an event. False: the event is lost, which is counted. */
static bool chunk_enter(struct thread_state *state, uint32_t size_bytes, uint64_t time)
{
	enum loss_cause why_not;

	if (chunk_find(state, size_bytes, time, &why_not))
		return true;
	ring_count_loss(why_not, 1);
	return false;
}

bool event_run_again(struct thread_state *state, uint32_t size_bytes, uint64_t time)
{
	enum loss_cause why_not;
	bool found = chunk_find(state, size_bytes, time, &why_not);

	state->stack.cut_frames = 0; /* no walk has indexes to correct */
	if (found)
		chunk_commit(state->cursor.chunk, state->cursor.used,
		             state->cursor.chunk_events);
	return found;
}

/* ---- events ------------------------------------------------------------------- */

/* Write what the event belongs to, ahead of it: both are committed together. */
static void strand_put(struct thread_state *state, const struct walk_result *walk)
{
	uint64_t depth_bytes = state->strand.depth_bytes;
	uint8_t *at = (uint8_t *)state->cursor.chunk + state->cursor.used;
	struct strand strand = state->walked;

	strand.frames = strand.id == state->strand.id ? state->strand.frames
	                                              : STRAND_FRAMES_UNKNOWN;
	if (strand.id == state->strand.id && strand.depth_bytes < depth_bytes)
		strand.depth_bytes = depth_bytes;
	if (state->are_labels_read)
		memcpy(state->labels, state->walked_labels, strand.label_bytes);
	if (strand.beneath && !state->strand.beneath)
		state->waiting = state->strand; /* state->labels stay its own */
	state->strand = strand;
	at = goroutine_put(state, at, &strand, walk->keep, walk);
	state->cursor.used = (uint32_t)(at - (uint8_t *)state->cursor.chunk);
}

/* Write any event. NULL: it did not fit, and this run must end. */
static __attribute__((noinline)) uint8_t *event_put_any(struct thread_state *state,
                                                        const struct event *event,
                                                        const struct walk_result *walk)
{
	const struct pushed_frames pushed = { walk->frames, walk->keep, walk->pushed };
	bool is_plain = walk->plain || walk->compared;
	uint8_t *tag_at, *at;

	if (unlikely(strand_is_new(state, &state->walked)))
		strand_put(state, walk);
	if (state->are_labels_read)
		state->strand.labels = state->walked.labels;
	tag_at = (uint8_t *)state->cursor.chunk + state->cursor.used;
	at = event_put(state, event, &pushed, is_plain ? TAG_PLAIN : 0, false);
	if (unlikely(!at))
		return NULL;
	if (unlikely(state->strand.id)) {
		state->strand.frames = goroutine_frames(state, walk->keep, walk);
		state->strand.beneath = state->walked.beneath;
	}
	if (event->op == OP_CONTROL)
		*tag_at = CONTROL_TAG(is_plain ? CONTROL_STACK_PLAIN : CONTROL_STACK);
	if (unlikely(walk->pushed && frame_has_gap(walk->frames)))
		at = gap_put(at, walk->keep);
	if (unlikely(is_plain && (walk->sure || walk->compared)))
		at = stands_put(state, at, walk);
	return at;
}

/*
 * Write an event whose frames may need more than half a chunk. First hope for good predictions,
 * then cut the stack.
 */
static bool event_encode_deep(struct thread_state *state, const struct event *event,
                              struct walk_result *walk)
{
	struct strand before = state->strand;
	uint8_t *at;

	if (!chunk_enter(state,
	                 FIXED_BYTES_MAX + GOROUTINE_BYTES_MAX + state->walked.label_bytes,
	                 event->time))
		return false;
	walk_rebase(state, walk);
	at = event_put_any(state, event, walk);
	if (!at) {
		state->strand = before;
		state->strand.label_bytes = 0; /* state->labels may be other ones now */
		if (!chunk_enter(state, EVENT_BYTES_MAX / 2, event->time))
			return false;
		frames_cut(state, walk);
		at = event_put_any(state, event, walk);
		if (!at) {
			chunk_leave(state);
			ring_count_loss(LOST_TOO_BIG, 1);
			return false;
		}
	}
	event_commit(state, at);
	return true;
}

/* Whether a frame code has room for each of the addresses. */
static bool frames_are_carried(const struct walk_result *walk)
{
	uintptr_t bits = 0;

	for (uint32_t i = 0; i < walk->pushed; i++)
		bits |= walk->frames[i].return_address;
	return !(bits >> FRAME_ADDRESS_BITS);
}

/* Whether the event has a block's address, if it needs one: of a realloc, one of the two may do. */
static bool event_has_block(const struct event *event)
{
	return event->address ||
	       (event->op == OP_REALLOC ? event->old_address != 0 : event->op >= OP_FREE);
}

/* Whether a reader would accept the event. */
static bool event_is_carried(const struct event *event, const struct walk_result *walk)
{
	return event_has_block(event) && frames_are_carried(walk);
}

static uint32_t event_bytes_max(const struct thread_state *state, uint32_t pushed)
{
	return FIXED_BYTES_MAX + GOROUTINE_BYTES_MAX + state->walked.label_bytes +
	       frames_bytes_max(pushed);
}

bool event_has_room(const struct thread_state *state, uint32_t pushed)
{
	return state->cursor.chunk &&
	       state->cursor.used + event_bytes_max(state, pushed) <= CHUNK_BYTES;
}

bool event_encode(struct thread_state *state, const struct event *event,
                  struct walk_result *walk)
{
	uint32_t size_bytes = event_bytes_max(state, walk->pushed);

	if (unlikely(!event_is_carried(event, walk))) {
		ring_count_loss(LOST_TOO_BIG, 1);
		return false;
	}
	if (unlikely(!event_has_room(state, walk->pushed))) {
		if (size_bytes > EVENT_BYTES_MAX)
			return event_encode_deep(state, event, walk);
		if (!chunk_enter(state, size_bytes, event->time))
			return false;
		walk_rebase(state, walk);
	}
	event_commit(state, event_put_any(state, event, walk));
	return true;
}

bool event_encode_middle(struct thread_state *state, const struct event *event,
                         struct short_walk walk)
{
	const struct pushed_frames pushed = short_walk_pushed(state, walk);

	if (!event_has_block(event) || !event_has_room(state, walk.pushed))
		return false;
	event_commit(state, event_put(state, event, &pushed, 0, false));
	if (walk.pushed)
		frames_apply_short(state, &pushed);
	else
		frames_drop_inner(state, walk.keep);
	return true;
}

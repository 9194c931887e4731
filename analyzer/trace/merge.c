/* trace/merge.c - merges the events of all threads in the order of time. */
#include "trace/merge.h"

#include "trace/merge_parts.h"

#include "invariant.h"

#include "base/array.h"

#include <stdlib.h>

static bool is_before(const struct cursor *one, const struct cursor *two)
{
	if (one->key != two->key)
		return one->key < two->key;
	return one->entry.ticket < two->entry.ticket;
}

/* ---- the heap ------------------------------------------------------------------ */

/* Restore the order of the heap after the key of heap[at] grew. */
static void heap_sift_down(struct event_merge *merge, size_t at)
{
	struct cursor **heap = merge->heap, *cursor = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < merge->heap_count) {
		if (child + 1 < merge->heap_count && is_before(heap[child + 1], heap[child]))
			child++;
		if (!is_before(heap[child], cursor))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = cursor;
}

/* Restore the order of the heap after a cursor with a lower key came to heap[at]. */
static void heap_sift_up(struct event_merge *merge, size_t at)
{
	struct cursor **heap = merge->heap, *cursor = heap[at];
	size_t parent;

	for (; at; at = parent) {
		parent = (at - 1) / 2;
		if (!is_before(cursor, heap[parent]))
			break;
		heap[at] = heap[parent];
	}
	heap[at] = cursor;
}

static int heap_push(struct event_merge *merge, struct cursor *cursor)
{
	if (array_reserve(merge->heap, merge->heap_capacity, merge->heap_count + 1))
		return -1;
	merge->heap[merge->heap_count] = cursor;
	heap_sift_up(merge, merge->heap_count++);
	return 0;
}

/*
 * Fill the gap with the last cursor. That one comes from another branch, so its key may be
 * too high for this position, or too low.
 */
static void heap_remove(struct event_merge *merge, size_t at)
{
	struct cursor *moved = merge->heap[--merge->heap_count];

	if (at == merge->heap_count)
		return;
	merge->heap[at] = moved;
	heap_sift_down(merge, at);
	if (merge->heap[at] == moved)
		heap_sift_up(merge, at);
}

/* ---- cursors ------------------------------------------------------------------- */

static void cursor_free(struct cursor *cursor)
{
	if (!cursor)
		return;
	decoder_free(cursor->decoder);
	chunk_buffer_release(&cursor->buffer);
	free(cursor);
}

static struct cursor *cursor_new(struct event_merge *merge)
{
	struct cursor *cursor = merge->spare;

	if (cursor) {
		merge->spare = cursor->next;
		return cursor;
	}
	cursor = calloc(1, sizeof(*cursor));
	if (!cursor)
		return NULL;
	cursor->decoder = decoder_new(merge->map);
	if (!cursor->decoder) {
		cursor_free(cursor);
		return NULL;
	}
	return cursor;
}

static void cursor_spare(struct event_merge *merge, struct cursor *cursor)
{
	cursor->thread = 0;
	cursor->user = NULL;
	cursor->is_overtaken = false;
	cursor->next = merge->spare;
	merge->spare = cursor;
}

/* At the end of the chunk its lost events are counted. */
bool merge_fill(struct event_merge *merge, struct cursor *cursor)
{
	uint64_t decoded, committed;
	const char *error;

	cursor->at = 0;
	cursor->count = decoder_batch(cursor->decoder, cursor->events, BATCH_EVENTS);
	if (cursor->count) {
		cursor->key = event_key(cursor->events[0].time, cursor->events[0].op);
		if (merge->preview)
			merge->preview(merge->context, cursor->events, cursor->count);
		return true;
	}
	error = decoder_error(cursor->decoder);
	decoded = decoder_events(cursor->decoder);
	committed = decoder_events_committed(cursor->decoder);
	if (!error && decoded != committed)
		error = "its count of events is not what it holds";
	if (error)
		trace_reader_damaged(merge->reader, merge->process, &cursor->entry,
		                     committed > decoded ? committed - decoded : 0, error);
	return false;
}

/* Both cursors are at runs of one thread: whether the first one's run came first. */
static bool is_run_before(const struct cursor *one, const struct cursor *two)
{
	return decoder_run(one->decoder)->events_before <
	       decoder_run(two->decoder)->events_before;
}

static void cursor_wait(struct event_merge *merge, struct cursor *cursor)
{
	cursor->next = merge->waiting;
	merge->waiting = cursor;
}

/*
 * A cursor goes on with its thread: a run of that thread in a chunk that seemed to hold more of it
 * is over.
 */
static int cursor_push(struct event_merge *merge, struct cursor *cursor)
{
	struct cursor *stalled;

	for (stalled = merge->stalled; stalled; stalled = stalled->next)
		stalled->is_overtaken |= stalled->thread == cursor->thread;
	return heap_push(merge, cursor);
}

/*
 * Put a cursor that is about to hand out a run into the heap. If another cursor has a run of
 * the same thread, the later one of the two waits until the other's run ends. (A chunk that a
 * thread had put aside can be at its next run long before the time of that run.)
 */
static int cursor_enter(struct event_merge *merge, struct cursor *cursor)
{
	struct cursor *other;
	size_t i;

	cursor->thread = decoder_run(cursor->decoder)->thread;
	cursor->is_overtaken = false;
	for (i = 0; i < merge->heap_count; i++) {
		other = merge->heap[i];
		if (other->thread != cursor->thread)
			continue;
		if (is_run_before(other, cursor)) {
			cursor_wait(merge, cursor);
			return 0;
		}
		heap_remove(merge, i);
		cursor_wait(merge, other);
		break;
	}
	return cursor_push(merge, cursor);
}

/* A cursor left this thread: let the first cursor that waits for the thread enter. */
static int waiting_wake(struct event_merge *merge, uint32_t thread)
{
	struct cursor **link, **first = NULL, *cursor;

	for (link = &merge->waiting; *link; link = &(*link)->next) {
		if ((*link)->thread == thread && (!first || is_run_before(*link, *first)))
			first = link;
	}
	if (!first)
		return 0;
	cursor = *first;
	*first = cursor->next;
	return cursor_push(merge, cursor);
}

int merge_leave(struct event_merge *merge, struct cursor *cursor)
{
	if (merge->is_growing && !cursor->is_whole && !decoder_error(cursor->decoder)) {
		cursor->next = merge->stalled;
		merge->stalled = cursor;
		return 0;
	}
	cursor_spare(merge, cursor);
	return merge->is_growing ? ticket_set_add(&merge->done, cursor->entry.ticket) : 0;
}

int merge_resume(struct event_merge *merge, struct cursor *cursor)
{
	return cursor->events[0].op == EVENT_RUN ? cursor_enter(merge, cursor)
	                                         : cursor_push(merge, cursor);
}

/*
 * Whether the chunk is there. One in a ring that is being read may have moved to the trace: then
 * it is found there.
 */
static bool cursor_read(struct event_merge *merge, struct cursor *cursor)
{
	struct error ignored;

	if (!merge->is_growing || !cursor->entry.is_in_ring)
		return !trace_reader_chunk(merge->reader, merge->process, &cursor->entry,
		                           &cursor->buffer);
	cursor->buffer.bytes = 0;
	return !trace_reader_chunk_more(merge->reader, merge->process, &cursor->entry,
	                                &cursor->buffer, &ignored);
}

/* Start the cursor's decoder on its chunk. False: it is damaged, which is reported. */
static bool cursor_start(struct event_merge *merge, struct cursor *cursor)
{
	struct error error;

	if (!decoder_start(cursor->decoder, cursor->buffer.data, cursor->buffer.bytes,
	                   &error))
		return true;
	trace_reader_damaged(merge->reader, merge->process, &cursor->entry,
	                     cursor->entry.events, error.message);
	return false;
}

/* Open the next chunk of the list, if it can be read. */
static int chunk_enter(struct event_merge *merge)
{
	struct cursor *cursor = cursor_new(merge);

	if (!cursor)
		return -1;
	cursor->entry = merge->chunks->entries[merge->chunk_next++];
	cursor->is_whole = !cursor->entry.is_open;
	if (!cursor_read(merge, cursor)) {
		cursor_spare(merge, cursor);
		return 0;
	}
	if (cursor_start(merge, cursor))
		return merge_fill(merge, cursor) ? cursor_enter(merge, cursor)
		                                 : merge_leave(merge, cursor);
	cursor_spare(merge, cursor);
	return merge->is_growing ? ticket_set_add(&merge->done, cursor->entry.ticket) : 0;
}

/* ---- slices --------------------------------------------------------------------- */

int merge_advance(struct event_merge *merge)
{
	struct cursor *cursor = merge->current;
	uint32_t thread;
	struct event *event;

	if (!cursor)
		return 0;
	thread = cursor->thread;
	merge->current = NULL;
	cursor->at += merge->current_count;
	event = &cursor->events[cursor->at - 1];
	/*
	 * slice_count() had cut this realloc in two: its second half is the next event of this
	 * cursor, at the time after the real call. It has no frames of its own.
	 */
	if (event->op == EVENT_MOVE_OUT) {
		event->op = EVENT_MOVE_IN;
		event->time = event->time_end;
		event->popped = event->pushed = 0;
		cursor->at--;
	}
	if (cursor->at < cursor->count) {
		cursor->key = event_key(cursor->events[cursor->at].time,
		                        cursor->events[cursor->at].op);
		heap_sift_down(merge, 0);
		return 0;
	}
	if (merge_fill(merge, cursor) && cursor->events[0].op != EVENT_RUN) {
		heap_sift_down(merge, 0);
		return 0;
	}
	/* Its run has ended. */
	heap_remove(merge, 0);
	if (cursor->count ? cursor_enter(merge, cursor) : merge_leave(merge, cursor))
		return -1;
	return thread ? waiting_wake(merge, thread) : 0;
}

/* The key up to which the first cursor may go on alone. */
static uint64_t slice_limit(const struct event_merge *merge)
{
	const struct chunk_list *chunks = merge->chunks;
	uint64_t limit = merge->limit;
	size_t i;

	/* The second lowest key of a heap is in one of the two entries below the first. */
	for (i = 1; i < merge->heap_count && i <= 2; i++) {
		if (merge->heap[i]->key < limit)
			limit = merge->heap[i]->key;
	}
	if (merge->chunk_next < chunks->count &&
	    chunks->entries[merge->chunk_next].time_first << 1 < limit)
		limit = chunks->entries[merge->chunk_next].time_first << 1;
	return limit;
}

/*
 * How many events of the cursor, from `at` on, are below the limit; at least one. Cuts off the
 * second half of a realloc that goes beyond the limit.
 */
static size_t slice_count(struct cursor *cursor, uint64_t limit)
{
	const struct event *last = &cursor->events[cursor->count - 1];
	struct event *event;
	size_t i;

	/* Times ascend, so the last event usually decides for all. */
	if (event_key(last->time_end, OP_NONE) < limit)
		return cursor->count - cursor->at;
	for (i = cursor->at; i < cursor->count; i++) {
		event = &cursor->events[i];
		if (i > cursor->at && event_key(event->time, event->op) >= limit)
			break;
		if (event->op == OP_REALLOC && !event->is_in_place &&
		    event_key(event->time_end, OP_NONE) >= limit) {
			event->op = EVENT_MOVE_OUT;
			return i + 1 - cursor->at;
		}
	}
	return i - cursor->at;
}

/* Whether no other cursor's next event comes before the first one's. */
static inline bool first_is_earliest(const struct event_merge *merge)
{
	size_t i;

	for (i = 1; i < merge->heap_count && i <= 2; i++) {
		if (is_before(merge->heap[i], merge->heap[0]))
			return false;
	}
	return true;
}

/*
 * A chunk must be in the heap before the merge reaches its first event. A free at that time
 * has the lowest key, time_first << 1. Chunks are sorted by time_first, so only the next one
 * needs a check.
 */
static inline bool is_chunk_due(const struct event_merge *merge)
{
	uint64_t key;

	if (merge->chunk_next >= merge->chunks->count)
		return false;
	key = merge->chunks->entries[merge->chunk_next].time_first << 1;
	return key < merge->limit && (!merge->heap_count || key <= merge->heap[0]->key);
}

int event_merge_next(struct event_merge *merge, struct event_slice *slice)
{
	struct cursor *cursor;

	if (merge_advance(merge))
		return -1;
	while (is_chunk_due(merge)) {
		if (chunk_enter(merge))
			return -1;
	}
	if (!merge->heap_count || merge->heap[0]->key >= merge->limit)
		return 0;
	invariant(first_is_earliest(merge));
	cursor = merge->heap[0];
	merge->current = cursor;
	merge->current_count = slice_count(cursor, slice_limit(merge));
	invariant(merge->current_count &&
	          merge->current_count <= cursor->count - cursor->at);
	*slice = (struct event_slice){
		.events = cursor->events + cursor->at,
		.count = merge->current_count,
		.locations = decoder_locations(cursor->decoder),
		.run = decoder_run(cursor->decoder),
		.record = decoder_stack_record(cursor->decoder),
		.user = &cursor->user,
	};
	return 1;
}

struct event_merge *event_merge_new(struct trace_reader *reader,
                                    struct trace_process *process,
                                    struct address_map *map, event_preview *preview,
                                    void *context)
{
	struct event_merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return NULL;
	merge->reader = reader;
	merge->process = process;
	merge->map = map;
	merge->preview = preview;
	merge->context = context;
	merge->chunks = &process->chunks;
	merge->limit = UINT64_MAX;
	return merge;
}

static void cursors_free(struct cursor *cursor)
{
	struct cursor *next;

	for (; cursor; cursor = next) {
		next = cursor->next;
		cursor_free(cursor);
	}
}

void event_merge_free(struct event_merge *merge)
{
	size_t i;

	if (!merge)
		return;
	for (i = 0; i < merge->heap_count; i++)
		cursor_free(merge->heap[i]);
	cursors_free(merge->spare);
	cursors_free(merge->waiting);
	cursors_free(merge->stalled);
	chunk_list_release(&merge->pending);
	ticket_set_release(&merge->done);
	free(merge->heap);
	free(merge);
}

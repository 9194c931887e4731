/* trace/merge.c - merges the events of all threads in the order of time. */
#include "trace/merge.h"

#include "invariant.h"

#include "base/array.h"

#include <stdlib.h>

#define BATCH_EVENTS 64

/* A chunk that is being read. */
struct cursor {
	struct decoder *decoder;
	struct chunk_buffer buffer;
	const struct chunk_entry *entry;
	uint64_t key;     /* of events[at] */
	size_t at, count; /* events of the batch handed out, and decoded */
	uint32_t thread;  /* the thread of its current run, or of one about to begin */
	void *user;
	struct cursor *next; /* in the list `spare` or `waiting` */
	struct event events[BATCH_EVENTS];
};

struct event_merge {
	struct trace_reader *reader;
	struct trace_process *process;
	struct address_map *map;
	event_preview *preview;
	void *context;
	size_t chunk_next; /* index of the first chunk that was not opened yet */
	struct cursor **heap;
	size_t heap_count, heap_capacity;
	struct cursor *spare;
	/*
	 * Cursors at a run of a thread whose previous run is still in another cursor: a
	 * thread's last chunk and its next one can meet within one quantum of the clock.
	 */
	struct cursor *waiting;
	struct cursor *current; /* source of the last slice, which is heap[0]; or NULL */
	size_t current_count;
};

/* Order by time; at equal times, frees come before everything else. */
static inline uint64_t event_key(uint64_t time, uint8_t op)
{
	return time << 1 | (op != OP_FREE && op != OP_REALLOC && op != EVENT_MOVE_OUT);
}

static bool is_before(const struct cursor *one, const struct cursor *two)
{
	if (one->key != two->key)
		return one->key < two->key;
	return one->entry->ticket < two->entry->ticket;
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
	cursor->next = merge->spare;
	merge->spare = cursor;
}

/* Decode the next batch. False at the end of the chunk; then its lost events are counted. */
static bool cursor_fill(struct event_merge *merge, struct cursor *cursor)
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
		trace_reader_damaged(merge->reader, merge->process, cursor->entry,
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
 * Put a cursor that is about to hand out a run into the heap. If another cursor has a run of
 * the same thread, the later one of the two waits until the other's run ends. (A chunk that a
 * thread had put aside can be at its next run long before the time of that run.)
 */
static int cursor_enter(struct event_merge *merge, struct cursor *cursor)
{
	struct cursor *other;
	size_t i;

	cursor->thread = decoder_run(cursor->decoder)->thread;
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
	return heap_push(merge, cursor);
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
	return heap_push(merge, cursor);
}

/* Open the next chunk of the list, if it can be read. */
static int chunk_enter(struct event_merge *merge)
{
	const struct chunk_entry *entry = &merge->process->chunks
	                                       .entries[merge->chunk_next++];
	struct cursor *cursor = cursor_new(merge);
	struct error error;

	if (!cursor)
		return -1;
	cursor->entry = entry;
	if (trace_reader_chunk(merge->reader, merge->process, entry, &cursor->buffer)) {
		cursor_spare(merge, cursor);
		return 0;
	}
	if (decoder_start(cursor->decoder, cursor->buffer.data, cursor->buffer.bytes,
	                  &error)) {
		trace_reader_damaged(merge->reader, merge->process, entry, entry->events,
		                     error.message);
		cursor_spare(merge, cursor);
		return 0;
	}
	if (!cursor_fill(merge, cursor)) {
		cursor_spare(merge, cursor);
		return 0;
	}
	return cursor_enter(merge, cursor);
}

/* ---- slices --------------------------------------------------------------------- */

/* Advance the current cursor past the last slice, which the caller has used. */
static int current_advance(struct event_merge *merge)
{
	struct cursor *cursor = merge->current;
	uint32_t thread = cursor->thread;
	struct event *event;

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
	if (cursor_fill(merge, cursor) && cursor->events[0].op != EVENT_RUN) {
		heap_sift_down(merge, 0);
		return 0;
	}
	/* Its run has ended. */
	heap_remove(merge, 0);
	if (!cursor->count)
		cursor_spare(merge, cursor);
	else if (cursor_enter(merge, cursor))
		return -1;
	return thread ? waiting_wake(merge, thread) : 0;
}

/* The key up to which the first cursor may go on alone. */
static uint64_t slice_limit(const struct event_merge *merge)
{
	const struct chunk_list *chunks = &merge->process->chunks;
	uint64_t limit = UINT64_MAX;
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
int event_merge_next(struct event_merge *merge, struct event_slice *slice)
{
	const struct chunk_list *chunks = &merge->process->chunks;
	struct cursor *cursor;

	if (merge->current && current_advance(merge))
		return -1;
	while (merge->chunk_next < chunks->count &&
	       (!merge->heap_count || chunks->entries[merge->chunk_next].time_first << 1 <=
	                                  merge->heap[0]->key)) {
		if (chunk_enter(merge))
			return -1;
	}
	if (!merge->heap_count)
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
	free(merge->heap);
	free(merge);
}

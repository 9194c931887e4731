/*
 * trace/merge_growth.c - a merge that goes on with a recording while that is being written.
 *
 * A chunk is open while its thread writes into it: its cursor stalls at the end of what there is,
 * and goes on when the chunk has grown, with its decoder as it was. Most chunks are first seen in
 * the ring, open, and later in the trace, whole; each is taken once, by its ticket.
 *
 * Events up to the limit are all there when it is set, but for one that a thread was kept from
 * committing for long. If such an event comes after its thread went on in another chunk, the rest
 * of its run is skipped: applied to the stack as it is by then, its frames would be wrong.
 */
#include "trace/merge_growth.h"

#include "trace/merge_parts.h"

#include "base/array.h"

#include <stdlib.h>
#include <string.h>

void event_merge_grow(struct event_merge *merge)
{
	merge->is_growing = true;
	merge->pending = merge->process->chunks;
	merge->process->chunks = (struct chunk_list){ NULL, 0, 0 };
	merge->chunks = &merge->pending;
}

void event_merge_until(struct event_merge *merge, uint64_t time)
{
	merge->limit = time < UINT64_MAX / 2 ? time << 1 : UINT64_MAX;
}

/* The link to the cursor of a chunk in a list; NULL: it is not in the list. */
static struct cursor **link_find(struct cursor **link, uint64_t ticket)
{
	for (; *link; link = &(*link)->next) {
		if ((*link)->entry.ticket == ticket)
			return link;
	}
	return NULL;
}

/* A cursor that has not stalled; NULL: the chunk has none. */
static struct cursor *running_find(struct event_merge *merge, uint64_t ticket)
{
	struct cursor **link = link_find(&merge->waiting, ticket);
	size_t i;

	if (link)
		return *link;
	for (i = 0; i < merge->heap_count; i++) {
		if (merge->heap[i]->entry.ticket == ticket)
			return merge->heap[i];
	}
	return NULL;
}

/* Give the cursor what its chunk has more. */
static void cursor_extend(struct event_merge *merge, struct cursor *cursor,
                          const struct chunk_entry *entry)
{
	struct error error;

	uint64_t decoded = decoder_events(cursor->decoder);

	if (trace_reader_chunk_more(merge->reader, merge->process, entry, &cursor->buffer,
	                            &error) ||
	    decoder_extend(cursor->decoder, cursor->buffer.data, cursor->buffer.bytes,
	                   &error)) {
		if (entry->is_in_ring)
			return; /* the drain or its writer has taken it: another offer follows */
		trace_reader_damaged(merge->reader, merge->process, entry,
		                     entry->events > decoded ? entry->events - decoded : 0,
		                     error.message);
	} else {
		cursor->entry = *entry;
	}
	cursor->is_whole = !entry->is_open;
}

/* Decode the next batch that may be used: see the head of this file. */
static bool cursor_fill(struct event_merge *merge, struct cursor *cursor)
{
	while (merge_fill(merge, cursor)) {
		if (!cursor->is_overtaken || cursor->events[0].op == EVENT_RUN)
			return true;
	}
	return false;
}

/* A stalled cursor may have more events now. */
static int stalled_wake(struct event_merge *merge, struct cursor **link)
{
	struct cursor *cursor = *link;

	*link = cursor->next;
	if (cursor_fill(merge, cursor))
		return merge_resume(merge, cursor);
	return merge_leave(merge, cursor);
}

/* The number of a chunk that was not opened yet; the end of the list: there is none. */
static size_t pending_find(const struct event_merge *merge, uint64_t ticket)
{
	size_t i = merge->chunk_next;

	while (i < merge->pending.count && merge->pending.entries[i].ticket != ticket)
		i++;
	return i;
}

/* Forget those that were opened, once they are most of the list. */
static void pending_compact(struct event_merge *merge)
{
	struct chunk_list *pending = &merge->pending;

	if (merge->chunk_next < pending->count / 2 + 1)
		return;
	pending->count -= merge->chunk_next;
	memmove(pending->entries, pending->entries + merge->chunk_next,
	        pending->count * sizeof(*pending->entries));
	merge->chunk_next = 0;
}

static int pending_add(struct event_merge *merge, const struct chunk_entry *entry)
{
	struct chunk_list *pending = &merge->pending;
	struct chunk_entry *at;
	size_t i;

	pending_compact(merge);
	if (chunk_list_add(pending, entry))
		return -1;
	/* nearly always it is the last by time */
	for (i = pending->count - 1; i > merge->chunk_next; i--) {
		at = &pending->entries[i];
		if (at[-1].time_first < entry->time_first ||
		    (at[-1].time_first == entry->time_first && at[-1].ticket < entry->ticket))
			break;
		*at = at[-1];
	}
	pending->entries[i] = *entry;
	return 0;
}

int event_merge_offer(struct event_merge *merge, const struct chunk_entry *entry)
{
	struct cursor **stalled, *cursor;
	size_t at;

	if (merge_advance(merge))
		return -1;
	if (ticket_set_has(&merge->done, entry->ticket))
		return 0;
	stalled = link_find(&merge->stalled, entry->ticket);
	cursor = stalled ? *stalled : running_find(merge, entry->ticket);
	if (cursor && !cursor->is_whole)
		cursor_extend(merge, cursor, entry);
	if (cursor)
		return stalled ? stalled_wake(merge, stalled) : 0;
	at = pending_find(merge, entry->ticket);
	if (at == merge->pending.count)
		return pending_add(merge, entry);
	if (merge->pending.entries[at].is_in_ring)
		merge->pending.entries[at] = *entry;
	return 0;
}

int event_merge_gone(struct event_merge *merge, uint64_t ticket)
{
	struct cursor **stalled, *cursor;
	size_t at;

	if (merge_advance(merge))
		return -1;
	stalled = link_find(&merge->stalled, ticket);
	cursor = stalled ? *stalled : running_find(merge, ticket);
	if (cursor) {
		cursor->is_whole = true;
		return stalled ? stalled_wake(merge, stalled) : 0;
	}
	at = pending_find(merge, ticket);
	if (at == merge->pending.count || !merge->pending.entries[at].is_in_ring)
		return 0;
	merge->pending.count--;
	memmove(&merge->pending.entries[at], &merge->pending.entries[at + 1],
	        (merge->pending.count - at) * sizeof(struct chunk_entry));
	return ticket_set_add(&merge->done, ticket);
}

static void list_remap(struct cursor *cursor)
{
	for (; cursor; cursor = cursor->next)
		decoder_remap(cursor->decoder);
}

void event_merge_remap(struct event_merge *merge)
{
	size_t i;

	for (i = 0; i < merge->heap_count; i++)
		decoder_remap(merge->heap[i]->decoder);
	list_remap(merge->waiting);
	list_remap(merge->stalled);
}

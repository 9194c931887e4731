/* trace/follow.c - goes on with one process of a recording that is still being written. */
#include "trace/follow.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "process/ring_mapper.h"
#include "trace/blocks.h"
#include "trace/clock.h"
#include "trace/clock_now.h"
#include "trace/index.h"
#include "trace/merge_growth.h"
#include "trace/ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define SOURCE_NONE UINT32_MAX
/* How long a thread may take from an event's time to its commit: more than a time slice. */
#define COMMIT_NS UINT64_C(60000000)
#define ALIVE_NS UINT64_C(1000000000) /* between two checks whether the process runs */

/* What a chunk of the ring held at the last scan; ticket 0: nothing. */
struct ring_slot {
	uint64_t state; /* the word; without one chunk in it, nothing to read */
	uint64_t ticket;
	uint32_t used_bytes;
	bool is_open;
};

/* How much of a definition chunk was taken. */
struct definitions_taken {
	uint64_t ticket;
	uint32_t bytes;
};

struct trace_follow {
	struct trace_reader *reader;
	struct trace_index *index;
	struct trace_process *process;
	struct event_merge *merge;
	follow_definitions *definitions;
	void *context;
	uint32_t ring; /* the source of its ring, or SOURCE_NONE */
	struct ring_slot *slots;
	uint64_t *states;
	uint64_t *gone; /* tickets that left the ring since the last refresh */
	size_t gone_count, gone_capacity;
	struct definitions_taken *taken;
	size_t taken_count, taken_capacity;
	struct chunk_buffer buffer; /* for definitions */
	uint64_t now, alive_ns;
	bool is_ended, has_others;
};

/* ---- is it still being written? ---- */

/*
 * Whoever writes a trace has it locked. Where locks do not work, this is false, and the rings
 * tell.
 */
static bool is_locked(const struct byte_source *source)
{
	if (source->memory)
		return false;
	if (flock(source->fd, LOCK_SH | LOCK_NB) == 0) {
		flock(source->fd, LOCK_UN);
		return false;
	}
	return errno == EWOULDBLOCK;
}

bool trace_reader_is_written(struct trace_reader *reader)
{
	const struct trace_index *index = trace_reader_index(reader);

	if (index->has_end)
		return false;
	return trace_reader_is_live(reader) ||
	       (index->is_trace && is_locked(&index->sources[0]));
}

/*
 * Whether the process has ended. A ring that was removed is in the trace. A search for the process
 * in /proc costs most, so that is made now and then, and at once when the process reports that it
 * ends. Without a ring there is nothing but the trace, as long as it grows.
 */
static bool process_has_ended(struct trace_follow *follow)
{
	const struct ring_header *header = &follow->process->header;
	const struct byte_source *source;
	uint64_t now_ns = kernel_now_ns();
	struct stat status;

	if (follow->index->has_end)
		return true;
	if (follow->ring == SOURCE_NONE)
		return !is_locked(&follow->index->sources[0]);
	source = &follow->index->sources[follow->ring];
	if (source->memory || fstat(source->fd, &status) || !status.st_nlink)
		return true;
	if (now_ns - follow->alive_ns < ALIVE_NS && !(header->flags & RING_FINISHED))
		return false;
	follow->alive_ns = now_ns;
	return !ring_mapper_is_there(source->fd, (pid_t)header->pid, header->user_id);
}

/* ---- definitions ---- */

/* How much of that chunk was taken; NULL: memory is out. */
static struct definitions_taken *taken_find(struct trace_follow *follow,
                                            uint64_t ticket)
{
	size_t i;

	for (i = 0; i < follow->taken_count; i++) {
		if (follow->taken[i].ticket == ticket)
			return &follow->taken[i];
	}
	if (array_reserve(follow->taken, follow->taken_capacity, i + 1))
		return NULL;
	follow->taken[i] = (struct definitions_taken){ ticket,
		                                           sizeof(struct chunk_header) };
	follow->taken_count++;
	return &follow->taken[i];
}

/* Keep the newest copy in the process's list, where others find it. 0 or -1. */
static int definitions_keep(struct trace_process *process,
                            const struct chunk_entry *entry)
{
	struct chunk_list *list = &process->definitions;
	size_t i;

	for (i = 0; i < list->count; i++) {
		if (list->entries[i].ticket == entry->ticket) {
			list->entries[i] = *entry;
			return 0;
		}
	}
	return chunk_list_add(list, entry);
}

/* A definition chunk was found: take what it has more. What cannot be read comes again. */
static int definitions_take(struct trace_follow *follow,
                            const struct chunk_entry *entry)
{
	struct definitions_taken *taken = taken_find(follow, entry->ticket);
	struct error ignored;
	uint32_t from;

	if (!taken)
		return -1;
	if (entry->used_bytes <= taken->bytes)
		return 0;
	follow->buffer.bytes = 0;
	if (trace_reader_chunk_more(follow->reader, follow->process, entry, &follow->buffer,
	                            &ignored))
		return 0;
	from = taken->bytes;
	taken->bytes = entry->used_bytes;
	if (definitions_keep(follow->process, entry))
		return -1;
	return follow->definitions(follow->context, follow->buffer.data + from,
	                           entry->used_bytes - from);
}

/* ---- the ring ---- */

/* Find the ring of the process among the sources. */
static void ring_find(struct trace_follow *follow)
{
	struct trace_index *index = follow->index;
	struct ring_header header;
	uint32_t i;

	follow->ring = SOURCE_NONE;
	for (i = index->is_trace ? 1 : 0; i < index->source_count; i++) {
		if (ring_file_header(&index->sources[i], &header, NULL) ||
		    !trace_process_is_same(&header, &follow->process->header))
			continue;
		follow->ring = i;
		follow->slots = calloc(header.chunk_count, sizeof(*follow->slots));
		follow->states = calloc(header.chunk_count, sizeof(*follow->states));
		return;
	}
}

/* The fields of the header that change. What was drained is in the trace. */
static void header_refresh(struct trace_follow *follow)
{
	struct ring_header *header = &follow->process->header, page;

	if (ring_file_header(&follow->index->sources[follow->ring], &page, NULL))
		return;
	header->policy = page.policy;
	header->flags = page.flags;
	header->reader_pid = page.reader_pid;
	header->next_ticket = page.next_ticket;
	header->next_thread = page.next_thread;
	memcpy(header->lost, page.lost, sizeof(header->lost));
	memcpy(header->cuts, page.cuts, sizeof(header->cuts));
	if (follow->index->is_trace)
		header->lost[LOST_DRAINED] = 0;
}

static int gone_add(struct trace_follow *follow, uint64_t ticket)
{
	if (array_reserve(follow->gone, follow->gone_capacity, follow->gone_count + 1))
		return -1;
	follow->gone[follow->gone_count++] = ticket;
	return 0;
}

/* Whether what is in the chunk cannot have changed since its state was that. */
static bool is_at_rest(uint64_t state)
{
	state &= (1u << CHUNK_STATE_BITS) - 1;
	return state == CHUNK_FREE || state == CHUNK_FULL || state == CHUNK_DRAINING;
}

/* Take one chunk of the ring, if it changed since the last scan. 0 or -1. */
static int slot_scan(struct trace_follow *follow, uint32_t number)
{
	struct ring_slot *slot = &follow->slots[number];
	struct chunk_entry entry = { .ticket = 0 };
	bool is_definitions = false;
	struct error ignored;

	if (slot->state == follow->states[number] && is_at_rest(slot->state))
		return 0;
	/* a chunk that is wrong counts as empty: a writer may be taking it */
	if (ring_file_check(&follow->index->sources[follow->ring], &follow->process->header,
	                    number, &entry, &is_definitions, &ignored) <= 0)
		entry.ticket = 0;
	entry.source = follow->ring;
	if (slot->ticket && slot->ticket != entry.ticket && gone_add(follow, slot->ticket))
		return -1;
	if (slot->ticket == entry.ticket && slot->used_bytes == entry.used_bytes &&
	    slot->is_open == entry.is_open) {
		slot->state = follow->states[number];
		return 0;
	}
	*slot = (struct ring_slot){ follow->states[number], entry.ticket, entry.used_bytes,
		                        entry.is_open };
	if (!entry.ticket)
		return 0;
	return is_definitions ? definitions_take(follow, &entry)
	                      : event_merge_offer(follow->merge, &entry);
}

static int ring_scan(struct trace_follow *follow)
{
	uint32_t number;

	if (follow->ring == SOURCE_NONE || !follow->slots || !follow->states)
		return 0;
	header_refresh(follow);
	if (ring_file_states(&follow->index->sources[follow->ring],
	                     &follow->process->header, follow->states))
		return 0;
	for (number = 0; number < follow->process->header.chunk_count; number++) {
		if (slot_scan(follow, number))
			return -1;
	}
	return 0;
}

/* ---- the trace ---- */

/* Whether a block is about the process; a PROCESS block says which number it has. */
static bool is_of_process(const struct trace_follow *follow,
                          const struct trace_block *block)
{
	return !follow->process->is_unnumbered && block->process == follow->process->number;
}

static void process_take(struct trace_follow *follow, const struct trace_block *block,
                         uint64_t offset)
{
	struct trace_process *process = follow->process;
	struct ring_header header;
	struct error ignored;

	if (block_process_read(&header, follow->index->payloads, &follow->index->sources[0],
	                       block, offset, &ignored))
		return;
	if (!trace_process_is_same(&header, &process->header)) {
		follow->has_others = true;
		return;
	}
	process->number = block->process;
	process->is_unnumbered = false;
	/* the ring has newer counts, as long as there is one */
	if (follow->ring == SOURCE_NONE || header.flags & (RING_FINISHED | RING_OUTLIVED))
		trace_process_describe(process, &header);
}

static int chunk_take(struct trace_follow *follow, const struct trace_block *block,
                      uint64_t offset)
{
	struct chunk_entry entry;
	bool is_definitions;
	struct error error;

	if (block_chunk_read(&entry, &is_definitions, follow->index->payloads,
	                     &follow->index->sources[0], block, offset, &error)) {
		problem_add(&follow->index->problems, "%s", error.message);
		follow->process->damaged_chunks++;
		return 0;
	}
	return is_definitions ? definitions_take(follow, &entry)
	                      : event_merge_offer(follow->merge, &entry);
}

/* Of snapshots only the last is kept. */
static int segments_take(struct trace_follow *follow, const struct trace_block *block,
                         uint64_t offset)
{
	struct chunk_list *list = &follow->process->segments;
	struct chunk_entry entry;

	if (block_payload_read(&entry, &follow->index->sources[0], block, offset, NULL))
		return 0;
	list->count = 0;
	return chunk_list_add(list, &entry);
}

static int block_take(struct trace_follow *follow, const struct trace_block *block,
                      uint64_t offset)
{
	if (block->type == BLOCK_PROCESS)
		process_take(follow, block, offset);
	else if (block->type == BLOCK_CHUNK && is_of_process(follow, block))
		return chunk_take(follow, block, offset);
	else if (block->type == BLOCK_SEGMENTS && is_of_process(follow, block))
		return segments_take(follow, block, offset);
	return 0;
}

/* Read on where the last scan stopped. 0 or -1. */
static int trace_scan(struct trace_follow *follow)
{
	struct trace_index *index = follow->index;
	struct byte_source *source = &index->sources[0];
	struct trace_file *file = &index->file;
	struct trace_block block;
	struct stat status;
	uint64_t offset;

	if (!index->is_trace || file->is_ended || source->memory)
		return 0;
	if (!fstat(source->fd, &status))
		source->bytes = (uint64_t)status.st_size;
	file->source = source;
	while (file->at < source->bytes &&
	       trace_file_next(file, &block, &offset, &index->problems)) {
		if (block_take(follow, &block, offset))
			return -1;
	}
	index->has_end = file->has_end;
	index->is_complete = file->is_complete;
	return 0;
}

/* ---- all of it ---- */

static int definitions_known(struct trace_follow *follow)
{
	const struct chunk_list *list = &follow->process->definitions;
	struct definitions_taken *taken;
	size_t i;

	for (i = 0; i < list->count; i++) {
		taken = taken_find(follow, list->entries[i].ticket);
		if (!taken)
			return -1;
		taken->bytes = list->entries[i].used_bytes;
	}
	return 0;
}

struct trace_follow *trace_follow_new(struct trace_reader *reader, size_t process,
                                      struct event_merge *merge,
                                      follow_definitions *definitions, void *context)
{
	struct trace_follow *follow = calloc(1, sizeof(*follow));

	if (!follow)
		return NULL;
	follow->reader = reader;
	follow->index = trace_reader_index(reader);
	follow->process = trace_reader_process(reader, process);
	follow->merge = merge;
	follow->definitions = definitions;
	follow->context = context;
	ring_find(follow);
	event_merge_grow(merge);
	if (!definitions_known(follow))
		return follow;
	trace_follow_free(follow);
	return NULL;
}

void trace_follow_free(struct trace_follow *follow)
{
	if (!follow)
		return;
	chunk_buffer_release(&follow->buffer);
	free(follow->slots);
	free(follow->states);
	free(follow->gone);
	free(follow->taken);
	free(follow);
}

/* The clock is read before anything else: what is committed by then is found. */
int trace_follow_refresh(struct trace_follow *follow)
{
	struct ring_header *header = &follow->process->header;
	double commit_quanta = 0;
	size_t i;

	follow->is_ended = follow->is_ended || process_has_ended(follow);
	follow->now = 0;
	if (!follow->is_ended) {
		process_clock_read(header);
		follow->now = header->last_ticks >> header->clock_shift;
		commit_quanta = (double)COMMIT_NS / process_quantum_ns(header);
	}
	follow->gone_count = 0;
	if (ring_scan(follow) || trace_scan(follow))
		return -1;
	for (i = 0; i < follow->gone_count; i++) {
		if (event_merge_gone(follow->merge, follow->gone[i]))
			return -1;
	}
	follow->is_ended = follow->is_ended || follow->index->has_end;
	follow->process->is_live = !follow->is_ended;
	if (follow->is_ended)
		event_merge_until(follow->merge, UINT64_MAX);
	else if (follow->now > (uint64_t)commit_quanta)
		event_merge_until(follow->merge, follow->now - (uint64_t)commit_quanta);
	return 0;
}

bool trace_follow_is_ended(const struct trace_follow *follow)
{
	return follow->is_ended;
}

bool trace_follow_has_others(const struct trace_follow *follow)
{
	return follow->has_others;
}

uint64_t trace_follow_now(const struct trace_follow *follow)
{
	return follow->now;
}

bool trace_follow_is_replaced(const struct trace_follow *follow)
{
	const struct ring_header *own = &follow->process->header, *other;
	size_t count = trace_reader_process_count(follow->reader), i;

	for (i = 0; !follow->index->has_end && i < count; i++) {
		other = &trace_reader_process(follow->reader, i)->header;
		if (other->pid == own->pid && other->parent_pid == own->parent_pid &&
		    other->start_ns > own->start_ns)
			return true;
	}
	return false;
}

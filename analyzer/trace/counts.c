/* trace/counts.c - counts what one process recorded, and what is missing. */
#include "trace/counts.h"

#include "base/array.h"
#include "trace/decoder.h"
#include "base/hash_index.h"

#include <stdlib.h>

#define BATCH_EVENTS 64

/* How many events of a thread were read, and how many the thread itself counted. */
struct position {
	uint32_t thread;
	uint64_t read, highest;
};

struct counting {
	struct process_counts *counts;
	struct phases *phases; /* NULL: the caller wants none */
	struct phase_cursor phase_now;
	struct decoder *decoder;
	struct chunk_buffer buffer;
	struct position *positions; /* [0] is unused */
	uint32_t position_count, position_capacity;
	struct hash_index index;
	bool copies_stacks; /* frames that are gone but never returned may come back */
};

/*
 * Add up the causes that lose events. The causes left out count other things: definitions,
 * stacks, stubs and children. A second cause finds events counted already, which sets
 * has_several for good.
 */
struct losses losses_sum(const uint64_t lost[LOST_CAUSES_MAX])
{
	struct losses losses = { .events = 0 };
	unsigned i;

	for (i = 0; i < LOST_CAUSES_MAX; i++) {
		if (i == LOST_DEFINITIONS || i == LOST_STACKS_CUT || i == LOST_STUBS ||
		    i == LOST_CHILDREN || !lost[i])
			continue;
		losses.has_several = losses.events > 0;
		losses.events += lost[i];
		if (lost[i] > lost[losses.main])
			losses.main = i;
	}
	return losses;
}

struct lost_counts lost_count(const struct trace_process *process, uint64_t holes)
{
	const uint64_t *by_cause = process->header.lost;
	struct lost_counts lost = { .damaged = process->damaged_events,
		                        .recorder = losses_sum(by_cause).events,
		                        .drained = by_cause[LOST_DRAINED] };
	uint64_t explained;

	/*
	 * Where chunks were drained, overwritten or damaged, the thread's own count has a gap,
	 * too.
	 */
	explained = by_cause[LOST_OVERWRITTEN] + lost.drained + lost.damaged;
	if (holes > explained)
		lost.holes = holes - explained;
	lost.events = lost.recorder + lost.damaged + lost.holes;
	return lost;
}

static uint64_t position_hash_of(const void *context, uint32_t number)
{
	return hash_words(((const struct counting *)context)->positions[number].thread, 1);
}

static bool position_is_of(const void *context, uint32_t number, const void *thread)
{
	return ((const struct counting *)context)->positions[number].thread ==
	       *(const uint32_t *)thread;
}

/* Find the index of a thread's position, or add one. 0 when memory is out. */
static uint32_t position_find(struct counting *counting, uint32_t thread)
{
	uint32_t number = hash_index_find(&counting->index, hash_words(thread, 1),
	                                  position_is_of, counting, &thread);

	if (number)
		return number;
	if (array_reserve(counting->positions, counting->position_capacity,
	                  counting->position_count + 2))
		return 0;
	number = ++counting->position_count;
	counting->positions[number] = (struct position){ thread, 0, 0 };
	if (hash_index_add(&counting->index, hash_words(thread, 1), number,
	                   position_hash_of, counting))
		return 0;
	return number;
}

/*
 * A realloc counts both as a realloc and as an allocation of its new size; a failed call
 * counts as neither. A STACK record (OP_CONTROL) is an event, but calls no allocator.
 */
static void event_count(struct counting *counting, const struct event *event)
{
	struct process_counts *counts = counting->counts;

	counts->events++;
	counts->plain += event_is_doubted(event, counting->copies_stacks);
	if (event->time_end > counts->time_last)
		counts->time_last = event->time_end;
	switch (event->op) {
	case OP_FREE: counts->frees++; return;
	case OP_FAILED: counts->failed++; return;
	case OP_CONTROL: return;
	case OP_REALLOC: counts->reallocs++; break;
	}
	counts->allocations++;
	counts->bytes += event->size_bytes;
}

static void phase_count(struct counting *counting, const struct event *event)
{
	bool is_alloc = event->op != OP_FREE && event->op != OP_FAILED &&
	                event->op != OP_CONTROL;

	phase_cursor_at(&counting->phase_now, counting->phases, event->time);
	phase_cursor_count(&counting->phase_now, is_alloc, is_alloc ? event->size_bytes : 0,
	                   event->op == OP_FREE);
}

/* Count all events of the chunk that was started. 0, or -1 when memory is out. */
static int chunk_count(struct counting *counting)
{
	struct event events[BATCH_EVENTS];
	struct position *position;
	uint32_t number = 0;
	size_t count, i;

	while ((count = decoder_batch(counting->decoder, events, BATCH_EVENTS))) {
		if (events[0].op == EVENT_RUN) {
			number = position_find(counting, decoder_run(counting->decoder)->thread);
			if (!number)
				return -1;
			position = &counting->positions[number];
			if (decoder_run(counting->decoder)->events_before > position->highest)
				position->highest = decoder_run(counting->decoder)->events_before;
			continue;
		}
		if (events[0].op == EVENT_STACK_RECORD)
			continue;
		for (i = 0; i < count; i++) {
			event_count(counting, &events[i]);
			if (counting->phases)
				phase_count(counting, &events[i]);
		}
		counting->positions[number].read += count;
		if (counting->positions[number].read > counting->positions[number].highest)
			counting->positions[number].highest = counting->positions[number].read;
	}
	return 0;
}

/*
 * Decode all chunks of the process. A chunk that is damaged in the middle counts up to there;
 * the rest of what its header promises is reported as lost.
 */
static int chunks_count(struct counting *counting, struct trace_reader *reader,
                        struct trace_process *process,
                        void (*progress)(void *context, uint64_t events,
                                         uint64_t expected),
                        void *context)
{
	const struct chunk_entry *entry;
	uint64_t decoded, committed;
	struct error error;
	const char *wrong;
	size_t i;

	for (i = 0; i < process->chunks.count; i++) {
		entry = &process->chunks.entries[i];
		if (trace_reader_chunk(reader, process, entry, &counting->buffer))
			continue;
		if (decoder_start(counting->decoder, counting->buffer.data,
		                  counting->buffer.bytes, &error)) {
			trace_reader_damaged(reader, process, entry, entry->events, error.message);
			continue;
		}
		if (chunk_count(counting))
			return -1;
		wrong = decoder_error(counting->decoder);
		decoded = decoder_events(counting->decoder);
		committed = decoder_events_committed(counting->decoder);
		if (wrong || decoded != committed)
			trace_reader_damaged(reader, process, entry,
			                     committed > decoded ? committed - decoded : 0,
			                     wrong ? wrong
			                           : "its count of events is not "
			                             "what it holds");
		if (progress)
			progress(context, counting->counts->events, process->events);
	}
	return 0;
}

/*
 * Each thread numbers its events across chunks (run_record.events_before). The highest number
 * seen, less the events that were read, is what is missing of this thread.
 */
int process_count(struct process_counts *counts, struct trace_reader *reader,
                  struct trace_process *process, struct phases *phases,
                  void (*progress)(void *context, uint64_t events, uint64_t expected),
                  void *context)
{
	struct counting counting = { .counts = counts,
		                         .phases = phases,
		                         .copies_stacks = process->header.flags &
		                                          RING_COPIES_STACKS };
	struct address_map *map = address_map_new();
	uint64_t holes = 0;
	int result = -1;
	uint32_t i;

	*counts = (struct process_counts){ .events = 0 };
	process->damaged_events = 0; /* this pass finds the damage again */
	/* Locations do not matter here: an empty map is enough. */
	if (map && !address_map_seal(map))
		counting.decoder = decoder_new(map);
	if (counting.decoder)
		result = chunks_count(&counting, reader, process, progress, context);
	counts->threads = counting.position_count;
	for (i = 1; i <= counting.position_count; i++)
		holes += counting.positions[i].highest - counting.positions[i].read;
	counts->lost = lost_count(process, holes);
	if (phases && phases->seen > counts->time_last)
		counts->time_last = phases->seen;
	if (phases)
		phases_end(phases, counts->time_last);
	hash_index_release(&counting.index);
	free(counting.positions);
	chunk_buffer_release(&counting.buffer);
	decoder_free(counting.decoder);
	address_map_free(map);
	return result;
}

/*
 * test_follow.c - a recording that grows while it is read: the events come in the same order as
 * from the whole of it, however little is added at a time.
 */
#include "trace_builder.h"
#include "trace/follow.h"
#include "trace/index.h"
#include "trace/merge_growth.h"
#include "trace/ticket_set.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define THREADS 3
#define CHUNKS 24
#define EVENTS_OF_CHUNK 20
#define EVENTS 400
#define RING_CHUNK_BYTES 4096 /* as ring_build() makes them */

static uint32_t seed;

static uint32_t chance(uint32_t below)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % below;
}

/* ---- a set of tickets ---- */

static void knows_tickets(void **state)
{
	struct ticket_set set = { NULL, 0, 0 };
	bool known[200] = { false };
	uint64_t ticket;
	size_t i;

	(void)state;
	seed = 7;
	for (i = 0; i < 1000; i++) {
		ticket = chance(200);
		assert_int_equal(ticket_set_has(&set, ticket), known[ticket]);
		assert_int_equal(ticket_set_add(&set, ticket), 0);
		known[ticket] = true;
	}
	for (ticket = 0; ticket < 200; ticket++)
		assert_int_equal(ticket_set_has(&set, ticket), known[ticket]);
	for (i = 1; i < set.count; i++)
		assert_true(set.ranges[i - 1].last + 1 < set.ranges[i].first);
	for (ticket = 0; ticket < 200; ticket++)
		ticket_set_add(&set, ticket);
	assert_int_equal(set.count, 1);
	ticket_set_release(&set);
}

/* ---- a ring that fills ---- */

/* What a chunk holds after each of its events. */
struct filling {
	struct chunk_build chunk;
	uint64_t times[EVENTS_OF_CHUNK];
	size_t bytes[EVENTS_OF_CHUNK];
	uint32_t count;
	bool is_last; /* its thread writes no other chunk */
};

static struct {
	struct filling fillings[CHUNKS];
	uint32_t count;
	uint64_t times[EVENTS]; /* of all events, in their order */
	size_t event_count;
	struct ring_header header;
	struct bytes ring;
} world;

static const uint64_t frames[] = { 0x401000, 0x402000 };

static void chunk_open(uint32_t thread, uint64_t time, uint64_t events_before)
{
	struct chunk_build *chunk = &world.fillings[world.count].chunk;

	assert_true(world.count < CHUNKS);
	chunk_build_begin(chunk, CHUNK_KIND_EVENTS, world.count + 1, time);
	chunk_build_run(chunk, thread, time, events_before, frames, 1);
	world.count++;
}

/* Threads allocate in turns by chance; each begins another chunk when one is full. */
static void world_build(uint32_t number)
{
	const struct chunk_build *chunks[CHUNKS];
	uint32_t current[THREADS], states[CHUNKS], thread, i;
	uint64_t written[THREADS] = { 0 }, time = 1000;
	struct filling *filling;

	seed = number;
	memset(&world, 0, sizeof(world));
	for (thread = 0; thread < THREADS; thread++) {
		current[thread] = world.count;
		chunk_open(thread + 1, time, 0);
	}
	while (world.event_count < EVENTS && world.count < CHUNKS - 1) {
		thread = chance(THREADS);
		filling = &world.fillings[current[thread]];
		if (filling->count == EVENTS_OF_CHUNK) {
			current[thread] = world.count;
			chunk_open(thread + 1, time, written[thread]);
			filling = &world.fillings[current[thread]];
		}
		time += 1 + chance(5);
		chunk_build_malloc(&filling->chunk, time, filling->count > 0, &frames[1], 1,
		                   0x10000 + time * 64, 24);
		filling->times[filling->count] = time;
		filling->bytes[filling->count++] = filling->chunk.bytes.count;
		world.times[world.event_count++] = time;
		written[thread]++;
	}
	for (thread = 0; thread < THREADS; thread++)
		world.fillings[current[thread]].is_last = true;
	for (i = 0; i < world.count; i++) {
		chunks[i] = &world.fillings[i].chunk;
		states[i] = CHUNK_OWNED;
	}
	world.header = build_header(77);
	ring_build(&world.ring, &world.header, chunks, states, world.count, CHUNKS);
}

static void world_release(void)
{
	uint32_t i;

	for (i = 0; i < world.count; i++)
		chunk_build_release(&world.fillings[i].chunk);
	bytes_release(&world.ring);
}

static struct trace_reader *world_open(struct event_merge **merge,
                                       struct address_map **map)
{
	struct error error;
	struct trace_reader *reader = trace_reader_open_memory("ring", world.ring.data,
	                                                       world.ring.count, &error);

	assert_non_null(reader);
	*map = address_map_new();
	assert_int_equal(address_map_seal(*map), 0);
	trace_reader_process(reader, 0)->chunks.count = 0; /* all of them are offered */
	*merge = event_merge_new(reader, trace_reader_process(reader, 0), *map, NULL, NULL);
	event_merge_grow(*merge);
	return reader;
}

/* The chunk as it was at `time`; false: it had no event yet. */
static bool chunk_at(struct chunk_entry *entry, uint32_t number, uint64_t time)
{
	const struct filling *filling = &world.fillings[number];
	uint32_t events = 0;

	while (events < filling->count && filling->times[events] <= time)
		events++;
	if (!events)
		return false;
	*entry = (struct chunk_entry){
		.ticket = number + 1,
		.time_first = ((const struct chunk_header *)filling->chunk.bytes.data)
		                  ->time_first,
		.offset = world.header.header_bytes + (uint64_t)number * RING_CHUNK_BYTES,
		.used_bytes = (uint32_t)filling->bytes[events - 1],
		.stored_bytes = filling->bytes[events - 1],
		.events = events,
		.ring_chunk = number,
		.is_in_ring = true,
		.is_open = events < filling->count || filling->is_last,
	};
	return true;
}

/* Hand out what there is; compares it with what must come. */
static void events_expect(struct event_merge *merge, size_t *seen)
{
	struct event_slice slice;
	size_t i;

	while (event_merge_next(merge, &slice) > 0) {
		for (i = 0; i < slice.count; i++) {
			if (slice.events[i].op == EVENT_RUN)
				continue;
			assert_true(*seen < world.event_count);
			assert_int_equal(slice.events[i].time, world.times[*seen]);
			++*seen;
		}
	}
}

static void keeps_the_order_as_it_grows(void **state)
{
	struct event_merge *merge;
	struct address_map *map;
	struct trace_reader *reader;
	struct chunk_entry entry;
	uint64_t time, last;
	uint32_t number, i;
	size_t seen;

	(void)state;
	for (number = 1; number <= 40; number++) {
		world_build(number);
		reader = world_open(&merge, &map);
		last = world.times[world.event_count - 1];
		seen = 0;
		for (time = 1000; time <= last; time += 1 + chance(number % 4 ? 30 : 300)) {
			/* what is committed may be later than what is handed out */
			for (i = 0; i < world.count; i++) {
				if (chunk_at(&entry, i, time + chance(20)) && chance(8))
					assert_int_equal(event_merge_offer(merge, &entry), 0);
			}
			/* one that was left out is offered now: all that was committed is found */
			for (i = 0; i < world.count; i++) {
				if (chunk_at(&entry, i, time))
					assert_int_equal(event_merge_offer(merge, &entry), 0);
			}
			event_merge_until(merge, time);
			events_expect(merge, &seen);
		}
		for (i = 0; i < world.count; i++) {
			assert_true(chunk_at(&entry, i, last));
			entry.is_open = false;
			assert_int_equal(event_merge_offer(merge, &entry), 0);
		}
		event_merge_until(merge, UINT64_MAX);
		events_expect(merge, &seen);
		assert_int_equal(seen, world.event_count);
		assert_int_equal(trace_reader_problems(reader)->count, 0);
		event_merge_free(merge);
		address_map_free(map);
		trace_reader_close(reader);
		world_release();
	}
}

static void slice_count(const struct event_slice *slice, size_t *runs, size_t *events)
{
	if (slice->events[0].op == EVENT_RUN)
		++*runs;
	else if (slice->events[0].op != EVENT_STACK_RECORD)
		*events += slice->count;
}

/* The events of a thread whose chunk was read too early: the rest of its run is left out. */
static void leaves_out_what_comes_too_late(void **state)
{
	uint64_t stack[] = { 0x401000 };
	struct event_merge *merge;
	struct address_map *map;
	struct trace_reader *reader;
	struct event_slice slice;
	struct chunk_entry entry;
	size_t seen = 0, runs = 0, i;
	struct filling *first, *second;

	(void)state;
	memset(&world, 0, sizeof(world));
	chunk_open(1, 1000, 0);
	chunk_open(1, 1100, 2);
	first = &world.fillings[0];
	second = &world.fillings[1];
	for (i = 0; i < 2; i++) {
		chunk_build_malloc(&first->chunk, 1010 + i, i > 0, stack, 1, 0x1000 + i * 64,
		                   8);
		first->times[i] = 1010 + i;
		first->bytes[i] = first->chunk.bytes.count;
		first->count++;
	}
	chunk_build_malloc(&second->chunk, 1110, 0, stack, 1, 0x2000, 8);
	second->times[0] = 1110;
	second->bytes[0] = second->chunk.bytes.count;
	second->count++;
	world.header = build_header(77);
	ring_build(&world.ring, &world.header,
	           (const struct chunk_build *[]){ &first->chunk, &second->chunk },
	           (uint32_t[]){ CHUNK_OWNED, CHUNK_OWNED }, 2, CHUNKS);
	reader = world_open(&merge, &map);
	assert_true(chunk_at(&entry, 0, 1010));
	assert_int_equal(event_merge_offer(merge, &entry), 0);
	assert_true(chunk_at(&entry, 1, 1110));
	assert_int_equal(event_merge_offer(merge, &entry), 0);
	while (event_merge_next(merge, &slice) > 0)
		slice_count(&slice, &runs, &seen);
	assert_true(chunk_at(&entry, 0, 1011));
	assert_int_equal(event_merge_offer(merge, &entry), 0);
	while (event_merge_next(merge, &slice) > 0)
		slice_count(&slice, &runs, &seen);
	/* 1010 and 1110; not 1011, whose frames are those of a run that is over */
	assert_int_equal(runs, 2);
	assert_int_equal(seen, 2);
	assert_int_equal(event_merge_gone(merge, 1), 0);
	assert_int_equal(event_merge_gone(merge, 2), 0);
	assert_int_equal(event_merge_next(merge, &slice), 0);
	event_merge_free(merge);
	address_map_free(map);
	trace_reader_close(reader);
	world_release();
}

/* ---- a file that grows ---- */

static int definitions_count(void *context, const uint8_t *data, size_t bytes)
{
	(void)data;
	*(size_t *)context += bytes;
	return 0;
}

static size_t file_events(struct event_merge *merge)
{
	struct event_slice slice;
	size_t runs = 0, count = 0;

	while (event_merge_next(merge, &slice) > 0)
		slice_count(&slice, &runs, &count);
	return count;
}

/* A chunk of definitions, as it is with so many modules. */
static void definitions_build(struct chunk_build *definitions, unsigned modules)
{
	chunk_build_begin(definitions, CHUNK_KIND_DEFINITIONS, 999, 0);
	chunk_build_module(definitions, 0, 0x401000, 0x403000, 0, "/a", "id");
	if (modules > 1)
		chunk_build_module(definitions, 0, 0x501000, 0x503000, 0, "/b", "id");
}

/* Returns the bytes up to the first chunk. The drain writes definitions again when they grow. */
static size_t world_trace(struct trace_build *trace)
{
	struct ring_header header = build_header(77);
	struct chunk_build definitions;
	size_t first;
	uint32_t i;

	trace_build_begin(trace, 9);
	trace_build_process(trace, 0, &header);
	first = trace->bytes.count;
	for (i = 0; i < world.count; i++) {
		trace_build_chunk(trace, 0, &world.fillings[i].chunk);
		if (i != 5 && i != 9)
			continue;
		definitions_build(&definitions, i == 9 ? 2 : 1);
		trace_build_chunk(trace, 0, &definitions);
		chunk_build_release(&definitions);
	}
	trace_build_end(trace);
	return first;
}

/* Cut anywhere, the file is one that is being written: no part of it is damage. */
static void reads_on_where_it_stopped(void **state)
{
	char path[] = "/tmp/outlive-follow.XXXXXX";
	struct chunk_build definitions;
	struct trace_build trace;
	struct trace_follow *follow;
	struct trace_reader *reader;
	struct event_merge *merge;
	struct address_map *map;
	size_t at, first, seen, taken, next;
	struct error error;
	int file;

	(void)state;
	world_build(3);
	first = world_trace(&trace);
	file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, trace.bytes.data, first), first);
	reader = trace_reader_open_growing(path, &error);
	assert_non_null(reader);
	map = trace_reader_map(reader, trace_reader_process(reader, 0));
	merge = event_merge_new(reader, trace_reader_process(reader, 0), map, NULL, NULL);
	taken = 0;
	follow = trace_follow_new(reader, 0, merge, definitions_count, &taken);
	assert_non_null(follow);
	seen = 0;
	for (at = first; at < trace.bytes.count; at = next) {
		next = at + 1 + chance(700);
		if (next > trace.bytes.count)
			next = trace.bytes.count;
		assert_int_equal(write(file, trace.bytes.data + at, next - at), next - at);
		assert_int_equal(trace_follow_refresh(follow), 0);
		seen += file_events(merge);
	}
	assert_int_equal(seen, world.event_count);
	assert_true(trace_reader_is_complete(reader));
	assert_true(trace_follow_is_ended(follow));
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	/* each record of the definitions once: of two chunks the first ones are the same */
	definitions_build(&definitions, 2);
	assert_int_equal(taken, definitions.bytes.count - sizeof(struct chunk_header));
	chunk_build_release(&definitions);
	trace_follow_free(follow);
	event_merge_free(merge);
	address_map_free(map);
	trace_reader_close(reader);
	close(file);
	unlink(path);
	bytes_release(&trace.bytes);
	world_release();
}

/* By exec, before the file was opened: whoever follows the first program must move on. */
static void knows_that_a_program_was_replaced(void **state)
{
	char path[] = "/tmp/outlive-follow.XXXXXX";
	struct ring_header header;
	struct trace_follow *follow;
	struct trace_reader *reader;
	struct event_merge *merge;
	struct address_map *map;
	struct trace_build trace;
	struct error error;
	size_t taken = 0, i;
	int file;

	(void)state;
	world_build(3);
	trace_build_begin(&trace, 1);
	header = world.header;
	trace_build_process(&trace, 0, &header);
	header.start_ns += 1000;
	trace_build_process(&trace, 1, &header);
	file = mkstemp(path);
	assert_int_equal(write(file, trace.bytes.data, trace.bytes.count),
	                 trace.bytes.count);
	reader = trace_reader_open_growing(path, &error);
	assert_non_null(reader);
	assert_int_equal(trace_reader_process_count(reader), 2);
	for (i = 0; i < 2; i++) {
		map = trace_reader_map(reader, trace_reader_process(reader, i));
		merge = event_merge_new(reader, trace_reader_process(reader, i), map, NULL,
		                        NULL);
		follow = trace_follow_new(reader, i, merge, definitions_count, &taken);
		assert_int_equal(trace_follow_is_replaced(follow), i == 0);
		trace_follow_free(follow);
		event_merge_free(merge);
		address_map_free(map);
	}
	trace_reader_close(reader);
	close(file);
	unlink(path);
	bytes_release(&trace.bytes);
	world_release();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_tickets),
		cmocka_unit_test(keeps_the_order_as_it_grows),
		cmocka_unit_test(leaves_out_what_comes_too_late),
		cmocka_unit_test(reads_on_where_it_stopped),
		cmocka_unit_test(knows_that_a_program_was_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_decoder.c - the bytes of a chunk come out as the events that went in.
 * Long, because every kind of record is damaged.
 */
#include "trace/decoder.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A decoder with a map that knows no module: location offsets are return addresses. */
struct fixture {
	struct address_map *map;
	struct decoder *decoder;
	struct chunk_build chunk;
	uint8_t *padded; /* exactly as long as promised, so that ASan sees a step beyond */
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->map = address_map_new();
	address_map_seal(fixture->map);
	fixture->decoder = decoder_new(fixture->map);
	chunk_build_begin(&fixture->chunk, CHUNK_KIND_EVENTS, 1, 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	decoder_free(fixture->decoder);
	address_map_free(fixture->map);
	chunk_build_release(&fixture->chunk);
	free(fixture->padded);
	free(fixture);
	return 0;
}

static int start(struct fixture *fixture, struct error *error)
{
	size_t bytes = fixture->chunk.bytes.count;

	free(fixture->padded);
	fixture->padded = malloc(bytes + CHUNK_PADDING_BYTES);
	memcpy(fixture->padded, fixture->chunk.bytes.data, bytes);
	memset(fixture->padded + bytes, 0xff, CHUNK_PADDING_BYTES);
	return decoder_start(fixture->decoder, fixture->padded, bytes, error);
}

/* Decode everything; the events after the first run. */
static size_t decode(struct fixture *fixture, struct event *events, size_t room)
{
	size_t count = 0, got;

	assert_int_equal(start(fixture, NULL), 0);
	while ((got = decoder_batch(fixture->decoder, events + count, room - count))) {
		if (events[count].op != EVENT_RUN && events[count].op != EVENT_STACK_RECORD)
			count += got;
		assert_true(count < room);
	}
	return count;
}

static void expect_wrong(struct fixture *fixture, const char *what)
{
	struct event events[64];

	decode(fixture, events, 64);
	assert_non_null(decoder_error(fixture->decoder));
	if (!strstr(decoder_error(fixture->decoder), what))
		fail_msg("'%s' does not say '%s'", decoder_error(fixture->decoder), what);
}

static uint64_t frame_at(const struct fixture *fixture, uint32_t index)
{
	uint32_t location = decoder_locations(fixture->decoder)[index];

	return address_map_location(fixture->map, location)->offset;
}

static void reads_a_run_with_its_stack(void **state)
{
	static const uint64_t stack[] = { 0x1000, 0x2000, 0x3000, 0x4000, 0x5000,
		                              0x6000, 0x7000, 0x8000, 0x9000, 0x7fffffffffff };
	struct fixture *fixture = *state;
	struct event event;
	const struct run *run;
	uint32_t i;

	chunk_build_run(&fixture->chunk, 7, 123456, 99, stack, 10);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	run = decoder_run(fixture->decoder);
	assert_int_equal(event.op, EVENT_RUN);
	assert_int_equal(event.time, 123456);
	assert_int_equal(run->thread, 7);
	assert_int_equal(run->tid, 1007);
	assert_int_equal(run->events_before, 99);
	assert_string_equal(run->name, "thread");
	assert_int_equal(event.pushed, 10);
	for (i = 0; i < 10; i++)
		assert_int_equal(frame_at(fixture, i), stack[i]);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 0);
	assert_null(decoder_error(fixture->decoder));
}

static void reads_every_operation(void **state)
{
	static const uint64_t frame = 0x1234;
	struct fixture *fixture = *state;
	struct event events[16];
	struct build_event built[] = {
		{ .op = OP_MALLOC,
		  .time = 1,
		  .frames = &frame,
		  .frame_count = 1,
		  .address = 0x5000,
		  .size = 10 },
		{ .op = OP_CALLOC, .time = 2, .address = 0x4000, .size = 0 },
		{ .op = OP_ALIGNED,
		  .time = 3,
		  .address = 0x8000,
		  .size = 64,
		  .alignment_log2 = 12,
		  .is_exact = true },
		{ .op = OP_FREE, .time = 3, .popped = 1, .address = 0x5000 },
		{ .op = OP_REALLOC,
		  .time = 5,
		  .time_end = 9,
		  .old_address = 0x4000,
		  .address = 0x5000,
		  .size = 12 },
		{ .op = OP_REALLOC,
		  .time = 10,
		  .time_end = 10,
		  .old_address = 0x8000,
		  .address = 0x8000,
		  .size = 4000 },
		{ .op = OP_FAILED, .time = 1000000000000, .size = UINT64_MAX },
		{ .op = OP_FREE, .time = 1000000000001, .address = 0x7fff00000008 },
	};
	const size_t count = sizeof(built) / sizeof(*built);
	size_t i;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	for (i = 0; i < count; i++)
		chunk_build_event(&fixture->chunk, &built[i]);
	assert_int_equal(decode(fixture, events, 16), count);
	assert_null(decoder_error(fixture->decoder));
	for (i = 0; i < count; i++) {
		assert_int_equal(events[i].op, built[i].op);
		assert_int_equal(events[i].time, built[i].time);
		assert_int_equal(events[i].address, built[i].address);
		assert_int_equal(events[i].size_bytes, built[i].size);
		assert_int_equal(events[i].popped, built[i].popped);
		assert_int_equal(events[i].pushed, built[i].frame_count);
		assert_int_equal(events[i].old_address, built[i].old_address);
		assert_int_equal(events[i].alignment_log2, built[i].alignment_log2);
		assert_int_equal(events[i].is_plain, !built[i].is_exact);
	}
	assert_int_equal(events[4].time_end, 9);
	assert_false(events[4].is_in_place);
	assert_true(events[5].is_in_place);
}

static uint64_t random_state = 88172645463325252ull;

static uint64_t random_next(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* Something like a program: few stacks, few sizes, addresses that are used again. */
static struct build_event random_event(struct fixture *fixture, uint64_t *time,
                                       uint64_t *frames)
{
	static const enum event_op ops[] = { OP_MALLOC, OP_MALLOC, OP_MALLOC,
		                                 OP_FREE,   OP_FREE,   OP_REALLOC,
		                                 OP_CALLOC, OP_FAILED, OP_CONTROL };
	struct build_event event = { .op = ops[random_next(9)],
		                         .frames = frames,
		                         .is_exact = random_next(2) };
	uint32_t depth = fixture->chunk.depth, i;

	event.time = *time += random_next(50);
	event.time_end = event.time;
	event.popped = (uint32_t)random_next(depth < 20 ? depth + 1 : 20);
	event.frame_count = (uint32_t)random_next(depth > 60 ? 2 : 20);
	for (i = 0; i < event.frame_count; i++)
		frames[i] = 0x400000 + 16 * random_next(random_next(50) ? 5 : 3000);
	if (event.op == OP_CONTROL)
		return event;
	event.address = 0x1000 + 16 * random_next(300);
	if (event.op != OP_FREE)
		event.size = random_next(random_next(4) ? 5 : 1000) * 16;
	if (event.op == OP_REALLOC) {
		event.old_address = 0x1000 + 16 * random_next(300);
		/* of a sample, one of the two may not be there */
		if (!random_next(8))
			*(random_next(2) ? &event.old_address : &event.address) = 0;
		event.time_end += *time = event.time + random_next(100);
		event.time_end = *time;
	}
	if (event.op == OP_FAILED)
		event.address = 0;
	return event;
}

/* All tables at work, against the second implementation in trace_builder.c. */
static void agrees_with_the_builder(struct fixture *fixture, bool is_verbose)
{
	static struct build_event built[5000];
	static struct event events[5002];
	static uint64_t frames[5000][20];
	uint64_t time = 50;
	size_t i, count;

	fixture->chunk.is_verbose = is_verbose;
	chunk_build_run(&fixture->chunk, 1, time, 0, NULL, 0);
	for (i = 0; i < 5000; i++) {
		if (i == 2500) /* a new run in the same chunk begins with empty tables */
			chunk_build_run(&fixture->chunk, 2, time, 0, frames[0], 5);
		built[i] = random_event(fixture, &time, frames[i]);
		chunk_build_event(&fixture->chunk, &built[i]);
	}
	count = decode(fixture, events, 5002);
	assert_null(decoder_error(fixture->decoder));
	assert_int_equal(count, 5000);
	assert_int_equal(decoder_events(fixture->decoder), 5000);
	assert_int_equal(decoder_events_committed(fixture->decoder), 5000);
	for (i = 0; i < 5000; i++) {
		assert_int_equal(events[i].op, built[i].op);
		assert_int_equal(events[i].is_plain, !built[i].is_exact);
		assert_int_equal(events[i].time, built[i].time);
		assert_int_equal(events[i].time_end, built[i].time_end);
		assert_int_equal(events[i].address, built[i].address);
		assert_int_equal(events[i].old_address, built[i].old_address);
		assert_int_equal(events[i].size_bytes, built[i].size);
	}
}

static void agrees_with_predictions(void **state)
{
	agrees_with_the_builder(*state, false);
}

static void agrees_without_predictions(void **state)
{
	agrees_with_the_builder(*state, true);
}

/* The frames of every event, one at a time so that each batch's are at hand. */
static void frames_come_out_right(void **state)
{
	struct fixture *fixture = *state;
	static struct build_event built[2000];
	static uint64_t frames[2000][20];
	struct event event;
	uint64_t time = 0;
	size_t i;
	uint32_t j;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	for (i = 0; i < 2000; i++) {
		built[i] = random_event(fixture, &time, frames[i]);
		chunk_build_event(&fixture->chunk, &built[i]);
	}
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	for (i = 0; i < 2000; i++) {
		assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
		assert_int_equal(event.pushed, built[i].frame_count);
		for (j = 0; j < event.pushed; j++)
			assert_int_equal(frame_at(fixture, event.frame_first + j), frames[i][j]);
	}
}

static void reads_a_deep_stack(void **state)
{
	struct fixture *fixture = *state;
	uint64_t frames[BUILD_STACK_MAX];
	struct event events[4];
	uint32_t i;

	for (i = 0; i < BUILD_STACK_MAX; i++)
		frames[i] = 0x400000 + 8 * (i % 700);
	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	chunk_build_malloc(&fixture->chunk, 1, 0, frames, BUILD_STACK_MAX, 0x1000, 8);
	chunk_build_malloc(&fixture->chunk, 2, BUILD_STACK_MAX, frames, BUILD_STACK_MAX,
	                   0x2000, 8);
	assert_int_equal(decode(fixture, events, 4), 2);
	assert_null(decoder_error(fixture->decoder));
	assert_int_equal(events[0].pushed, BUILD_STACK_MAX);
	assert_int_equal(events[1].popped, BUILD_STACK_MAX);
}

static void refuses_what_is_no_event_chunk(void **state)
{
	struct fixture *fixture = *state;
	struct error error;

	fixture->chunk.bytes.data[offsetof(struct chunk_header, kind)] = 9;
	assert_int_equal(start(fixture, &error), -1);
	assert_non_null(strstr(error.message, "kind is 9"));
	fixture->chunk.bytes.data[offsetof(struct chunk_header, kind)] = 1;
	fixture->chunk.bytes.data[offsetof(struct chunk_header, commit) + 1] = 1;
	assert_int_equal(start(fixture, &error), -1);
	assert_non_null(strstr(error.message, "320 of its 64 bytes"));
}

static void refuses_an_event_before_a_run(void **state)
{
	struct fixture *fixture = *state;

	chunk_build_malloc(&fixture->chunk, 1, 0, NULL, 0, 0x1000, 8);
	expect_wrong(fixture, "byte 64 of the chunk: an event before any run");
}

static void refuses_wrong_records(void **state)
{
	/* tag, shape, time, operands */
	static const struct {
		uint8_t bytes[16];
		size_t count;
		const char *what;
	} cases[] = {
		{ { 0x00, 0, 0 }, 3, "no operation" },
		{ { CONTROL_TAG(CONTROL_THREAD) }, 1, "crosses the chunk's end" },
		{ { CONTROL_TAG(CONTROL_THREAD), 4, 0, 0, 0 }, 5, "crosses the chunk's end" },
		{ { CONTROL_TAG(31), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 },
		  11,
		  "crosses the chunk's end" },
		{ { CONTROL_TAG(CONTROL_THREAD), 3, 0, 0, 0, 0 }, 6, "cross its end" },
		{ { CONTROL_TAG(CONTROL_THREAD), 4, 0, 0, 0, 0x80 }, 6, "cross its end" },
		{ { CONTROL_TAG(CONTROL_THREAD), 8, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0 },
		  10,
		  "creator's number" },
		{ { CONTROL_TAG(CONTROL_DEPTH), 5, 0, 0, 0, 0, 0 }, 7, "cross its end" },
		{ { CONTROL_TAG(CONTROL_DEPTH), 7, 0, 0, 0, 8, 0, 1, 2 }, 9, "not those of" },
		{ { CONTROL_TAG(CONTROL_DEPTH), 6, 0, 0, 0, 8, 1, 0 }, 8, "not those of" },
		{ { CONTROL_TAG(CONTROL_TOUCHED), 0 }, 2, "cross its end" },
		{ { CONTROL_TAG(CONTROL_TOUCHED), 9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    0xff, 0x7f },
		  11,
		  "depth cannot be" },
		{ { CONTROL_TAG(CONTROL_FAULT), 4, 11, 0, 0, 0 }, 6, "cross its end" },
		{ { CONTROL_TAG(CONTROL_FAULT), 5, 0, 0, 0, 0, 0 }, 7, "signal cannot be" },
		{ { CONTROL_TAG(CONTROL_FAULT), 5, 65, 0, 0, 0, 0 }, 7, "signal cannot be" },
		{ { CONTROL_TAG(CONTROL_NAME), 2, 0, 0 }, 4, "cross its end" },
		{ { CONTROL_TAG(CONTROL_MAPPING), 6, 0, 0, 1, 1, 0, 0 }, 8, "cross its end" },
		{ { CONTROL_TAG(CONTROL_MAPPING), 8, 0, 0, 1, 1, 0, 0, 2, 'a' },
		  10,
		  "cross its end" },
		{ { CONTROL_TAG(CONTROL_STACK), 0x10, 0 }, 3, "ends more frames" },
		{ { CONTROL_TAG(CONTROL_STACK), 0x01, 0 }, 3, "cross the chunk's end" },
		{ { OP_FREE, 0x10, 0, 8 }, 4, "ends more frames" },
		{ { OP_MALLOC, 0x01, 0, 0x00, 0x81 }, 5, "frame code" },
		{ { OP_MALLOC, 0x01, 0, 0x00, 0x7f, 0xff }, 6, "frame code" },
		{ { OP_MALLOC, 0x01, 0 }, 3, "cross the chunk's end" },
		{ { OP_FREE, 0x00, 0 }, 3, "crosses the chunk's end" },
		{ { OP_FREE | TAG_ADDRESS_PREDICTED, 0x00, 0, 0 }, 4, "recent block" },
		{ { OP_MALLOC | TAG_ADDRESS_PREDICTED, 0x00, 0, 8 }, 4, "address cannot be" },
		{ { OP_ALIGNED, 0x00, 0, 64, 8, 8 }, 6, "power of two" },
		{ { OP_MALLOC | TAG_FRAMES_PREDICTED, 0x0f, 0xff, 0xff, 0x07 }, 5, "too deep" },
	};
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		chunk_build_release(&fixture->chunk);
		chunk_build_begin(&fixture->chunk, CHUNK_KIND_EVENTS, 1, 0);
		chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
		chunk_build_raw(&fixture->chunk, cases[i].bytes, cases[i].count, 1);
		expect_wrong(fixture, cases[i].what);
	}
}

static const struct stack_record *note_next(struct fixture *fixture,
                                            enum control_kind kind)
{
	struct event event;

	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	assert_int_equal(event.op, EVENT_STACK_RECORD);
	assert_int_equal(decoder_stack_record(fixture->decoder)->kind, kind);
	return decoder_stack_record(fixture->decoder);
}

static void reads_what_is_reported_of_the_stack(void **state)
{
	static const uint64_t stack[] = { 0x1000, 0x2000 }, leaf = 0x3000;
	static const uint64_t words[] = { 100, BUILD_UNKNOWN, 7 };
	struct fixture *fixture = *state;
	const struct stack_record *record;
	struct event event;
	const uint8_t *sizes;

	chunk_build_run(&fixture->chunk, 7, 5, 0, stack, 2);
	chunk_build_thread(&fixture->chunk, 3, 0x400500, 0x7fff00002000, 8 << 20);
	chunk_build_malloc(&fixture->chunk, 9, 0, &leaf, 1, 0x5000, 8);
	chunk_build_depth(&fixture->chunk, STACK_OWN, 0, 0, 5000, 0, words);
	chunk_build_depth(&fixture->chunk, 77, 0x10000, 4096, 16, 2, words + 2);
	chunk_build_touched(&fixture->chunk, 12288);
	chunk_build_fault(&fixture->chunk, 11, FAULT_STACK_OVERFLOW, 0x1008, 0x400600, 99);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	record = note_next(fixture, CONTROL_THREAD);
	assert_int_equal(record->thread.creator, 3);
	assert_int_equal(record->thread.room, 8 << 20);
	assert_int_equal(record->thread.high, 0x7fff00002000);
	/* a return address lies behind its call, so that of a start is one further */
	assert_int_equal(
		address_map_location(fixture->map, record->thread.start_location)->offset,
		0x400501);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	assert_int_equal(event.op, OP_MALLOC);
	record = note_next(fixture, CONTROL_DEPTH);
	assert_int_equal(record->depth.stack, STACK_OWN);
	assert_int_equal(record->depth.depth_bytes, 5000);
	assert_int_equal(record->depth.first, 0);
	assert_int_equal(record->depth.count, 3);
	sizes = record->depth.sizes;
	assert_int_equal(stack_record_words(&sizes), 100);
	assert_int_equal(stack_record_words(&sizes), 0);
	assert_int_equal(stack_record_words(&sizes), 7);
	record = note_next(fixture, CONTROL_DEPTH);
	assert_int_equal(record->depth.stack, STACK_OTHER);
	assert_int_equal(record->depth.high, 0x10000);
	assert_int_equal(record->depth.room, 4096);
	assert_int_equal(record->depth.first, 2);
	assert_int_equal(note_next(fixture, CONTROL_TOUCHED)->touched_bytes, 12288);
	record = note_next(fixture, CONTROL_FAULT);
	assert_int_equal(record->fault.signal, 11);
	assert_int_equal(record->fault.kind, FAULT_STACK_OVERFLOW);
	assert_int_equal(record->fault.address, 0x1008);
	assert_int_equal(record->fault.instruction, 0x400600);
	assert_int_equal(record->fault.depth_bytes, 99);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 0);
	assert_null(decoder_error(fixture->decoder));
	assert_int_equal(decoder_events(fixture->decoder), 1);
	assert_int_equal(decoder_events_committed(fixture->decoder), 1);
}

static void reads_what_a_thread_is_called(void **state)
{
	/* time 300; "ab" and nothing more */
	static const uint8_t named[] = {
		CONTROL_TAG(CONTROL_NAME), 6, 0xac, 0x02, 0xe1, 0xc4, 0x01, 0
	};
	struct fixture *fixture = *state;
	const struct stack_record *record;
	struct event event;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	chunk_build_raw(&fixture->chunk, named, sizeof(named), 0);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	record = note_next(fixture, CONTROL_NAME);
	assert_int_equal(record->name.time, 300);
	assert_string_equal(record->name.text, "ab");
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 0);
	assert_null(decoder_error(fixture->decoder));
}

/* What a later version adds after the path is skipped. */
static void reads_what_was_mapped(void **state)
{
	static const uint8_t mapped[] = { CONTROL_TAG(CONTROL_MAPPING),
		                              12,
		                              0,
		                              0,
		                              0x80,
		                              0x20,
		                              0x81,
		                              0x40,
		                              3,
		                              2,
		                              2,
		                              '/',
		                              'f',
		                              99 };
	struct fixture *fixture = *state;
	const struct stack_record *record;
	struct event event;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	chunk_build_raw(&fixture->chunk, mapped, sizeof(mapped), 0);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	record = note_next(fixture, CONTROL_MAPPING);
	assert_int_equal(record->mapping.call, MAPPING_MMAP);
	assert_int_equal(record->mapping.error, 0);
	assert_int_equal(record->mapping.address, 0x1000);
	assert_int_equal(record->mapping.bytes, 0x2001);
	assert_int_equal(record->mapping.protection, 3);
	assert_int_equal(record->mapping.flags, 2);
	assert_int_equal(record->mapping.path_bytes, 2);
	assert_memory_equal(record->mapping.path, "/f", 2);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 0);
	assert_null(decoder_error(fixture->decoder));
}

/* A gap belongs to the event or the run before it; one beyond the stack is wrong. */
/* A path may have MAPPING_PATH_MAX bytes, and no more. */
static void refuses_a_path_that_is_too_long(void **state)
{
	static uint8_t mapped[3 + 6 + 2 + MAPPING_PATH_MAX + 1] = { CONTROL_TAG(
		CONTROL_MAPPING) };
	struct fixture *fixture = *state;
	size_t longer, payload;
	struct event event;

	for (longer = 0; longer < 2; longer++) {
		payload = 6 + 2 + MAPPING_PATH_MAX + longer;
		mapped[1] = (uint8_t)(0x80 | (payload & 0x7f));
		mapped[2] = (uint8_t)(payload >> 7);
		mapped[9] = (uint8_t)(0x80 | ((MAPPING_PATH_MAX + longer) & 0x7f));
		mapped[10] = (MAPPING_PATH_MAX + longer) >> 7;
		chunk_build_release(&fixture->chunk);
		chunk_build_begin(&fixture->chunk, CHUNK_KIND_EVENTS, 1, 0);
		chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
		chunk_build_raw(&fixture->chunk, mapped, 3 + payload, longer);
		if (longer) {
			expect_wrong(fixture, "path is too long");
		} else {
			assert_int_equal(start(fixture, NULL), 0);
			assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
			assert_int_equal(note_next(fixture, CONTROL_MAPPING)->mapping.path_bytes,
			                 MAPPING_PATH_MAX);
		}
	}
}

static void reads_where_frames_are_missing(void **state)
{
	static const uint64_t stack[] = { 0x1000, 0x2000, 0x3000 };
	static const uint8_t first[] = { CONTROL_TAG(CONTROL_GAP), 1, 0 };
	static const uint8_t third[] = { CONTROL_TAG(CONTROL_GAP), 2, 0x82, 0x00 };
	struct fixture *fixture = *state;
	struct event events[3];

	chunk_build_run(&fixture->chunk, 1, 0, 0, stack, 3);
	chunk_build_raw(&fixture->chunk, first, sizeof(first), 0);
	chunk_build_raw(&fixture->chunk, third, sizeof(third), 0);
	chunk_build_malloc(&fixture->chunk, 1, 3, stack, 3, 0x1000, 8);
	chunk_build_raw(&fixture->chunk, third, sizeof(third), 0);
	chunk_build_malloc(&fixture->chunk, 1, 0, NULL, 0, 0x2000, 8);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, events, 3), 1);
	assert_int_equal(events[0].op, EVENT_RUN);
	assert_int_equal(decoder_run(fixture->decoder)->gap_count, 2);
	assert_int_equal(decoder_run(fixture->decoder)->gaps[0], 0);
	assert_int_equal(decoder_run(fixture->decoder)->gaps[1], 2);
	assert_int_equal(decoder_batch(fixture->decoder, events, 3), 2);
	assert_int_equal(events[0].gap, 3);
	assert_int_equal(events[1].gap, 0);
	assert_null(decoder_error(fixture->decoder));
}

/* What stands goes with an event that is not exact; elsewhere the record says nothing. */
static void reads_what_stands(void **state)
{
	static const uint64_t frames[] = { 0x10, 0x20, 0x30 };
	static const uint8_t gap[] = { CONTROL_TAG(CONTROL_GAP), 1, 2 };
	static const uint8_t stands[] = { CONTROL_TAG(CONTROL_STANDS), 3, 2, 1, 99 };
	static const uint8_t too_many[] = { CONTROL_TAG(CONTROL_STANDS), 2, 3, 0 };
	struct fixture *fixture = *state;
	struct build_event plain = { .op = OP_FREE, .address = 0x1000 };
	struct event events[8];

	chunk_build_run(&fixture->chunk, 1, 0, 0, frames, 2);
	plain.frames = frames + 2;
	plain.frame_count = 1;
	chunk_build_event(&fixture->chunk, &plain);
	chunk_build_raw(&fixture->chunk, gap, sizeof(gap), 0);
	chunk_build_raw(&fixture->chunk, stands, sizeof(stands), 0);
	chunk_build_event(&fixture->chunk, &(struct build_event){ .op = OP_FREE,
	                                                          .time = 2,
	                                                          .address = 0x1000,
	                                                          .is_exact = true });
	chunk_build_raw(&fixture->chunk, stands, sizeof(stands), 0);
	plain.popped = 1;
	plain.time = 3;
	chunk_build_event(&fixture->chunk, &plain);
	assert_int_equal(decode(fixture, events, 8), 3);
	assert_null(decoder_error(fixture->decoder));
	assert_int_equal(events[0].gap, 3);
	assert_int_equal(events[0].sure, 2);
	assert_true(events[0].is_left);
	assert_true(event_is_doubted(&events[0], true));
	assert_false(event_is_doubted(&events[0], false));
	assert_int_equal(events[1].sure, 0);
	assert_int_equal(events[2].sure, 0);
	assert_true(event_is_doubted(&events[2], false));
	chunk_build_raw(&fixture->chunk, too_many, sizeof(too_many), 0);
	expect_wrong(fixture, "more of its frames stand than were kept");
}

static void refuses_a_gap_beyond_the_stack(void **state)
{
	static const uint8_t second[] = { CONTROL_TAG(CONTROL_GAP), 1, 1 };
	static const uint64_t stack[] = { 0x1000 };
	struct fixture *fixture = *state;

	chunk_build_run(&fixture->chunk, 1, 0, 0, stack, 1);
	chunk_build_raw(&fixture->chunk, second, sizeof(second), 0);
	expect_wrong(fixture, "byte 64 of the chunk: its gap is beyond the stack");
}

static void skips_records_of_later_versions(void **state)
{
	static const uint8_t later[] = { CONTROL_TAG(31), 3, 0xff, 0xff, 0xff };
	/* a field more than we know */
	static const uint8_t longer[] = { CONTROL_TAG(CONTROL_TOUCHED), 2, 16, 99 };
	struct fixture *fixture = *state;
	struct event event;

	chunk_build_raw(&fixture->chunk, later, sizeof(later), 0);
	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	chunk_build_raw(&fixture->chunk, later, sizeof(later), 0);
	chunk_build_raw(&fixture->chunk, later, sizeof(later), 0);
	chunk_build_raw(&fixture->chunk, longer, sizeof(longer), 0);
	chunk_build_malloc(&fixture->chunk, 1, 0, NULL, 0, 0x1000, 8);
	chunk_build_raw(&fixture->chunk, later, sizeof(later), 0);
	assert_int_equal(start(fixture, NULL), 0);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	assert_int_equal(event.op, EVENT_RUN);
	assert_int_equal(note_next(fixture, CONTROL_TOUCHED)->touched_bytes, 16);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 1);
	assert_int_equal(event.op, OP_MALLOC);
	assert_int_equal(decoder_batch(fixture->decoder, &event, 1), 0);
	assert_null(decoder_error(fixture->decoder));
}

static void refuses_a_stack_record_before_a_run(void **state)
{
	struct fixture *fixture = *state;

	chunk_build_touched(&fixture->chunk, 4096);
	expect_wrong(fixture, "byte 64 of the chunk: a stack before any run");
}

/* Two bytes an event may claim 65000 predicted frames each: there is a limit. */
static void refuses_a_bomb_of_frames(void **state)
{
	uint8_t bomb[] = { OP_FREE | TAG_SAME_SHAPE | TAG_FRAMES_PREDICTED, 0, 2 };
	struct fixture *fixture = *state;
	static struct event events[20000];
	int i;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	/* popped 0, pushed 60015; then popped and pushed 60015 again and again */
	chunk_build_raw(
		&fixture->chunk,
		(uint8_t[]){ OP_FREE | TAG_FRAMES_PREDICTED, 0x0f, 0xe0, 0xd4, 0x03, 0, 2 }, 7,
		1);
	chunk_build_raw(&fixture->chunk,
	                (uint8_t[]){ OP_FREE | TAG_FRAMES_PREDICTED, 0xff, 0xe0, 0xd4, 0x03,
	                             0xe0, 0xd4, 0x03, 0, 2 },
	                10, 1);
	for (i = 0; i < 10000; i++)
		chunk_build_raw(&fixture->chunk, bomb, sizeof(bomb), 1);
	decode(fixture, events, 20000);
	assert_non_null(decoder_error(fixture->decoder));
	assert_non_null(strstr(decoder_error(fixture->decoder), "too many frames"));
}

/* Cut anywhere, a chunk gives what came before, and an error or nothing. */
static void survives_every_cut(void **state)
{
	struct fixture *fixture = *state;
	static struct event events[300];
	uint64_t time = 0, frames[100] = { 0 };
	struct build_event event;
	size_t i, bytes;

	chunk_build_run(&fixture->chunk, 1, 0, 0, NULL, 0);
	for (i = 0; i < 200; i++) {
		event = random_event(fixture, &time, frames);
		chunk_build_event(&fixture->chunk, &event);
		if (i % 8 == 0)
			chunk_build_depth(&fixture->chunk, 0, 0, 0, 4096, fixture->chunk.depth / 2,
			                  frames);
		if (i % 16 == 0)
			chunk_build_fault(&fixture->chunk, 11, 1, time, time, 4096);
	}
	bytes = fixture->chunk.bytes.count;
	for (i = sizeof(struct chunk_header); i < bytes; i++) {
		fixture->chunk.bytes.count = i;
		chunk_build_raw(&fixture->chunk, "", 0, 0);
		assert_true(decode(fixture, events, 300) < 200);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(reads_a_run_with_its_stack),
		TEST(reads_every_operation),
		TEST(agrees_with_predictions),
		TEST(agrees_without_predictions),
		TEST(frames_come_out_right),
		TEST(reads_a_deep_stack),
		TEST(refuses_what_is_no_event_chunk),
		TEST(reads_what_is_reported_of_the_stack),
		TEST(reads_what_a_thread_is_called),
		TEST(reads_what_was_mapped),
		TEST(refuses_a_path_that_is_too_long),
		TEST(reads_where_frames_are_missing),
		TEST(reads_what_stands),
		TEST(refuses_a_gap_beyond_the_stack),
		TEST(skips_records_of_later_versions),
		TEST(refuses_an_event_before_a_run),
		TEST(refuses_a_stack_record_before_a_run),
		TEST(refuses_wrong_records),
		TEST(refuses_a_bomb_of_frames),
		TEST(survives_every_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

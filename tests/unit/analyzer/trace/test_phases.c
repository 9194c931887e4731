/* test_phases.c - which phase it was when, what was born in it, and what is static-like. */
#include "verdict/classes.h"
#include "trace/phases.h"
#include "replay/profile.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER_BYTES sizeof(struct chunk_header)

/* ---- spans ------------------------------------------------------------------------- */

static struct phases *load(struct chunk_build *chunk, uint64_t start)
{
	struct phases *phases = phases_new();
	struct error error;

	assert_int_equal(phases_load(phases, chunk->bytes.data + HEADER_BYTES,
	                             chunk->bytes.count - HEADER_BYTES, &error),
	                 0);
	assert_int_equal(phases_seal(phases, start), 0);
	chunk_build_release(chunk);
	return phases;
}

static void begin(struct chunk_build *chunk)
{
	chunk_build_begin(chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(chunk, 0, 0x1000, 0x9000, 0, "program", "a");
}

static const char *name_at(const struct phases *phases, uint64_t time)
{
	return phases->totals[phases_at(phases, time)->number].name;
}

static const char *named_at(const struct phases *phases, uint64_t time)
{
	const struct phase_span *span = phases_named_at(phases, time);

	return span && span->number != PHASE_NUMBER_NONE ? phases->totals[span->number].name
	                                                 : "";
}

static void phases_follow_each_other(void **state)
{
	struct chunk_build chunk;
	struct phases *phases;

	(void)state;
	begin(&chunk);
	chunk_build_phase(&chunk, 200, PHASE_MAIN, 1, "");
	chunk_build_phase(&chunk, 300, PHASE_NAMED, 2, "warm");
	chunk_build_phase(&chunk, 400, PHASE_NAMED, 1, "run");
	chunk_build_phase(&chunk, 500, PHASE_NAMED, 1, "warm");
	/* by the time of a free that was stamped before others were recorded */
	chunk_build_phase(&chunk, 450, PHASE_EXIT, 1, "");
	chunk_build_phase(&chunk, 600, PHASE_NAMED, 1, "");
	chunk_build_phase(&chunk, 650, 99, 1, "of a later version");
	phases = load(&chunk, 100);
	assert_string_equal(name_at(phases, 0), "load");
	assert_string_equal(name_at(phases, 199), "load");
	assert_string_equal(name_at(phases, 200), "main");
	assert_string_equal(name_at(phases, 449), "main");
	assert_string_equal(name_at(phases, 450), "exit");
	assert_string_equal(name_at(phases, UINT64_MAX), "exit");
	assert_string_equal(named_at(phases, 299), "");
	assert_string_equal(named_at(phases, 300), "warm");
	assert_string_equal(named_at(phases, 400), "run");
	assert_string_equal(named_at(phases, 599), "warm");
	assert_string_equal(named_at(phases, 600), "");
	assert_int_equal(phases_named_at(phases, 300)->thread, 2);
	assert_int_equal(phases->main_start, 200);
	assert_int_equal(phases->exit_start, 450);
	assert_true(phases->has_load);
	phases_end(phases, 1000);
	assert_int_equal(phases->count, PHASES_OF_LIBC + 2);
	assert_int_equal(phases->totals[PHASE_LOAD].duration, 100);
	assert_int_equal(phases->totals[PHASE_MAIN].duration, 250);
	assert_int_equal(phases->totals[PHASE_EXIT].end, 1000);
	assert_int_equal(phases->totals[phases_find(phases, "warm")].spans, 2);
	assert_int_equal(phases->totals[phases_find(phases, "warm")].duration, 200);
	assert_int_equal(phases->totals[phases_find(phases, "warm")].start, 300);
	assert_int_equal(phases_find(phases, "cold"), PHASE_NUMBER_NONE);
	phases_free(phases);
}

/* The process lived until the last that it recorded of itself, and until it was seen last. */
static void what_was_seen_is_alive(void **state)
{
	struct maps_definition view = { .header = { DEFINITION_MAPS, sizeof(view), 0, 700 },
		                            .reason = MAPS_END,
		                            .is_last = 1 };
	struct chunk_build chunk;
	struct phases *phases;

	(void)state;
	begin(&chunk);
	chunk_build_phase(&chunk, 200, PHASE_MAIN, 1, "");
	chunk_build_phase(&chunk, 650, PHASE_EXIT, 1, "");
	bytes_add(&chunk.bytes, &view, sizeof(view));
	phases = load(&chunk, 100);
	assert_int_equal(phases->seen, 700);
	phases_see(phases, 600);
	assert_int_equal(phases->seen, 700);
	phases_see(phases, 800);
	assert_int_equal(phases->seen, 800);
	phases_end(phases, phases->seen);
	assert_int_equal(phases->totals[PHASE_MAIN].duration, 450);
	assert_int_equal(phases->totals[PHASE_EXIT].duration, 150);
	phases_free(phases);
}

static void a_name_may_be_that_of_another(void **state)
{
	struct chunk_build chunk;
	struct phases *phases;

	(void)state;
	begin(&chunk);
	chunk_build_phase(&chunk, 200, PHASE_MAIN, 1, "");
	chunk_build_phase(&chunk, 300, PHASE_NAMED, 1, "main");
	chunk_build_phase(&chunk, 400, PHASE_NAMED, 1, "named:x");
	phases = load(&chunk, 100);
	phases_end(phases, 1000);
	assert_int_equal(phases_find(phases, "main"), PHASE_MAIN);
	assert_int_equal(phases_find(phases, "named:main"), PHASES_OF_LIBC);
	assert_int_equal(phases_find(phases, "named:x"), PHASES_OF_LIBC + 1);
	assert_int_equal(phases_find(phases, "named:load"), PHASE_NUMBER_NONE);
	phases_free(phases);
}

/* An older recording, or a program that libc did not start: all before exit is main. */
static void without_main_there_is_no_load(void **state)
{
	struct chunk_build chunk;
	struct phases *phases;

	(void)state;
	begin(&chunk);
	phases = load(&chunk, 100);
	assert_string_equal(name_at(phases, 100), "main");
	assert_int_equal(phases->main_start, PHASE_TIME_END);
	assert_int_equal(phases->exit_start, PHASE_TIME_END);
	assert_false(phases->has_load);
	phases_end(phases, 50); /* no event at all */
	assert_int_equal(phases->totals[PHASE_MAIN].duration, 0);
	phases_free(phases);
	begin(&chunk);
	chunk_build_phase(&chunk, 300, PHASE_EXIT, 1, "");
	phases = load(&chunk, 100);
	assert_string_equal(name_at(phases, 299), "main");
	assert_string_equal(name_at(phases, 300), "exit");
	assert_false(phases->has_load);
	phases_free(phases);
}

/* A forked child begins where its parent was. */
static void a_child_begins_in_main(void **state)
{
	struct chunk_build chunk;
	struct phases *phases;

	(void)state;
	begin(&chunk);
	chunk_build_phase(&chunk, 100, PHASE_MAIN, 0, "");
	chunk_build_phase(&chunk, 100, PHASE_NAMED, 0, "parent's");
	phases = load(&chunk, 100);
	assert_int_equal(phases->span_count, 1);
	assert_string_equal(name_at(phases, 100), "main");
	assert_string_equal(named_at(phases, 100), "parent's");
	assert_false(phases->has_load);
	phases_free(phases);
}

static void skips_wrong_phases(void **state)
{
	struct phase_definition definition;
	struct phases *phases = phases_new();
	struct chunk_build chunk;
	struct error error;
	size_t at;

	(void)state;
	begin(&chunk);
	at = chunk.bytes.count;
	chunk_build_phase(&chunk, 100, PHASE_NAMED, 1, "a name");
	memcpy(&definition, chunk.bytes.data + at, sizeof(definition));
	definition.name_bytes = 9;
	memcpy(chunk.bytes.data + at, &definition, sizeof(definition));
	chunk_build_phase(&chunk, 200, PHASE_MAIN, 1, "");
	assert_int_equal(phases_load(phases, chunk.bytes.data + HEADER_BYTES,
	                             chunk.bytes.count - HEADER_BYTES, &error),
	                 -1);
	assert_non_null(strstr(error.message, "longer than its record"));
	assert_int_equal(phases_seal(phases, 0), 0);
	assert_int_equal(phases->count, PHASES_OF_LIBC);
	assert_int_equal(phases->main_start, 200); /* what was good was taken */
	phases_free(phases);
	chunk_build_release(&chunk);
}

static void hostile_phases_end(void **state)
{
	struct phases *phases = phases_new();
	struct chunk_build chunk;
	struct error error;
	char name[32];
	int i;

	(void)state;
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	for (i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		chunk_build_phase(&chunk, (uint64_t)(i * 7919) % 20011, (uint32_t)(i % 4), 1,
		                  name);
	}
	assert_int_equal(phases_load(phases, chunk.bytes.data + HEADER_BYTES,
	                             chunk.bytes.count - HEADER_BYTES, &error),
	                 -1);
	assert_string_equal(error.message, "too many phases");
	assert_int_equal(phases_seal(phases, 5000), 0);
	assert_true(phases->span_count <= PHASES_OF_LIBC);
	for (i = 1; (size_t)i < phases->named_count; i++)
		assert_true(phases->named[i - 1].end == phases->named[i].start);
	phases_end(phases, 100000);
	phases_free(phases);
	chunk_build_release(&chunk);
}

static void a_cursor_agrees_with_a_search(void **state)
{
	struct phase_cursor cursor = { .length = 0 };
	const struct phase_span *named;
	struct chunk_build chunk;
	struct phases *phases;
	uint64_t time;

	(void)state;
	begin(&chunk);
	chunk_build_phase(&chunk, 20, PHASE_MAIN, 1, "");
	chunk_build_phase(&chunk, 30, PHASE_NAMED, 1, "a");
	chunk_build_phase(&chunk, 40, PHASE_NAMED, 1, "");
	chunk_build_phase(&chunk, 50, PHASE_EXIT, 1, "");
	phases = load(&chunk, 10);
	for (time = 0; time < 100; time++) {
		uint64_t at = time % 7 ? time : (time * 31) % 100; /* back and forth */

		phase_cursor_at(&cursor, phases, at);
		named = phases_named_at(phases, at);
		assert_int_equal(cursor.number, phases_at(phases, at)->number);
		assert_int_equal(cursor.named_number,
		                 named ? named->number : PHASE_NUMBER_NONE);
		phase_cursor_count(&cursor, 1, 10, 0);
	}
	assert_int_equal(phases->totals[0].counts.allocations +
	                     phases->totals[1].counts.allocations +
	                     phases->totals[2].counts.allocations,
	                 100);
	phases_free(phases);
}

/* ---- blocks ------------------------------------------------------------------------ */

/*
 * Main is [200, 500). A at 0x10 to 0x90: what is born is written beside it. Frames: 0x1100
 * calls 0x1200 calls the allocator; the free is made elsewhere.
 */
static struct profile *profile_of(struct trace_reader **reader, struct bytes *bytes,
                                  bool has_phases, const char *phase)
{
	static const uint64_t outer[] = { 0x1100 }, one[] = { 0x1200 }, two[] = { 0x1300 };
	static const uint64_t other[] = { 0x1400 };
	struct ring_header header = build_header(77);
	struct trace_build trace;
	struct chunk_build chunk;
	struct error error;

	header.flags |= RING_FRAMES_EXACT;
	header.start_ticks = 0;
	trace_build_begin(&trace, 1);
	trace_build_process(&trace, 0, &header);
	begin(&chunk);
	if (has_phases) {
		chunk_build_phase(&chunk, 200, PHASE_MAIN, 1, "");
		chunk_build_phase(&chunk, 300, PHASE_NAMED, 1, "warm");
		chunk_build_phase(&chunk, 350, PHASE_NAMED, 1, "");
		chunk_build_phase(&chunk, 500, PHASE_EXIT, 1, "");
	}
	trace_build_chunk(&trace, 0, &chunk);
	chunk_build_release(&chunk);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 2, 100);
	chunk_build_run(&chunk, 1, 100, 0, outer, 1);
	chunk_build_malloc(&chunk, 110, 0, one, 1, 0x10000, 1);   /* load, freed in exit */
	chunk_build_malloc(&chunk, 120, 0, NULL, 0, 0x10100, 2);  /* load, never freed */
	chunk_build_malloc(&chunk, 130, 0, NULL, 0, 0x10200, 4);  /* load, freed in main */
	chunk_build_malloc(&chunk, 210, 1, two, 1, 0x10300, 8);   /* main, freed in exit */
	chunk_build_malloc(&chunk, 220, 0, NULL, 0, 0x10400, 16); /* main, never freed */
	chunk_build_free(&chunk, 230, 0x10200);
	chunk_build_event(&chunk, &(struct build_event){ .op = OP_MALLOC,
	                                                 .time = 310, /* warm, only */
	                                                 .popped = 1,
	                                                 .frames = other,
	                                                 .frame_count = 1,
	                                                 .address = 0x10500,
	                                                 .size = 32 });
	chunk_build_event(&chunk,
	                  &(struct build_event){ .op = OP_REALLOC,
	                                         .time = 320, /* of main's, in warm */
	                                         .time_end = 321,
	                                         .old_address = 0x10400,
	                                         .address = 0x10600,
	                                         .size = 64 });
	chunk_build_event(&chunk,
	                  &(struct build_event){ .op = OP_REALLOC,
	                                         .time = 360, /* of warm's, in main */
	                                         .time_end = 361,
	                                         .old_address = 0x10500,
	                                         .address = 0x10700,
	                                         .size = 128 });
	chunk_build_free(&chunk, 510, 0x10000);
	chunk_build_free(&chunk, 520, 0x10300);
	chunk_build_free(&chunk, 530, 0x10700);
	chunk_build_malloc(&chunk, 540, 0, NULL, 0, 0x10800, 256); /* exit */
	trace_build_chunk(&trace, 0, &chunk);
	chunk_build_release(&chunk);
	trace_build_end(&trace);
	*bytes = trace.bytes;
	*reader = trace_reader_open_memory("memory", bytes->data, bytes->count, &error);
	assert_non_null(*reader);
	return profile_read_chosen(*reader, 0, &(struct profile_choice){ .phase = phase },
	                           NULL, NULL, &error);
}

struct expected {
	uint64_t allocations, bytes, frees, live_bytes, static_blocks, static_bytes;
};

static void expect(bool has_phases, const char *phase, const struct expected *expected)
{
	struct trace_reader *reader;
	struct bytes bytes;
	struct profile *profile = profile_of(&reader, &bytes, has_phases, phase);
	struct classes *classes;
	const struct replay *replay;

	assert_non_null(profile);
	replay = &profile->replay;
	assert_int_equal(replay->totals.allocations, expected->allocations);
	assert_int_equal(replay->totals.bytes, expected->bytes);
	assert_int_equal(replay->totals.frees, expected->frees);
	assert_int_equal(replay->totals.ends_unknown, 0);
	assert_int_equal(replay->totals.ends_missed, 0);
	assert_int_equal(replay->paths.live_bytes, expected->live_bytes);
	assert_int_equal(replay->totals.events, 13);
	classes = classes_new(profile, NULL);
	assert_int_equal(classes->all.shares[CLASS_STATIC].blocks, expected->static_blocks);
	assert_int_equal(classes->all.shares[CLASS_STATIC].bytes, expected->static_bytes);
	/* what was allocated in each is reported whatever was asked for */
	if (has_phases) {
		assert_int_equal(profile->phases->totals[PHASE_LOAD].counts.bytes, 7);
		assert_int_equal(profile->phases->totals[PHASE_MAIN].counts.bytes,
		                 8 + 16 + 32 + 64 + 128);
		assert_int_equal(profile->phases->totals[PHASE_EXIT].counts.frees, 3);
		assert_int_equal(profile->phases->totals[3].counts.allocations, 2);
	}
	classes_free(classes);
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&bytes);
}

static void only_blocks_of_a_phase_count(void **state)
{
	(void)state;
	/* two of load; of one call come two blocks, though only one is of the phase asked for */
	expect(true, NULL, &(struct expected){ 9, 511, 4, 2 + 64 + 256, 2, 1 + 2 });
	expect(true, "load", &(struct expected){ 3, 7, 2, 2, 2, 1 + 2 });
	expect(true, "main", &(struct expected){ 5, 248, 2, 64, 0, 0 });
	/* its realloc in main is its own, main's realloc in it is not */
	expect(true, "warm", &(struct expected){ 2, 160, 1, 0, 0, 0 });
	expect(true, "exit", &(struct expected){ 1, 256, 0, 256, 0, 0 });
}

/* Then static-like are those that their call made alone, and were never freed. */
static void without_phases_it_is_as_before(void **state)
{
	(void)state;
	expect(false, NULL, &(struct expected){ 9, 511, 4, 2 + 64 + 256, 0, 0 });
	expect(false, "main", &(struct expected){ 9, 511, 4, 2 + 64 + 256, 0, 0 });
}

static void an_unknown_phase_is_refused(void **state)
{
	struct trace_reader *reader;
	struct bytes bytes;

	(void)state;
	assert_null(profile_of(&reader, &bytes, true, "cold"));
	trace_reader_close(reader);
	bytes_release(&bytes);
	assert_null(profile_of(&reader, &bytes, false, "load"));
	trace_reader_close(reader);
	bytes_release(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_follow_each_other),
		cmocka_unit_test(what_was_seen_is_alive),
		cmocka_unit_test(a_name_may_be_that_of_another),
		cmocka_unit_test(without_main_there_is_no_load),
		cmocka_unit_test(a_child_begins_in_main),
		cmocka_unit_test(skips_wrong_phases),
		cmocka_unit_test(hostile_phases_end),
		cmocka_unit_test(a_cursor_agrees_with_a_search),
		cmocka_unit_test(only_blocks_of_a_phase_count),
		cmocka_unit_test(without_phases_it_is_as_before),
		cmocka_unit_test(an_unknown_phase_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

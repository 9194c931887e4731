/* test_heap_map.c - the pages of a heap in a trace: which moments are kept, and damage. */
#include "replay/profile.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE UINT64_C(4096)
#define HEAP UINT64_C(0x550000000000)
#define MS UINT64_C(1000000)

static void runs_add(struct bytes *bytes, const uint32_t *runs, uint32_t count)
{
	static const uint32_t none = 0;

	bytes_add(bytes, runs, count * sizeof(*runs));
	if (count % 2)
		bytes_add(bytes, &none, sizeof(none));
}

/* A HEAP block: one part of `present` pages in memory, and one that is not. */
static struct bytes sample(uint64_t time_ns, uint32_t present)
{
	const uint32_t runs[] = { 0, present, 1 };
	struct heap_sample head = { .time_ns = time_ns, .part_count = 1 };
	struct heap_part part = { HEAP, HEAP + (present + 1) * PAGE, 0, 0, 3, 0 };
	struct bytes bytes = { NULL, 0, 0 };

	bytes_add(&bytes, &head, sizeof(head));
	bytes_add(&bytes, &part, sizeof(part));
	runs_add(&bytes, runs, 3);
	return bytes;
}

static void sample_add(struct trace_build *trace, uint64_t time_ns, uint32_t present)
{
	struct bytes bytes = sample(time_ns, present);

	trace_build_block(trace, BLOCK_HEAP, 0, bytes.data, bytes.count);
	bytes_release(&bytes);
}

/* One record of the process itself: number `first` of its list, `present` pages from `start`. */
static void record_add(struct bytes *bytes, uint64_t time, uint32_t first, bool is_last,
                       uint64_t start, uint32_t present)
{
	const uint32_t runs[] = { 0, present };
	struct heap_definition record = {
		.header = { DEFINITION_HEAP, sizeof(record) + sizeof(runs), 0, time },
		.first = first,
		.is_last = is_last,
		.part = { start, start + present * PAGE, 0, 0, 2, 0 },
	};

	bytes_add(bytes, &record, sizeof(record));
	runs_add(bytes, runs, 2);
}

/* The trace so far, with these definitions and an exit after 500 ms, read. */
static struct profile *profile_of(struct trace_build *trace,
                                  const struct bytes *records,
                                  struct trace_reader **reader)
{
	struct ring_header header = build_header(7);
	struct chunk_build chunk;
	struct error error = { "" };
	struct profile *profile;

	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_phase(&chunk, header.start_ticks + 500 * MS, PHASE_EXIT, 1, "");
	if (records)
		chunk_build_raw(&chunk, records->data, records->count, 0);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
	trace_build_end(trace);
	*reader = trace_reader_open_memory("memory", trace->bytes.data, trace->bytes.count,
	                                   &error);
	assert_non_null(*reader);
	profile = profile_read(*reader, 0, NULL, NULL, &error);
	assert_non_null(profile);
	return profile;
}

static struct ring_header trace_start(struct trace_build *trace)
{
	struct ring_header header = build_header(7);

	trace_build_begin(trace, header.session);
	trace_build_process(trace, 0, &header);
	return header;
}

static void end(struct trace_build *trace, struct profile *profile,
                struct trace_reader *reader)
{
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&trace->bytes);
}

/* The largest and the last count, and none from after the exit phase began. */
static void two_moments(void **state)
{
	struct trace_build trace;
	struct ring_header header = trace_start(&trace);
	struct trace_reader *reader;
	struct profile *profile;

	(void)state;
	sample_add(&trace, header.start_ns + 100 * MS, 10);
	sample_add(&trace, header.start_ns + 200 * MS, 40);
	sample_add(&trace, header.start_ns + 300 * MS, 30);
	sample_add(&trace, header.start_ns + 400 * MS, 20);
	sample_add(&trace, header.start_ns + 600 * MS, 70);
	profile = profile_of(&trace, NULL, &reader);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_int_equal(profile->heaps.maps[HEAP_LARGEST].pages, 40);
	assert_int_equal(profile->heaps.maps[HEAP_LAST].pages, 20);
	assert_int_equal(profile->replay.kept.moments[HEAP_LAST].all.resident, 20 * PAGE);
	assert_true(profile->replay.kept.moments[HEAP_LARGEST].is_filled);
	end(&trace, profile, reader);
}

/* What the process wrote at its exit is the last; parts that follow each other are one. */
static void own_records(void **state)
{
	struct bytes records = { NULL, 0, 0 };
	struct trace_build trace;
	struct ring_header header = trace_start(&trace);
	uint64_t time = header.start_ticks + 500 * MS;
	struct trace_reader *reader;
	struct profile *profile;

	(void)state;
	sample_add(&trace, header.start_ns + 100 * MS, 10);
	record_add(&records, time, 0, false, HEAP, 50);
	record_add(&records, time, 1, true, HEAP + 50 * PAGE, 3);
	profile = profile_of(&trace, &records, &reader);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_int_equal(profile->heaps.maps[HEAP_LAST].pages, 53);
	assert_int_equal(profile->heaps.maps[HEAP_LAST].area_count, 1);
	assert_true(profile->replay.kept.moments[HEAP_LAST].is_exit);
	/* it is the largest, too */
	assert_false(profile->replay.kept.moments[HEAP_LARGEST].is_filled);
	end(&trace, profile, reader);
	bytes_release(&records);
}

/* A list without its last or a middle record says nothing. */
static void records_that_are_missing(void **state)
{
	for (int missing = 0; missing < 3; missing++) {
		struct bytes records = { NULL, 0, 0 };
		struct trace_build trace;
		struct ring_header header = trace_start(&trace);
		uint64_t time = header.start_ticks + 500 * MS;
		struct trace_reader *reader;
		struct profile *profile;

		(void)state;
		for (uint32_t i = 0; i < 3; i++) {
			if (i != (uint32_t)missing)
				record_add(&records, time, i, i == 2, HEAP + i * 9 * PAGE, 9);
		}
		profile = profile_of(&trace, &records, &reader);
		assert_int_equal(profile->heaps.maps[HEAP_LAST].pages, 0);
		assert_false(profile->replay.kept.moments[HEAP_LAST].is_filled);
		end(&trace, profile, reader);
		bytes_release(&records);
	}
}

/* Whatever is in a block, it is read, or refused with a line. */
static void damage_is_survived(void **state)
{
	struct bytes whole = sample(1000 * MS, 20);

	(void)state;
	for (size_t at = 0; at < whole.count; at++) {
		for (int kind = 0; kind < 3; kind++) {
			struct trace_build trace;
			struct trace_reader *reader;
			struct profile *profile;
			struct bytes bytes = { NULL, 0, 0 };

			trace_start(&trace);
			bytes_add(&bytes, whole.data, kind == 2 ? at : whole.count);
			if (kind < 2)
				bytes.data[at] = kind ? 0xff : (uint8_t)(bytes.data[at] ^ 0x10);
			trace_build_block(&trace, BLOCK_HEAP, 0, bytes.data, bytes.count);
			profile = profile_of(&trace, NULL, &reader);
			if (kind == 2)
				assert_int_equal(trace_reader_problems(reader)->count, 1);
			end(&trace, profile, reader);
			bytes_release(&bytes);
		}
	}
	bytes_release(&whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_moments),
		cmocka_unit_test(own_records),
		cmocka_unit_test(records_that_are_missing),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

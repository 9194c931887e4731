/* test_go_heap.c - the counts of Go's sampler in a trace: lists, estimates, and damage. */
#include "replay/profile.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RATE (UINT64_C(512) << 10)
#define PC UINT64_C(0x401000)

static void varint(struct bytes *bytes, uint64_t value)
{
	uint8_t byte;

	for (; value >= 0x80; value >>= 7) {
		byte = (uint8_t)(value | 0x80);
		bytes_add(bytes, &byte, 1);
	}
	byte = (uint8_t)value;
	bytes_add(bytes, &byte, 1);
}

/* A bucket: objects of `size` in two frames, from `pc` on; half of the allocations are freed. */
static void bucket(struct bytes *bytes, uint64_t size, uint64_t allocs, uint64_t pc,
                   uint64_t *last)
{
	const uint64_t counts[] = { size, allocs, allocs / 2, allocs / 2, allocs / 4, 2 };
	int64_t step = (int64_t)(pc - *last);

	for (size_t i = 0; i < 6; i++)
		varint(bytes, counts[i]);
	varint(bytes, (uint64_t)step << 1 ^ (uint64_t)(step >> 63));
	varint(bytes, 0x20); /* 16 bytes further on */
	*last = pc + 16;
}

/* A record: number `first` of a runtime's list, with `count` buckets from `size` on. */
static void record_add(struct bytes *bytes, struct go_heap_definition record,
                       uint64_t size)
{
	size_t begin = bytes->count;
	uint64_t last = 0;

	record.header = (struct definition_header){ DEFINITION_GO_HEAP, 0, 0, 1000 };
	record.cycle = 5;
	bytes_add(bytes, &record, sizeof(record));
	for (uint32_t i = 0; i < record.count; i++)
		bucket(bytes, size + i, 8, PC - i % 2 * 0x100, &last);
	while (bytes->count % 8)
		bytes_add(bytes, "", 1);
	((struct go_heap_definition *)(bytes->data + begin))
		->header.bytes = (uint16_t)(bytes->count - begin);
}

static struct profile *profile_of(const struct bytes *records,
                                  struct trace_build *trace,
                                  struct trace_reader **reader)
{
	struct ring_header header = build_header(7);
	struct error error = { "" };
	struct chunk_build chunk;
	struct profile *profile;

	trace_build_begin(trace, header.session);
	trace_build_process(trace, 0, &header);
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
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

static void end(struct trace_build *trace, struct profile *profile,
                struct trace_reader *reader)
{
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&trace->bytes);
}

/* Buckets of one call path are one; the sums are those of the buckets. */
static void counts_add_up(void **state)
{
	struct bytes records = { NULL, 0, 0 };
	struct trace_build trace;
	struct trace_reader *reader;
	struct profile *profile;
	const struct go_heap *heap;

	(void)state;
	record_add(&records, (struct go_heap_definition){ .rate = 1, .count = 3 }, 100);
	record_add(&records,
	           (struct go_heap_definition){
				   .rate = 1, .first = 1, .count = 1, .flags = GO_HEAP_LAST },
	           1000);
	profile = profile_of(&records, &trace, &reader);
	heap = &profile->go_heap;
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_true(heap->is_known);
	assert_false(heap->is_cut);
	assert_int_equal(heap->collections, 2);
	assert_int_equal(heap->path_count, 2);
	/* the sizes 100, 102 and 1000 are of one path, 101 is of the other */
	assert_int_equal(heap->paths[0].sum.bytes, 8 * 1202);
	assert_int_equal(heap->paths[0].sum.objects, 24);
	assert_int_equal(heap->paths[0].sum.in_use_bytes, 2 * 1202);
	assert_int_equal(heap->paths[1].sum.bytes, 8 * 101);
	assert_int_equal(heap->total.freed_bytes, 4 * 1303);
	/* of 8 a collection has seen 4, and found 2 of these dead */
	assert_int_equal(heap->paths[0].sum.dead_objects, 2 * 3);
	assert_int_equal(heap->total.dead_bytes, 2 * 1303);
	assert_int_equal(
		address_map_location(profile->map, heap->locations[heap->paths[0].first + 1])
			->offset,
		PC + 16);
	end(&trace, profile, reader);
	bytes_release(&records);
}

/* If no collection was complete, all that is not freed is in use. */
static void all_are_in_use(void **state)
{
	struct go_heap_definition record = { .rate = 1, .count = 1, .flags = GO_HEAP_LAST };
	struct bytes records = { NULL, 0, 0 };
	struct trace_build trace;
	struct trace_reader *reader;
	struct profile *profile;

	(void)state;
	record_add(&records, record, 100);
	((struct go_heap_definition *)records.data)->cycle = 1;
	profile = profile_of(&records, &trace, &reader);
	assert_int_equal(profile->go_heap.collections, 0);
	assert_true(profile->go_heap.is_uncollected);
	assert_int_equal(profile->go_heap.total.in_use_objects, 4);
	assert_int_equal(profile->go_heap.total.in_use_bytes, 4 * 100);
	end(&trace, profile, reader);
	bytes_release(&records);
}

/* An object as large as the rate is counted with the probability 1 - 1/e. */
static void samples_are_estimates(void **state)
{
	struct bytes records = { NULL, 0, 0 };
	struct trace_build trace;
	struct trace_reader *reader;
	struct profile *profile;

	(void)state;
	record_add(
		&records,
		(struct go_heap_definition){ .rate = RATE, .count = 1, .flags = GO_HEAP_LAST },
		RATE);
	profile = profile_of(&records, &trace, &reader);
	assert_int_equal(profile->go_heap.paths[0].samples, 8);
	/* 8 / (1 - 1/e) = 12.6558 */
	assert_int_equal(profile->go_heap.total.objects, 13);
	assert_in_range(profile->go_heap.total.bytes, 12655 * (RATE / 1000),
	                12657 * (RATE / 1000 + 1));
	end(&trace, profile, reader);
	bytes_release(&records);
}

/* A rate that no program can have is damage; the largest that one can have is believed. */
static void rates_are_bounded(void **state)
{
	static const uint64_t rates[] = { INT64_MAX, UINT64_C(1) << 63, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct bytes records = { NULL, 0, 0 };
		struct trace_build trace;
		struct trace_reader *reader;
		struct profile *profile;

		record_add(&records,
		           (struct go_heap_definition){
					   .rate = rates[i], .count = 1, .flags = GO_HEAP_LAST },
		           1 << 20);
		profile = profile_of(&records, &trace, &reader);
		assert_int_equal(profile->go_heap.is_known, i == 0);
		assert_int_equal(profile->go_heap.is_damaged, i != 0);
		assert_int_equal(trace_reader_problems(reader)->count, i != 0);
		/* each sample is one of 2^43 objects, and 2^43 of a MiB are too many bytes to count */
		if (i == 0) {
			assert_int_equal(profile->go_heap.total.objects, UINT64_C(8) << 43);
			assert_int_equal(profile->go_heap.total.bytes, UINT64_C(1) << 62);
		}
		end(&trace, profile, reader);
		bytes_release(&records);
	}
}

/* The warning says which reading, record and bucket; the reading before it is shown. */
static void damage_is_told(void **state)
{
	const struct go_heap_definition whole = { .rate = 1,
		                                      .count = 3,
		                                      .flags = GO_HEAP_LAST };
	struct bytes records = { NULL, 0, 0 };
	struct trace_build trace;
	struct trace_reader *reader;
	struct profile *profile;
	size_t second;

	(void)state;
	record_add(&records, whole, 20);
	second = records.count;
	record_add(&records, whole, 20);
	/* the third bucket: more was allocated until the last collection than ever */
	records.data[second + sizeof(whole) + 11 + 9 + 3] = 0x7f;
	profile = profile_of(&records, &trace, &reader);
	assert_true(profile->go_heap.is_damaged);
	assert_int_equal(profile->go_heap.path_count, 2);
	assert_int_equal(trace_reader_problems(reader)->count, 1);
	if (!strstr(
			trace_reader_problems(reader)->messages[0],
			"the Go heap of runtime 0, read at 1000 quanta: record 0, bucket 3 of 3: its "
			"counts are impossible"))
		fail_msg("%s", trace_reader_problems(reader)->messages[0]);
	end(&trace, profile, reader);
	bytes_release(&records);
}

/* The last whole list counts; without any, what there is of one. Runtimes are added. */
static void lists_replace(void **state)
{
	const struct go_heap_definition whole = { .rate = 1,
		                                      .count = 1,
		                                      .flags = GO_HEAP_LAST };
	struct go_heap_definition begun = { .rate = 1, .count = 1 }, other = whole;

	(void)state;
	other.runtime = 3;
	for (int kind = 0; kind < 4; kind++) {
		static const uint64_t bytes[] = { 8 * 20, 8 * 20, 8 * 30, 8 * 50 };
		struct bytes records = { NULL, 0, 0 };
		struct trace_build trace;
		struct trace_reader *reader;
		struct profile *profile;

		if (kind != 2)
			record_add(&records, whole, kind ? 20 : 10);
		if (kind == 0)
			record_add(&records, whole, 20);
		if (kind == 1 || kind == 2)
			record_add(&records, begun, 30);
		if (kind == 3)
			record_add(&records, other, 30);
		profile = profile_of(&records, &trace, &reader);
		assert_int_equal(profile->go_heap.total.bytes, bytes[kind]);
		assert_int_equal(profile->go_heap.is_cut, kind == 2);
		end(&trace, profile, reader);
		bytes_release(&records);
	}
}

/* Whatever is in a record, it is read, or refused with a line. */
static void damage_is_survived(void **state)
{
	struct bytes whole = { NULL, 0, 0 };
	size_t refused = 0;

	(void)state;
	record_add(
		&whole,
		(struct go_heap_definition){ .rate = 1, .count = 3, .flags = GO_HEAP_LAST },
		100);
	for (size_t at = 0; at < whole.count; at++) {
		for (int kind = 0; kind < 3; kind++) {
			static const uint8_t values[] = { 0xff, 0x80, 0x10 };
			struct bytes bytes = { NULL, 0, 0 };
			struct trace_build trace;
			struct trace_reader *reader;
			struct profile *profile;

			bytes_add(&bytes, whole.data, whole.count);
			bytes.data[at] ^= values[kind];
			profile = profile_of(&bytes, &trace, &reader);
			refused += trace_reader_problems(reader)->count > 0;
			assert_true(profile->go_heap.path_count <= 3);
			end(&trace, profile, reader);
			bytes_release(&bytes);
		}
	}
	assert_true(refused > whole.count / 4);
	bytes_release(&whole);
}

/* Numbers that cannot be: too many addresses, sums that overflow, a runtime too many. */
static void the_impossible_is_refused(void **state)
{
	static const uint64_t cases[][6] = {
		{ 8, 1, 0, 0, 0, 1025 },
		{ UINT64_C(1) << 48, 1, 0, 0, 0, 0 },
		{ 8, UINT64_C(1) << 61, 0, 0, 0, 0 },
		{ 8, 1, 0, 2, 0, 0 },
		{ 8, 1, UINT64_MAX, 0, 0, 0 },
		{ 8, UINT64_MAX, 0, 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i <= sizeof(cases) / sizeof(*cases); i++) {
		struct go_heap_definition record = {
			.header = { DEFINITION_GO_HEAP, 0, 0, 1000 },
			.flags = GO_HEAP_LAST,
			.rate = 1,
			.count = 1,
		};
		struct bytes bytes = { NULL, 0, 0 };
		struct trace_build trace;
		struct trace_reader *reader;
		struct profile *profile;

		if (i == sizeof(cases) / sizeof(*cases))
			record.runtime = GO_HEAP_RUNTIMES_MAX;
		bytes_add(&bytes, &record, sizeof(record));
		for (size_t j = 0; record.runtime == 0 && j < 6; j++)
			varint(&bytes, cases[i][j]);
		for (size_t j = 0; i == 0 && j < 1025; j++)
			varint(&bytes, 2);
		while (bytes.count % 8)
			bytes_add(&bytes, "", 1);
		((struct go_heap_definition *)bytes.data)->header.bytes = (uint16_t)bytes.count;
		profile = profile_of(&bytes, &trace, &reader);
		assert_int_equal(trace_reader_problems(reader)->count, 1);
		assert_int_equal(profile->go_heap.path_count, 0);
		end(&trace, profile, reader);
		bytes_release(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_add_up),
		cmocka_unit_test(all_are_in_use),
		cmocka_unit_test(samples_are_estimates),
		cmocka_unit_test(rates_are_bounded),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(lists_replace),
		cmocka_unit_test(damage_is_survived),
		cmocka_unit_test(the_impossible_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

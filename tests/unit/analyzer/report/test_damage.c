/*
 * test_damage.c - every byte flipped and every prefix of a small trace and a small ring:
 * no crash, no hang, no leak (run under ASan and UBSan too), and what is still there is
 * never more than there was.
 */
#include "trace/counts.h"
#include "replay/profile.h"
#include "report/csv/reporter.h"
#include "report/json/reporter.h"
#include "report/text/reporter.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EVENTS_OF_SAMPLE 15 /* of both processes */

static FILE *nowhere; /* reports are made, not read */

#if defined(__SANITIZE_ADDRESS__)
#define SEED 1
#elif defined(__has_feature)
#define SEED (__has_feature(address_sanitizer) ? 1 : 2)
#else
#define SEED 2
#endif

#define REPORTS 6 /* two views in three formats */

/*
 * Which of the reports of a recording is made: one of them, by dice, whose seed is another
 * under ASan; WHOLE, in the environment: all there (REPORTS).
 */
static unsigned report_chosen(void)
{
	static uint32_t dice = SEED;

	if (getenv("WHOLE"))
		return REPORTS;
	dice = dice * 1103515245 + 12345;
	return (dice >> 16) % REPORTS;
}

/* Of the ways to damage a byte one is tried, the next one for the next byte; with WHOLE, all. */
static bool is_tried(size_t byte, size_t way, size_t ways)
{
	return byte % ways == way || getenv("WHOLE");
}

static void report_all(struct trace_reader *reader, const struct profile *profile)
{
	static const struct reporter *const reporters[] = { &text_reporter, &json_reporter,
		                                                &csv_reporter };
	struct report_settings settings = { .group = REPORT_BY_PATH };
	struct report_output output = { .file = nowhere };
	struct report_subject subject = { .view = REPORT_OVERVIEW,
		                              .reader = reader,
		                              .profile = profile,
		                              .settings = &settings };
	unsigned chosen = report_chosen(), number = 0;
	size_t i;

	for (; subject.view <= REPORT_ROWS; settings.view = ++subject.view) {
		for (i = 0; i < sizeof(reporters) / sizeof(*reporters); i++, number++) {
			if (chosen == REPORTS || chosen == number)
				assert_int_equal(reporter_show(reporters[i], &output, &subject), 0);
		}
	}
}

/* All that can be done with a recording; the events that were read. */
static uint64_t read_all(const uint8_t *data, size_t bytes)
{
	struct process_counts counts;
	struct trace_reader *reader;
	struct profile *profile;
	struct error error;
	uint64_t events = 0;
	size_t i;

	reader = trace_reader_open_memory("damaged", data, bytes, &error);
	if (!reader) {
		assert_int_not_equal(error.message[0], 0);
		return 0;
	}
	for (i = 0; i < trace_reader_process_count(reader); i++) {
		profile = profile_read(reader, i, NULL, NULL, &error);
		assert_non_null(profile);
		events += profile->replay.totals.events;
		report_all(reader, profile);
		profile_free(profile);
		assert_int_equal(process_count(&counts, reader, trace_reader_process(reader, i),
		                               NULL, NULL, NULL),
		                 0);
	}
	trace_reader_close(reader);
	return events;
}

/* From memory that ends where the data end, so that ASan sees one step beyond. */
static uint64_t read_prefix(const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);
	uint64_t events;

	memcpy(copy, data, bytes);
	events = read_all(copy, bytes);
	free(copy);
	return events;
}

static void a_whole_trace_is_whole(void **state)
{
	struct trace_build trace;

	(void)state;
	build_sample_trace(&trace);
	assert_int_equal(read_all(trace.bytes.data, trace.bytes.count), EVENTS_OF_SAMPLE);
	bytes_release(&trace.bytes);
}

static void every_prefix_of_a_trace(void **state)
{
	struct trace_build trace;
	uint64_t events, most = 0;
	size_t i;

	(void)state;
	build_sample_trace(&trace);
	for (i = 0; i <= trace.bytes.count; i++) {
		events = read_prefix(trace.bytes.data, i);
		assert_true(events >= most); /* more of it never says less */
		most = events;
	}
	assert_int_equal(most, EVENTS_OF_SAMPLE);
	bytes_release(&trace.bytes);
}

static void every_byte_of_a_trace(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x80, 0xff };
	struct trace_build trace;
	size_t i, j;

	(void)state;
	build_sample_trace(&trace);
	for (i = 0; i < trace.bytes.count; i++) {
		for (j = 0; j < sizeof(flips); j++) {
			if (!is_tried(i, j, sizeof(flips)))
				continue;
			trace.bytes.data[i] ^= flips[j];
			assert_true(read_all(trace.bytes.data, trace.bytes.count) <=
			            EVENTS_OF_SAMPLE);
			trace.bytes.data[i] ^= flips[j];
		}
	}
	bytes_release(&trace.bytes);
}

/* Payloads behind their checksums: what a broken writer could have meant. */
static void every_byte_of_a_chunk(void **state)
{
	static const uint64_t frames[] = { 0x401100, 0x401200, 0x401300 };
	struct ring_header header = build_header(9);
	struct chunk_build chunk;
	struct trace_build trace;
	size_t i, bit;

	(void)state;
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1, 0);
	chunk_build_run(&chunk, 1, 10, 0, frames, 3);
	for (i = 1; i < 6; i++)
		chunk_build_malloc(&chunk, 10 * i, 1, frames, 2, 0x1000 * i, 16 * i);
	chunk_build_free(&chunk, 100, 0x3000);
	for (i = 0; i < chunk.bytes.count; i++) {
		for (bit = 0; bit < 8; bit++) {
			if (!is_tried(i, bit % 4, 4))
				continue;
			chunk.bytes.data[i] ^= (uint8_t)(1 << bit);
			trace_build_begin(&trace, header.session);
			trace_build_process(&trace, 0, &header);
			trace_build_chunk(&trace, 0, &chunk);
			trace_build_end(&trace);
			read_all(trace.bytes.data, trace.bytes.count);
			bytes_release(&trace.bytes);
			chunk.bytes.data[i] ^= (uint8_t)(1 << bit);
		}
	}
	chunk_build_release(&chunk);
}

static void small_ring(struct bytes *ring)
{
	static const uint64_t frames[] = { 0x1100, 0x1200 };
	const uint32_t states[] = { CHUNK_DEFINITIONS, CHUNK_OWNED };
	struct ring_header header = build_header(77);
	struct chunk_build chunks[2];
	const struct chunk_build *pointers[] = { &chunks[0], &chunks[1] };

	memset(header.executable, 0x1b, sizeof(header.executable));
	memset(header.command, 0xff, sizeof(header.command));
	header.command_bytes = sizeof(header.command);
	chunk_build_begin(&chunks[0], CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunks[0], 0, 0x1000, 0x2000, 0, "program", "id");
	chunk_build_begin(&chunks[1], CHUNK_KIND_EVENTS, 2, 5);
	chunk_build_run(&chunks[1], 1, 5, 0, frames, 2);
	chunk_build_malloc(&chunks[1], 7, 1, frames, 1, 0x9000, 64);
	ring_build(ring, &header, pointers, states, 2, 2);
	chunk_build_release(&chunks[0]);
	chunk_build_release(&chunks[1]);
}

static void every_byte_of_a_ring(void **state)
{
	struct bytes ring = { NULL, 0, 0 };
	size_t i;

	(void)state;
	small_ring(&ring);
	assert_int_equal(read_all(ring.data, ring.count), 1);
	for (i = 0; i < ring.count; i++) {
		if (i >= 2112 && i < 4096) /* the header's reserve */
			continue;
		ring.data[i] ^= 0xff;
		assert_true(read_all(ring.data, ring.count) <= 1);
		ring.data[i] ^= 0xff;
	}
	bytes_release(&ring);
}

static void every_prefix_of_a_ring(void **state)
{
	struct bytes ring = { NULL, 0, 0 };
	size_t i;

	(void)state;
	small_ring(&ring);
	for (i = 0; i < ring.count; i += i < 200 ? 1 : 61)
		assert_int_equal(read_prefix(ring.data, i), 0);
	bytes_release(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_trace_is_whole),
		cmocka_unit_test(every_prefix_of_a_trace),
		cmocka_unit_test(every_byte_of_a_trace),
		cmocka_unit_test(every_byte_of_a_chunk),
		cmocka_unit_test(every_byte_of_a_ring),
		cmocka_unit_test(every_prefix_of_a_ring),
	};

	nowhere = fopen("/dev/null", "w");
	return nowhere ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

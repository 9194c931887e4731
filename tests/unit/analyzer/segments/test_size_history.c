/*
 * test_size_history.c - how large a process was: which readings are kept, to bytes and back,
 * damaged in every way, in a trace, and read of processes that live.
 */
#include "replay/profile.h"
#include "segments/size_history.h"
#include "record/snapshotter.h"
#include "report/timeline.h"
#include "record/pace.h"
#include "segments_fixture.h"
#include "trace_builder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- what is kept ---- */

static void add(struct segment_sizes *sizes, uint64_t ms, uint64_t mib, bool is_regular)
{
	struct sizes_entry reading = { ms * MS, 100 * MIB, mib * MIB, MIB / 2 };

	segment_sizes_add(sizes, &reading, is_regular, 100 * MS);
}

/* Times in ms and sizes in MiB, two by two, are all that is kept; it is forgotten then. */
static void expect_kept(struct segment_sizes *sizes, const uint64_t *expected,
                        size_t count)
{
	struct text payload = { NULL, 0, 0 };
	struct sizes_batch batch;
	struct sizes_entry entry;
	struct error error;
	size_t i;

	assert_int_equal(segment_sizes_save(sizes, &payload), 0);
	assert_int_equal(
		sizes_batch_load(&batch, (uint8_t *)payload.data, payload.bytes, 0, &error), 0);
	assert_int_equal(batch.every_ns, 100 * MS);
	assert_int_equal(batch.count, count);
	for (i = 0; i < count; i++) {
		entry = sizes_batch_entry((uint8_t *)payload.data, i);
		assert_int_equal(entry.time_ns, expected[2 * i] * MS);
		assert_int_equal(entry.resident, expected[2 * i + 1] * MIB);
		assert_int_equal(entry.size, 100 * MIB);
		assert_int_equal(entry.shared, MIB / 2);
	}
	assert_int_equal(sizes->count, 0);
	text_release(&payload);
}

static void a_flat_line_is_its_ends(void **state)
{
	static const uint64_t kept[] = { 100, 5, 500, 5, 600, 9 };
	struct segment_sizes sizes = { .count = 0 };
	uint64_t ms;

	(void)state;
	for (ms = 100; ms <= 500; ms += 100)
		add(&sizes, ms, 5, true);
	add(&sizes, 600, 9, true);
	assert_int_equal(sizes.readings, 6);
	assert_int_equal(sizes.longest_ns, 100 * MS);
	expect_kept(&sizes, kept, 3);
}

/* Between two regular readings the highest counts, if it stands above both. */
static void short_peaks_are_kept(void **state)
{
	static const uint64_t kept[] = { 100, 5, 140, 50, 200, 6, 300, 9, 380, 4 };
	struct segment_sizes sizes = { .count = 0 };

	(void)state;
	add(&sizes, 100, 5, true);
	add(&sizes, 120, 20, false);
	add(&sizes, 140, 50, false);
	add(&sizes, 160, 30, false);
	add(&sizes, 200, 6, true);
	add(&sizes, 220, 8, false); /* on the way up */
	add(&sizes, 300, 9, true);
	add(&sizes, 380, 4, false); /* the last there is */
	segment_sizes_end(&sizes);
	expect_kept(&sizes, kept, 5);
}

/* After an equal stretch a peak does not come before the stretch's end. */
static void a_peak_ends_a_flat_line(void **state)
{
	static const uint64_t kept[] = { 100, 5, 300, 5, 340, 50, 400, 5, 500, 5 };
	struct segment_sizes sizes = { .count = 0 };

	(void)state;
	add(&sizes, 100, 5, true);
	add(&sizes, 200, 5, true);
	add(&sizes, 300, 5, true);
	add(&sizes, 340, 50, false);
	add(&sizes, 400, 5, true);
	add(&sizes, 500, 5, true);
	expect_kept(&sizes, kept, 5);
}

/* Nobody takes them: some are left out, but never the highest. */
static void what_is_full_is_thinned(void **state)
{
	struct segment_sizes sizes = { .count = 0 };
	struct text payload = { NULL, 0, 0 };
	struct sizes_batch batch;
	struct error error;
	bool has_high = false;
	size_t i;

	(void)state;
	for (i = 1; i <= 10000; i++) {
		add(&sizes, 100 * i, i == 777 ? 90 : 10 + i % 7, true);
		assert_true(sizes.count <= SIZES_ENTRIES);
	}
	assert_int_equal(segment_sizes_save(&sizes, &payload), 0);
	assert_int_equal(
		sizes_batch_load(&batch, (uint8_t *)payload.data, payload.bytes, 0, &error), 0);
	assert_int_equal(batch.readings, 10000);
	for (i = 0; i < batch.count; i++)
		has_high |= sizes_batch_entry((uint8_t *)payload.data, i).resident == 90 * MIB;
	assert_true(has_high);
	text_release(&payload);
}

static void is_written_now_and_then(void **state)
{
	struct segment_sizes sizes = { .count = 0 };
	struct text payload = { NULL, 0, 0 };

	(void)state;
	assert_false(segment_sizes_is_due(&sizes, 100000 * MS));
	add(&sizes, 100, 5, true);
	assert_false(segment_sizes_is_due(&sizes, 3000 * MS));
	assert_true(segment_sizes_is_due(&sizes, 3100 * MS));
	assert_int_equal(segment_sizes_save(&sizes, &payload), 0);
	add(&sizes, 3200, 5, true); /* nothing new */
	assert_false(segment_sizes_is_due(&sizes, 13000 * MS));
	assert_true(segment_sizes_is_due(&sizes, 13200 * MS));
	text_release(&payload);
}

/* ---- damage ---- */

static struct text payload_of(size_t count)
{
	struct segment_sizes sizes = { .count = 0 };
	struct text payload = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < count; i++)
		add(&sizes, 100 * (i + 1), 5 + i, true);
	assert_int_equal(segment_sizes_save(&sizes, &payload), 0);
	return payload;
}

static void wrong_bytes(void **state)
{
	struct text payload = payload_of(3);
	struct sizes_batch batch;
	struct error error;
	uint8_t *copy;
	size_t i, bit;

	(void)state;
	for (i = 0; i < payload.bytes; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, payload.data, i);
		assert_int_equal(sizes_batch_load(&batch, copy, i, 0, &error), -1);
		free(copy);
	}
	for (i = 0; i < payload.bytes; i++) {
		for (bit = 0; bit < 8; bit++) {
			payload.data[i] ^= (char)(1 << bit);
			if (!sizes_batch_load(&batch, (uint8_t *)payload.data, payload.bytes, 0,
			                      &error))
				assert_int_equal(batch.count, 3);
			payload.data[i] ^= (char)(1 << bit);
		}
	}
	text_release(&payload);
}

static void expect_wrong(size_t at, uint64_t value, const char *what)
{
	struct text payload = payload_of(3);
	struct sizes_batch batch;
	struct error error = { "" };

	memcpy(payload.data + at, &value, sizeof(value));
	assert_int_equal(sizes_batch_load(&batch, (uint8_t *)payload.data, payload.bytes,
	                                  50 * MS, &error),
	                 -1);
	if (!strstr(error.message, what))
		fail_msg("'%s' does not say '%s'", error.message, what);
	text_release(&payload);
}

static void wrong_figures(void **state)
{
	const size_t second = sizeof(struct sizes_batch) + sizeof(struct sizes_entry);

	(void)state;
	expect_wrong(0, 4, "do not hold 4 readings");
	expect_wrong(0, UINT32_MAX, "do not hold");
	expect_wrong(offsetof(struct sizes_batch, readings), UINT64_MAX, "impossible");
	expect_wrong(offsetof(struct sizes_batch, every_ns), UINT64_MAX, "impossible");
	expect_wrong(sizeof(struct sizes_batch), 50 * MS, "older than the one before");
	expect_wrong(second, 100 * MS, "older than the one before");
	expect_wrong(second + offsetof(struct sizes_entry, resident), UINT64_MAX,
	             "impossible");
	expect_wrong(second + offsetof(struct sizes_entry, shared), 7 * MIB, "impossible");
}

/* ---- in a trace ---- */

static void batch_add(struct trace_build *trace, const struct ring_header *header,
                      uint64_t from_ms, size_t count, uint64_t mib)
{
	struct segment_sizes sizes = { .count = 0 };
	struct text payload = { NULL, 0, 0 };
	size_t i;

	for (i = 0; i < count; i++)
		add(&sizes, header->start_ns / MS + from_ms + 100 * i, mib + i, true);
	assert_int_equal(segment_sizes_save(&sizes, &payload), 0);
	trace_build_block(trace, BLOCK_SIZES, 0, payload.data, payload.bytes);
	text_release(&payload);
}

static void snapshot_add(struct trace_build *trace, const struct ring_header *header,
                         uint64_t ms, uint64_t bytes)
{
	struct segment_snapshot snapshot = { .time_ns = header->start_ns + ms * MS };
	struct text payload = { NULL, 0, 0 };

	snapshot.uses[SEGMENT_HEAP] = (struct memory_use){ .size = bytes, .rss = bytes };
	snapshot.mappings[SEGMENT_HEAP] = 1;
	assert_int_equal(segment_snapshot_save(&snapshot, &payload), 0);
	trace_build_block(trace, BLOCK_SEGMENTS, 0, payload.data, payload.bytes);
	text_release(&payload);
}

static void trace_begin(struct trace_build *trace, struct ring_header *header)
{
	*header = build_header(7);
	header->start_ns = header->start_ns / MS * MS;
	trace_build_begin(trace, header->session);
	trace_build_process(trace, 0, header);
}

static struct trace_reader *trace_open(struct trace_build *trace)
{
	struct trace_reader *reader;
	struct error error;

	trace_build_end(trace);
	reader = trace_reader_open_memory("memory", trace->bytes.data, trace->bytes.count,
	                                  &error);
	assert_non_null(reader);
	return reader;
}

static struct segment_history history_of(struct trace_reader *reader)
{
	struct segment_history history;

	assert_int_equal(
		segment_history_read(&history, reader, trace_reader_process(reader, 0)), 0);
	assert_int_equal(
		size_history_read(&history.sizes, reader, trace_reader_process(reader, 0)), 0);
	return history;
}

static void sizes_tell_the_peak(void **state)
{
	struct segment_history history;
	struct segment_peak peak;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct sizes_entry entry;
	bool is_size;

	(void)state;
	trace_begin(&trace, &header);
	snapshot_add(&trace, &header, 10, 20 * MIB);
	batch_add(&trace, &header, 100, 3, 40);
	batch_add(&trace, &header, 1000, 1, 5);
	batch_add(&trace, &header, 2000, 1, 5);
	reader = trace_open(&trace);
	history = history_of(reader);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_int_equal(history.sizes.count, 5);
	assert_int_equal(history.sizes.readings, 5);
	assert_int_equal(history.sizes.every_ns, 100 * MS);
	peak = segment_history_peak(&history, &is_size);
	assert_true(is_size);
	assert_int_equal(peak.rss, 42 * MIB);
	assert_int_equal(peak.time_ns, 300 * MS);
	/* known between two that are alike, else as at the nearest */
	entry = size_history_at(&history.sizes, 1400 * MS);
	assert_int_equal(entry.time_ns, 1400 * MS);
	assert_int_equal(entry.resident, 5 * MIB);
	entry = size_history_at(&history.sizes, 260 * MS);
	assert_int_equal(entry.time_ns, 300 * MS);
	assert_int_equal(size_history_at(&history.sizes, 0).time_ns, 100 * MS);
	assert_int_equal(size_history_at(&history.sizes, UINT64_MAX).time_ns, 2000 * MS);
	size_history_release(&history.sizes);
	segment_history_release(&history);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

/* The kernel's counts are not exact: where they say hardly more, the snapshot is right. */
static void a_snapshot_is_preferred(void **state)
{
	struct segment_history history;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	bool is_size;

	(void)state;
	trace_begin(&trace, &header);
	snapshot_add(&trace, &header, 10, 40 * MIB);
	batch_add(&trace, &header, 100, 1, 41);
	reader = trace_open(&trace);
	history = history_of(reader);
	assert_int_equal(segment_history_peak(&history, &is_size).rss, 40 * MIB);
	assert_false(is_size);
	size_history_release(&history.sizes);
	segment_history_release(&history);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

static void damage_is_reported_and_skipped(void **state)
{
	struct segment_history history;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;

	(void)state;
	trace_begin(&trace, &header);
	batch_add(&trace, &header, 1000, 2, 5);
	trace_build_block(&trace, BLOCK_SIZES, 0, "short", 5);
	batch_add(&trace, &header, 500, 2, 5);
	batch_add(&trace, &header, 2000, 2, 5);
	reader = trace_open(&trace);
	history = history_of(reader);
	assert_int_equal(history.sizes.count, 4);
	assert_int_equal(trace_reader_problems(reader)->count, 2);
	assert_non_null(strstr(trace_reader_problems(reader)->messages[0],
	                       "sizes of 5 bytes are impossible"));
	assert_non_null(strstr(trace_reader_problems(reader)->messages[1],
	                       "a size is older than the one before it"));
	size_history_release(&history.sizes);
	segment_history_release(&history);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

/* A recording of before there were sizes. */
static void an_old_trace_has_none(void **state)
{
	struct segment_history history;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	bool is_size;

	(void)state;
	trace_begin(&trace, &header);
	snapshot_add(&trace, &header, 10, 40 * MIB);
	reader = trace_open(&trace);
	history = history_of(reader);
	assert_int_equal(history.sizes.count, 0);
	assert_int_equal(segment_history_peak(&history, &is_size).rss, 40 * MIB);
	assert_false(is_size);
	size_history_release(&history.sizes);
	segment_history_release(&history);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flat_line_is_its_ends),
		cmocka_unit_test(short_peaks_are_kept),
		cmocka_unit_test(a_peak_ends_a_flat_line),
		cmocka_unit_test(what_is_full_is_thinned),
		cmocka_unit_test(is_written_now_and_then),
		cmocka_unit_test(wrong_bytes),
		cmocka_unit_test(wrong_figures),
		cmocka_unit_test(sizes_tell_the_peak),
		cmocka_unit_test(a_snapshot_is_preferred),
		cmocka_unit_test(damage_is_reported_and_skipped),
		cmocka_unit_test(an_old_trace_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_snapshots.c - snapshots of segments: to bytes and back, damaged in every way, and as
 * they stand in a trace. Long, because all of it rests on one made sample.
 */
#include "replay/profile.h"
#include "report/text/self_view.h"
#include "verdict/heap_contents.h"
#include "record/snapshotter.h"
#include "report/text/timeline_lines.h"
#include "segments_fixture.h"
#include "trace_builder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* A sample of a heap of so many bytes, as a payload. */
static struct text payload_of(uint64_t time_ns, uint32_t reasons, uint64_t heap_bytes)
{
	struct segment_stack stacks[2] = { { 7, "main", 135168, 8192 },
		                               { 8, "\033[31mred", 8388608, 4096 } };
	struct segment_snapshot snapshot = {
		.time_ns = time_ns,
		.reasons = reasons,
		.pid = 7,
		.peak_rss = heap_bytes + 4096,
		.stack_limit = 8 << 20,
		.mapping_count = 3,
		.thread_count = 2,
		.stacks = stacks,
		.stack_count = 2,
	};
	struct large_span spans[2] = {
		{ 0x10000, 0x30000, 0x8000, 0, SEGMENT_OTHER, 0, false },
		{ 0x30000, 0x40000, 0, 0, SEGMENT_STACK, 8, false }
	};
	struct text payload = { NULL, 0, 0 };

	snapshot.runtimes = RUNTIME_PYTHON;
	snapshot.spans = (struct large_spans){ spans, 2 };
	snapshot.uses[SEGMENT_HEAP] = (struct memory_use){
		.size = heap_bytes + 8192, .rss = heap_bytes, .pss = heap_bytes / 2, .locked = 1
	};
	snapshot.uses[SEGMENT_CODE].size = snapshot.uses[SEGMENT_CODE].rss = 4096;
	snapshot.mappings[SEGMENT_HEAP] = 2;
	snapshot.mappings[SEGMENT_CODE] = 1;
	assert_int_equal(segment_snapshot_save(&snapshot, &payload), 0);
	return payload;
}

static void to_bytes_and_back(void **state)
{
	struct text payload = payload_of(123, SEGMENTS_PEAK | SEGMENTS_LAST, 1 << 20);
	struct segment_snapshot snapshot;
	struct error error;

	(void)state;
	assert_int_equal(segment_snapshot_load(&snapshot, (uint8_t *)payload.data,
	                                       payload.bytes, &error),
	                 0);
	assert_int_equal(snapshot.time_ns, 123);
	assert_int_equal(snapshot.reasons, SEGMENTS_PEAK | SEGMENTS_LAST);
	assert_int_equal(snapshot.pid, 7);
	assert_int_equal(snapshot.peak_rss, (1 << 20) + 4096);
	assert_int_equal(snapshot.stack_limit, 8 << 20);
	assert_int_equal(snapshot.mapping_count, 3);
	assert_int_equal(snapshot.thread_count, 2);
	assert_int_equal(snapshot.uses[SEGMENT_HEAP].rss, 1 << 20);
	assert_int_equal(snapshot.uses[SEGMENT_HEAP].pss, 1 << 19);
	assert_int_equal(snapshot.uses[SEGMENT_HEAP].locked, 1);
	assert_int_equal(snapshot.mappings[SEGMENT_HEAP], 2);
	assert_int_equal(snapshot.total.rss, (1 << 20) + 4096);
	assert_int_equal(snapshot.stack_count, 2);
	assert_string_equal(snapshot.stacks[1].name, "\033[31mred");
	assert_int_equal(snapshot.stacks[1].size, 8388608);
	assert_int_equal(snapshot.runtimes, RUNTIME_PYTHON);
	assert_int_equal(snapshot.spans.count, 2);
	assert_int_equal(snapshot.spans.spans[0].start, 0x10000);
	assert_int_equal(snapshot.spans.spans[0].end, 0x30000);
	assert_int_equal(snapshot.spans.spans[0].rss, 0x8000);
	assert_int_equal(snapshot.spans.spans[0].segment, SEGMENT_OTHER);
	assert_int_equal(snapshot.spans.spans[1].tid, 8);
	assert_false(snapshot.is_refused);
	segment_snapshot_release(&snapshot);
	text_release(&payload);
}

/* Every prefix, and every byte changed: refused or taken, never more than there is. */
static void wrong_bytes(void **state)
{
	struct text payload = payload_of(123, SEGMENTS_FIRST, 1 << 20);
	struct segment_snapshot snapshot;
	struct error error;
	uint8_t *copy;
	size_t i, bit;

	(void)state;
	for (i = 0; i < payload.bytes; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, payload.data, i);
		assert_int_equal(segment_snapshot_load(&snapshot, copy, i, &error), -1);
		segment_snapshot_release(&snapshot);
		free(copy);
	}
	copy = malloc(payload.bytes);
	for (i = 0; i < payload.bytes; i++) {
		for (bit = 0; bit < 8; bit++) {
			memcpy(copy, payload.data, payload.bytes);
			copy[i] ^= (uint8_t)(1 << bit);
			segment_snapshot_load(&snapshot, copy, payload.bytes, &error);
			segment_snapshot_release(&snapshot);
		}
	}
	free(copy);
	text_release(&payload);
}

static void expect_wrong(struct text *payload, size_t at, uint32_t value,
                         const char *what)
{
	struct segment_snapshot snapshot;
	struct error error = { "" };

	memcpy(payload->data + at, &value, sizeof(value));
	assert_int_equal(segment_snapshot_load(&snapshot, (uint8_t *)payload->data,
	                                       payload->bytes, &error),
	                 -1);
	if (!strstr(error.message, what))
		fail_msg("'%s' does not say '%s'", error.message, what);
	segment_snapshot_release(&snapshot);
	text_release(payload);
}

static void wrong_counts(void **state)
{
	const size_t use = sizeof(struct segments_sample);
	struct text payload = payload_of(1, 1, 4096);

	(void)state;
	expect_wrong(&payload, offsetof(struct segments_sample, segment_count), 200,
	             "does not hold");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, offsetof(struct segments_sample, stack_count), 0x7fffffff,
	             "does not hold");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, use + sizeof(struct segments_use), SEGMENT_CODE,
	             "segment 0 occurs twice");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, use + offsetof(struct segments_use, rss) + 4, 0x7fffffff,
	             "impossible");
}

static void wrong_mappings(void **state)
{
	const size_t spans = sizeof(struct segments_sample) +
	                     2 * sizeof(struct segments_use) +
	                     2 * sizeof(struct segments_stack);
	struct text payload = payload_of(1, 1, 4096);

	(void)state;
	expect_wrong(&payload, offsetof(struct segments_sample, span_count), 3,
	             "does not hold");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, offsetof(struct segments_sample, span_count), 0x10000000,
	             "does not hold");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, spans, 0x30000,
	             "impossible here"); /* ends where it begins */
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, spans + offsetof(struct segments_span, rss), 0x20001,
	             "impossible here");
	payload = payload_of(1, 1, 4096);
	expect_wrong(&payload, spans + sizeof(struct segments_span), 0x2f000,
	             "impossible here"); /* over the one before */
}

/* Version 1.1 ended with the stacks, and had zeros where they are counted now. */
static void an_older_sample_has_no_mappings(void **state)
{
	struct text payload = payload_of(1, 1, 4096);
	struct segments_sample header;
	struct segment_snapshot snapshot;
	struct error error;

	(void)state;
	memcpy(&header, payload.data, sizeof(header));
	header.span_count = header.runtimes = 0;
	memcpy(payload.data, &header, sizeof(header));
	assert_int_equal(
		segment_snapshot_load(&snapshot, (uint8_t *)payload.data,
	                          payload.bytes - 2 * sizeof(struct segments_span), &error),
		0);
	assert_int_equal(snapshot.spans.count, 0);
	assert_int_equal(snapshot.stack_count, 2);
	segment_snapshot_release(&snapshot);
	text_release(&payload);
}

static void a_later_segment_is_other(void **state)
{
	struct text payload = payload_of(1, 1, 4096);
	struct segment_snapshot snapshot;
	struct error error;
	uint32_t later = 99;

	(void)state;
	memcpy(payload.data + sizeof(struct segments_sample), &later, sizeof(later));
	assert_int_equal(segment_snapshot_load(&snapshot, (uint8_t *)payload.data,
	                                       payload.bytes, &error),
	                 0);
	assert_int_equal(snapshot.uses[SEGMENT_OTHER].rss, 4096);
	segment_snapshot_release(&snapshot);
	text_release(&payload);
}

/* ---- in a trace ---- */

static void snapshot_add(struct trace_build *trace, uint64_t time_ns, uint32_t reasons,
                         uint64_t heap_bytes)
{
	struct text payload = payload_of(time_ns, reasons, heap_bytes);

	trace_build_block(trace, BLOCK_SEGMENTS, 0, payload.data, payload.bytes);
	text_release(&payload);
}

/* Two blocks, of 1000 and 5000 bytes, live from 100 to 300 and from 200 on. */
static void trace_begin(struct trace_build *trace, struct ring_header *header)
{
	static const uint64_t frames[] = { 0x401100, 0x401200 };
	struct chunk_build chunk;

	*header = build_header(7);
	trace_build_begin(trace, header->session);
	trace_build_process(trace, 0, header);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1, 0);
	chunk_build_run(&chunk, 1, header->start_ticks, 0, frames, 2);
	chunk_build_malloc(&chunk, header->start_ticks + 100 * MS, 0, NULL, 0, 0x1000,
	                   1000);
	chunk_build_malloc(&chunk, header->start_ticks + 200 * MS, 0, NULL, 0, 0x2000,
	                   5000);
	chunk_build_free(&chunk, header->start_ticks + 300 * MS, 0x1000);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
}

static struct profile *profile_of(struct trace_build *trace,
                                  struct trace_reader **reader)
{
	struct error error = { "" };
	struct profile *profile;

	trace_build_end(trace);
	*reader = trace_reader_open_memory("memory", trace->bytes.data, trace->bytes.count,
	                                   &error);
	assert_non_null(*reader);
	profile = profile_read(*reader, 0, NULL, NULL, &error);
	assert_non_null(profile);
	return profile;
}

static void profile_end(struct trace_build *trace, struct trace_reader *reader,
                        struct profile *profile)
{
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&trace->bytes);
}

static void knows_what_lived(void **state)
{
	static const uint64_t live[] = { 0, 1000, 6000, 5000, 5000 };
	struct trace_reader *reader;
	struct segment_inside inside;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;
	size_t i;

	(void)state;
	trace_begin(&trace, &header);
	for (i = 0; i < 5; i++)
		snapshot_add(&trace, header.start_ns + (50 + 100 * i) * MS,
		             i == 4 ? SEGMENTS_LAST : SEGMENTS_INTERVAL,
		             i == 3 ? 64 << 20 : 1 << 20);
	profile = profile_of(&trace, &reader);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_int_equal(profile->segments.count, 5);
	assert_int_equal(profile->segments.highest, 3);
	assert_int_equal(profile->segments.peak.time_ns, 350 * MS);
	assert_int_equal(profile->segments.interval_ns, 100 * MS);
	for (i = 0; i < 5; i++) {
		inside = segment_inside(profile, i);
		assert_int_equal(inside.live, live[i]);
		assert_int_equal(inside.kept, inside.rss - inside.live - inside.overhead);
	}
	assert_int_equal(segment_inside(profile, 1).overhead, 1008 - 1000);
	assert_int_equal(segment_inside(profile, 2).overhead, 1008 + 5008 - 6000);
	assert_int_equal(segment_history_near(&profile->segments, 0), 0);
	assert_int_equal(segment_history_near(&profile->segments, 199 * MS), 1);
	assert_int_equal(segment_history_near(&profile->segments, 201 * MS), 2);
	assert_int_equal(segment_history_near(&profile->segments, UINT64_MAX / 2), 4);
	profile_end(&trace, reader, profile);
}

/* What was overwritten may have made all that lives: nothing is called "kept". */
static void does_not_guess_what_lived(void **state)
{
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;
	uint64_t lost;
	size_t number, i;

	(void)state;
	for (lost = 0; lost < 2; lost++) {
		trace_begin(&trace, &header);
		header.lost[LOST_OVERWRITTEN] = lost;
		trace_build_process(&trace, 0, &header);
		for (i = 0; i < 3; i++)
			snapshot_add(&trace, header.start_ns + (50 + 100 * i) * MS,
			             SEGMENTS_INTERVAL, 64 << 20);
		profile = profile_of(&trace, &reader);
		assert_int_equal(segment_inside(profile, 1).is_known, !lost);
		assert_int_equal(segment_inside_is_lost(profile), lost);
		assert_int_equal(segment_inside_odd(profile, &number), !lost);
		profile_end(&trace, reader, profile);
	}
}

/* The process was there when it was looked at, long after its last event. */
static void lives_until_it_was_seen_last(void **state)
{
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;

	(void)state;
	trace_begin(&trace, &header);
	snapshot_add(&trace, header.start_ns + 50 * MS, SEGMENTS_FIRST, 1 << 20);
	snapshot_add(&trace, header.start_ns + 950 * MS, SEGMENTS_LAST, 1 << 20);
	profile = profile_of(&trace, &reader);
	assert_int_equal(profile->duration_ns, 950 * MS);
	assert_int_equal(profile->phases->totals[PHASE_MAIN].duration, 950 * MS);
	assert_false(segment_end_is_known(profile)); /* it recorded nothing itself */
	profile_end(&trace, reader, profile);
}

/* ---- large blocks in others' mappings ---- */

#define LARGE_AT UINT64_C(0x7f0000010010) /* a page, and malloc's header */
#define LARGE_SIZE ((1u << 20) - 24)      /* so that it takes 1 MiB */

/* A sample of a heap of 4 KiB, beside one mapping that is `segment` of 3 MiB. */
static void joined_add(struct trace_build *trace, uint64_t time_ns, uint64_t rss,
                       uint64_t segment_rss, enum segment segment)
{
	struct segment_stack stack = { 8, "worker", 3 << 20, segment_rss };
	struct large_span span = { LARGE_AT - 16 - (1 << 20),
		                       LARGE_AT - 16 + (2 << 20),
		                       rss,
		                       0,
		                       segment,
		                       segment == SEGMENT_STACK ? 8 : 0,
		                       false };
	struct segment_snapshot snapshot = { .time_ns = time_ns,
		                                 .reasons = SEGMENTS_INTERVAL,
		                                 .stacks = &stack,
		                                 .stack_count = 1,
		                                 .spans = { &span, 1 } };
	struct text payload = { NULL, 0, 0 };

	snapshot.uses[SEGMENT_HEAP] = (struct memory_use){ .size = 4096, .rss = 4096 };
	snapshot.uses[segment] = (struct memory_use){ .size = 3 << 20,
		                                          .rss = segment_rss,
		                                          .pss = segment_rss / 2,
		                                          .private_dirty = segment_rss,
		                                          .anonymous = segment_rss,
		                                          .swap = 1 << 20 };
	snapshot.mappings[SEGMENT_HEAP] = snapshot.mappings[segment] = 1;
	assert_int_equal(segment_snapshot_save(&snapshot, &payload), 0);
	trace_build_block(trace, BLOCK_SEGMENTS, 0, payload.data, payload.bytes);
	text_release(&payload);
}

/* A large block that lives from 100 to 300, and one that is elsewhere. */
static void large_begin(struct trace_build *trace, struct ring_header *header)
{
	static const uint64_t frames[] = { 0x401100 };
	struct chunk_build chunk;

	*header = build_header(7);
	trace_build_begin(trace, header->session);
	trace_build_process(trace, 0, header);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1, 0);
	chunk_build_run(&chunk, 1, header->start_ticks, 0, frames, 1);
	chunk_build_malloc(&chunk, header->start_ticks + 100 * MS, 0, NULL, 0, LARGE_AT,
	                   LARGE_SIZE);
	chunk_build_malloc(&chunk, header->start_ticks + 110 * MS, 0, NULL, 0,
	                   LARGE_AT + (64 << 20), LARGE_SIZE);
	chunk_build_free(&chunk, header->start_ticks + 300 * MS, LARGE_AT);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
}

static void expect_moved(const struct profile *profile, size_t number, uint64_t size,
                         uint64_t rss, uint64_t estimated)
{
	const struct segment_snapshot *snapshot = &profile->segments.snapshots[number];
	struct memory_use sum = { .size = 0 };
	size_t i;

	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (i != SEGMENT_OUTLIVE)
			memory_use_add(&sum, &snapshot->uses[i]);
	}
	assert_memory_equal(&sum, &snapshot->total, sizeof(sum));
	assert_int_equal(snapshot->moved.size, size);
	assert_int_equal(snapshot->moved.rss, rss);
	assert_int_equal(snapshot->moved.estimated, estimated);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].size, 4096 + size);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].rss, 4096 + rss);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].pss, rss / 2);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].private_dirty, rss);
	assert_int_equal(segment_inside(profile, number).rss, 4096 + rss);
}

static void large_blocks_are_heap(void **state)
{
	const uint64_t all = 3 << 20, one = 1 << 20;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;

	(void)state;
	large_begin(&trace, &header);
	joined_add(&trace, header.start_ns + 50 * MS, all, all, SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 150 * MS, all, all, SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 160 * MS, all - 4096, all - 4096,
	           SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 170 * MS, one, one, SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 180 * MS, 4096, 4096, SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 190 * MS, 0, 0, SEGMENT_OTHER);
	joined_add(&trace, header.start_ns + 200 * MS, all, all, SEGMENT_STACK);
	joined_add(&trace, header.start_ns + 210 * MS, all, 4096,
	           SEGMENT_OTHER); /* false */
	/* a mapping of the recorder's, joined with a block that is the program's */
	joined_add(&trace, header.start_ns + 220 * MS, all, all, SEGMENT_OUTLIVE);
	joined_add(&trace, header.start_ns + 350 * MS, all, all, SEGMENT_OTHER);
	profile = profile_of(&trace, &reader);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	expect_moved(profile, 0, 0, 0, 0);
	expect_moved(profile, 1, one, one, 0);
	expect_moved(profile, 2, one, one, 4096);
	expect_moved(profile, 3, one, one, one);
	expect_moved(profile, 4, one, 4096, 4096);
	assert_int_equal(
		profile->segments.snapshots[4].uses[SEGMENT_HEAP].swap,
		(uint64_t)((double)one * (double)(one - 4096) / (double)(all - 4096)));
	expect_moved(profile, 5, one, 0, 0);
	expect_moved(profile, 6, one, one, 0);
	assert_int_equal(profile->segments.snapshots[6].stacks[0].size, all - one);
	assert_int_equal(profile->segments.snapshots[6].stacks[0].rss, all - one);
	expect_moved(profile, 7, 0, 0, 0);
	expect_moved(profile, 8, one, one, 0);
	expect_moved(profile, 9, 0, 0, 0);
	/* live at 150: both; the heap's peak is that of what was moved */
	assert_int_equal(segment_inside(profile, 1).live, 2 * LARGE_SIZE);
	assert_int_equal(segment_inside(profile, 1).overhead, 2 * 24);
	assert_int_equal(profile->segments.peaks[SEGMENT_HEAP].rss, 4096 + one);
	assert_int_equal(profile->segments.peaks[SEGMENT_HEAP].time_ns, 150 * MS);
	assert_int_equal(profile->segments.peaks[SEGMENT_OTHER].time_ns, 50 * MS);
	profile_end(&trace, reader, profile);
}

static void damage_is_reported_and_skipped(void **state)
{
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;

	(void)state;
	trace_begin(&trace, &header);
	snapshot_add(&trace, header.start_ns + 50 * MS, SEGMENTS_FIRST, 1 << 20);
	trace_build_block(&trace, BLOCK_SEGMENTS, 0, "short", 5);
	snapshot_add(&trace, header.start_ns + 40 * MS, SEGMENTS_INTERVAL, 1 << 20);
	snapshot_add(&trace, header.start_ns + 60 * MS, SEGMENTS_LAST, 1 << 20);
	profile = profile_of(&trace, &reader);
	assert_int_equal(profile->segments.count, 2);
	assert_int_equal(trace_reader_problems(reader)->count, 2);
	assert_non_null(strstr(trace_reader_problems(reader)->messages[0],
	                       "a snapshot of 5 bytes is impossible"));
	assert_non_null(strstr(trace_reader_problems(reader)->messages[1],
	                       "a snapshot is older than the one before it"));
	profile_end(&trace, reader, profile);
}

static void a_sample_of_nothing_is_a_refusal(void **state)
{
	struct segments_sample refused = { .time_ns = 1 };
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;

	(void)state;
	trace_begin(&trace, &header);
	trace_build_block(&trace, BLOCK_SEGMENTS, 0, &refused, sizeof(refused));
	profile = profile_of(&trace, &reader);
	assert_int_equal(profile->segments.count, 0);
	assert_int_equal(profile->segments.refused, 1);
	profile_end(&trace, reader, profile);
}

/* What the kernel saw between two snapshots is shown beside them. */
static void summary_expect(uint64_t kernel_bytes, const char *resident, bool has_parts)
{
	struct text payload = payload_of(0, SEGMENTS_FIRST, 100 << 20),
				shown = { NULL, 0, 0 };
	struct segments_sample snapshot;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;
	struct screen screen;
	FILE *file = open_memstream(&shown.data, &shown.bytes);

	trace_begin(&trace, &header);
	memcpy(&snapshot, payload.data, sizeof(snapshot));
	snapshot.time_ns = header.start_ns + MS;
	snapshot.peak_rss_bytes = kernel_bytes;
	memcpy(payload.data, &snapshot, sizeof(snapshot));
	trace_build_block(&trace, BLOCK_SEGMENTS, 0, payload.data, payload.bytes);
	text_release(&payload);
	profile = profile_of(&trace, &reader);
	screen = screen_of(file);
	segment_timeline_summary(&screen, profile);
	assert_int_equal(fclose(file), 0);
	assert_non_null(strstr(shown.data, resident));
	assert_int_equal(!!strstr(shown.data, "heap 100 MiB, code"), has_parts);
	assert_int_equal(!!strstr(shown.data, "not known at the peak"), !has_parts);
	free(shown.data);
	profile_end(&trace, reader, profile);
}

static void unseen_peaks_are_reported(void **state)
{
	(void)state;
	/* the process has not counted what was the recorder's at its end */
	summary_expect(
		UINT64_C(150) << 20,
		"  resident     at most 150 MiB at the peak, between two snapshots; the "
		"largest snapshot has 100 MiB:",
		true);
	summary_expect(
		UINT64_C(160) << 20,
		"  resident     at most 160 MiB at the peak, between two snapshots. None",
		false);
	summary_expect(UINT64_C(100) << 20, "  resident     100 MiB at the peak: ", true);
	summary_expect(0, "  resident     100 MiB at the peak: ", true);
}

/* Of very many, some are kept: the first, the last, and the highest among them. */
static void very_many_are_thinned(void **state)
{
	const size_t many = 40000, high = 12345;
	struct trace_reader *reader;
	struct trace_build trace;
	struct ring_header header;
	struct profile *profile;
	size_t i;

	(void)state;
	trace_begin(&trace, &header);
	for (i = 0; i < many; i++)
		snapshot_add(&trace, header.start_ns + (i + 1) * MS,
		             i ? SEGMENTS_INTERVAL : SEGMENTS_FIRST,
		             i == high ? 2 << 20 : 1 << 20);
	profile = profile_of(&trace, &reader);
	assert_int_equal(profile->segments.read, many);
	assert_true(profile->segments.count <= 16384);
	assert_int_equal(profile->segments.snapshots[0].time_ns, MS);
	assert_int_equal(profile->segments.peak.time_ns, (high + 1) * MS);
	i = profile->segments.highest;
	assert_int_equal(profile->segments.snapshots[i].total.rss, (2 << 20) + 4096);
	profile_end(&trace, reader, profile);
}

/* ---- what the process saw of itself ---- */

static void entry_add(struct bytes *record, uint64_t start, uint64_t end,
                      uint32_t access, const char *name)
{
	struct maps_entry entry = { .start = start,
		                        .end = end,
		                        .access = access,
		                        .name_bytes = (uint16_t)strlen(name) };
	const uint64_t zeros = 0;

	bytes_add(record, &entry, sizeof(entry));
	bytes_add(record, name, strlen(name));
	bytes_add(record, &zeros, (8 - strlen(name) % 8) % 8);
}

/* A record of `count` entries that begins with number `first`. */
static struct bytes record_of(uint32_t first, uint32_t count, bool is_last)
{
	struct maps_definition head = { .header = { .kind = DEFINITION_MAPS, .time = 5 },
		                            .reason = MAPS_END,
		                            .first = first,
		                            .count = count,
		                            .is_last = is_last };
	struct bytes record = { NULL, 0, 0 };

	bytes_add(&record, &head, sizeof(head));
	return record;
}

/* A program with a heap and a library with data that was relocated. */
static struct bytes known_snapshot(void)
{
	static const char library[] = "/lib/libknown.so (deleted)";
	const uint32_t r = MAPS_READ, rw = r | MAPS_WRITE, rx = r | MAPS_EXECUTE;
	struct bytes record = record_of(0, 10, true);
	uint16_t bytes;

	entry_add(&record, 0x1000, 0x3000, rw, "[heap]");
	entry_add(&record, 0x10000, 0x11000, r, library);
	entry_add(&record, 0x11000, 0x13000, rx, library);
	entry_add(&record, 0x13000, 0x14000, r, library);
	entry_add(&record, 0x14000, 0x15000, r, library);
	entry_add(&record, 0x15000, 0x16000, rw, library);
	entry_add(&record, 0x16000, 0x1a000, rw, "");
	entry_add(&record, 0x20000, 0x21000, r, "/data file");
	entry_add(&record, 0x30000, 0x31000, rw | MAPS_SHARED, "/x/outlive.1/1.1.ring");
	entry_add(&record, 0x40000, 0x48000, rw, "[stack]");
	bytes = (uint16_t)record.count;
	memcpy(record.data + 2, &bytes, sizeof(bytes));
	return record;
}

static void mappings_alone_tell_segments(void **state)
{
	struct bytes record = known_snapshot();
	struct self_view views;
	const struct self_snapshot *view;
	struct error error;

	(void)state;
	assert_int_equal(self_view_of(&record, &views, &error), 0);
	assert_int_equal(views.count, 1);
	view = &views.views[0];
	assert_true(view->is_whole);
	assert_int_equal(view->reason, MAPS_END);
	assert_int_equal(view->mapping_count, 10);
	assert_int_equal(view->sizes[SEGMENT_HEAP], 0x2000);
	assert_int_equal(view->sizes[SEGMENT_CODE], 0x2000);
	assert_int_equal(view->sizes[SEGMENT_RODATA], 0x2000);
	assert_int_equal(view->sizes[SEGMENT_DATA], 0x2000);
	assert_int_equal(view->sizes[SEGMENT_BSS], 0x4000);
	assert_int_equal(view->sizes[SEGMENT_STACK], 0x8000);
	assert_int_equal(view->sizes[SEGMENT_FILE], 0x1000);
	self_view_release(&views);
	bytes_release(&record);
}

static void wrong_snapshots(void **state)
{
	struct bytes record = known_snapshot();
	struct self_view views;
	struct error error;

	(void)state;
	record_survives_damage(&record);
	bytes_release(&record);
	/* goes on where nothing began */
	record = record_of(3, 0, true);
	record.data[2] = (uint8_t)record.count;
	assert_int_equal(self_view_of(&record, &views, &error), 0);
	assert_int_equal(views.count, 0);
	bytes_release(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_bytes_and_back),
		cmocka_unit_test(wrong_bytes),
		cmocka_unit_test(wrong_counts),
		cmocka_unit_test(wrong_mappings),
		cmocka_unit_test(an_older_sample_has_no_mappings),
		cmocka_unit_test(a_later_segment_is_other),
		cmocka_unit_test(large_blocks_are_heap),
		cmocka_unit_test(knows_what_lived),
		cmocka_unit_test(does_not_guess_what_lived),
		cmocka_unit_test(lives_until_it_was_seen_last),
		cmocka_unit_test(damage_is_reported_and_skipped),
		cmocka_unit_test(a_sample_of_nothing_is_a_refusal),
		cmocka_unit_test(unseen_peaks_are_reported),
		cmocka_unit_test(very_many_are_thinned),
		cmocka_unit_test(mappings_alone_tell_segments),
		cmocka_unit_test(wrong_snapshots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_self_view.c - what a process saw of itself, with sizes: to segments, among the
 * samples from outside, damaged in every way.
 */
#include "replay/profile.h"
#include "report/text/self_view.h"
#include "segments_fixture.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB 1024

static const uint32_t R = MAPS_READ, RW = MAPS_READ | MAPS_WRITE;

/* A record of any kind at the end of `to`, filled up to 8 bytes, its length set. */
static void record_add(struct bytes *to, const void *data, size_t bytes)
{
	uint16_t whole = (uint16_t)((bytes + 7) & ~(size_t)7);
	const uint64_t zeros = 0;
	size_t at = to->count;

	bytes_add(to, data, bytes);
	bytes_add(to, &zeros, whole - bytes);
	memcpy(to->data + at + 2, &whole, sizeof(whole));
}

static void entry_add(struct bytes *record, uint64_t start, uint64_t end,
                      uint32_t access, uint16_t kind, const char *name)
{
	struct maps_entry entry = { .start = start,
		                        .end = end,
		                        .access = access,
		                        .kind = kind,
		                        .name_bytes = (uint16_t)strlen(name) };
	const uint64_t zeros = 0;

	bytes_add(record, &entry, sizeof(entry));
	bytes_add(record, name, strlen(name));
	bytes_add(record, &zeros, (8 - strlen(name) % 8) % 8);
}

/* Resident and private dirty, both the same. */
static void use_add(struct bytes *record, uint64_t kib)
{
	uint16_t mask = kib ? 1u << MAPS_USE_RSS | 1u << MAPS_USE_PRIVATE_DIRTY : 0;
	uint64_t left;
	uint8_t byte;

	bytes_add(record, &mask, sizeof(mask));
	for (int i = 0; i < 2 && kib; i++) {
		for (left = kib; left >= 0x80; left >>= 7) {
			byte = (uint8_t)(left | 0x80);
			bytes_add(record, &byte, 1);
		}
		byte = (uint8_t)left;
		bytes_add(record, &byte, 1);
	}
}

static void totals_add(struct bytes *view, uint64_t time, uint32_t reason,
                       uint64_t time_ns)
{
	struct memory_definition memory = { .header = { DEFINITION_MEMORY, 0, 0, time },
		                                .reason = reason,
		                                .threads = 2,
		                                .time_ns = time_ns,
		                                .size = 64 << 20,
		                                .resident = 9 << 20,
		                                .peak = 12 << 20 };

	record_add(view, &memory, sizeof(memory));
}

static void stacks_add(struct bytes *view, uint64_t time)
{
	struct {
		struct stacks_definition head;
		struct stacks_entry entries[2];
	} stacks = { { { DEFINITION_STACKS, 0, 0, time }, MAPS_END, 2 },
		         { { 0x7020ff8, 7, 0, "main" }, { 0x47ff00, 8, 0, "\033[31mred" } } };

	record_add(view, &stacks, sizeof(stacks));
}

/* Seven mappings, each in another segment; `uses` of them with sizes. */
static void maps_add(struct bytes *view, uint64_t time, uint32_t reason, uint32_t uses)
{
	static const uint64_t resident_kib[8] = { 8, 4, 1000, 4, 300, 60, 0, 0 };
	struct maps_definition head = { .header = { DEFINITION_MAPS, 0, 0, time },
		                            .reason = reason,
		                            .count = 7,
		                            .is_last = 1 };
	struct maps_use_definition use = { .header = { DEFINITION_MAPS_USE, 0, 0, time },
		                               .reason = reason,
		                               .count = uses };
	struct bytes record = { NULL, 0, 0 };

	bytes_add(&record, &head, sizeof(head));
	entry_add(&record, 0x1000, 0x3000, RW, 0, "[heap]");
	entry_add(&record, 0x10000, 0x11000, R, 0, "/data file");
	entry_add(&record, 0x100000, 0x200000, RW, MAPS_KIND_MALLOC, "");
	entry_add(&record, 0x300000, 0x301000, RW, MAPS_KIND_OWN, "");
	entry_add(&record, 0x400000, 0x480000, RW, 0, "");
	entry_add(&record, 0x500000, 0x510000, RW, 0, "");
	entry_add(&record, 0x7000000, 0x7021000, RW, 0, "[stack]");
	record_add(view, record.data, record.count);
	bytes_release(&record);
	if (!uses)
		return;
	bytes_add(&record, &use, sizeof(use));
	for (uint32_t i = 0; i < uses; i++)
		use_add(&record, resident_kib[i]);
	record_add(view, record.data, record.count);
	bytes_release(&record);
}

static struct bytes known_snapshot(uint32_t uses)
{
	struct bytes view = { NULL, 0, 0 };

	totals_add(&view, 5, MAPS_END, 1000);
	stacks_add(&view, 5);
	maps_add(&view, 5, MAPS_END, uses);
	return view;
}

static void sizes_become_segments(void **state)
{
	struct bytes record = known_snapshot(7);
	struct self_view views;
	const struct segment_snapshot *snapshot;
	struct error error;

	(void)state;
	assert_int_equal(self_view_of(&record, &views, &error), 0);
	assert_int_equal(views.count, 1);
	snapshot = views.views[0].snapshot;
	assert_non_null(snapshot);
	assert_true(snapshot->is_own);
	assert_int_equal(snapshot->time_ns, 1000);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].rss, 1008 * KIB);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].private_dirty, 1008 * KIB);
	assert_int_equal(snapshot->uses[SEGMENT_HEAP].size, 0x102000);
	assert_int_equal(snapshot->uses[SEGMENT_FILE].rss, 4 * KIB);
	assert_int_equal(snapshot->uses[SEGMENT_OUTLIVE].rss, 4 * KIB);
	assert_int_equal(snapshot->uses[SEGMENT_STACK].rss, 300 * KIB);
	assert_int_equal(snapshot->uses[SEGMENT_OTHER].rss, 60 * KIB);
	/* without the 4 KiB of the recorder's own */
	assert_int_equal(snapshot->total.rss, (8 + 4 + 1000 + 300 + 60) * KIB);
	assert_int_equal(snapshot->peak_rss, 12 << 20);
	assert_int_equal(snapshot->thread_count, 2);
	assert_int_equal(snapshot->stack_count, 2);
	assert_int_equal(snapshot->stacks[0].tid, 8);
	assert_string_equal(snapshot->stacks[0].name, "\033[31mred");
	assert_int_equal(snapshot->stacks[0].rss, 300 * KIB);
	assert_int_equal(snapshot->stacks[1].tid, 7);
	assert_int_equal(views.views[0].totals.rss, 9 << 20);
	self_view_release(&views);
	bytes_release(&record);
}

/* Sizes of some only: the snapshot is there as it ever was, and the totals. */
static void some_sizes_are_none(void **state)
{
	struct self_view views;
	struct bytes record;
	struct error error;

	(void)state;
	for (uint32_t uses = 0; uses < 7; uses++) {
		record = known_snapshot(uses);
		assert_int_equal(self_view_of(&record, &views, &error), 0);
		assert_int_equal(views.count, 1);
		assert_null(views.views[0].snapshot);
		assert_true(views.views[0].is_whole);
		assert_int_equal(views.views[0].totals.rss, 9 << 20);
		self_view_release(&views);
		bytes_release(&record);
	}
}

/* What lies right above a library's data is its bss, unless the process says it is not. */
static void what_is_not_bss_is_reported(void **state)
{
	static const struct {
		uint16_t kind;
		enum segment segment;
	} expected[] = {
		{ MAPS_KIND_UNTOLD, SEGMENT_BSS },  { MAPS_KIND_BSS, SEGMENT_BSS },
		{ MAPS_KIND_APART, SEGMENT_OTHER }, { MAPS_KIND_MALLOC, SEGMENT_HEAP },
		{ MAPS_KIND_OWN, SEGMENT_OUTLIVE }, { 99, SEGMENT_OTHER }
	};
	struct self_view views;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		struct maps_definition head = { .header = { DEFINITION_MAPS, 0, 0, 5 },
			                            .reason = MAPS_START,
			                            .count = 3,
			                            .is_last = 1 };
		struct bytes record = { NULL, 0, 0 }, view = { NULL, 0, 0 };

		bytes_add(&record, &head, sizeof(head));
		entry_add(&record, 0x10000, 0x11000, R | MAPS_EXECUTE, 0, "/lib/liba.so");
		entry_add(&record, 0x11000, 0x12000, RW, 0, "/lib/liba.so");
		entry_add(&record, 0x12000, 0x52000, RW, expected[i].kind, "");
		record_add(&view, record.data, record.count);
		assert_int_equal(self_view_of(&view, &views, &error), 0);
		assert_int_equal(views.views[0].sizes[expected[i].segment], 0x40000);
		self_view_release(&views);
		bytes_release(&record);
		bytes_release(&view);
	}
}

/* What lies above a guard is a stack if a thread's block ends it, or if nobody looked. */
static void what_is_above_a_guard(void **state)
{
	static const struct {
		uint16_t kind;
		enum segment segment;
	} expected[] = {
		{ MAPS_KIND_UNTOLD, SEGMENT_STACK },
		{ MAPS_KIND_STACK, SEGMENT_STACK },
		{ MAPS_KIND_GUARDED, SEGMENT_OTHER },
	};
	struct self_view views;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		struct maps_definition head = { .header = { DEFINITION_MAPS, 0, 0, 5 },
			                            .reason = MAPS_START,
			                            .count = 2,
			                            .is_last = 1 };
		struct bytes record = { NULL, 0, 0 }, view = { NULL, 0, 0 };

		bytes_add(&record, &head, sizeof(head));
		entry_add(&record, 0x10000, 0x11000, 0, 0, "");
		entry_add(&record, 0x11000, 0x51000, RW, expected[i].kind, "");
		record_add(&view, record.data, record.count);
		assert_int_equal(self_view_of(&view, &views, &error), 0);
		assert_int_equal(views.views[0].sizes[expected[i].segment], 0x40000);
		self_view_release(&views);
		bytes_release(&record);
		bytes_release(&view);
	}
}

/*
 * Where an arena of glibc could begin, with memory reserved behind it, is one, unless the process
 * says it is not.
 */
static void what_is_aligned_as_an_arena(void **state)
{
	static const struct {
		uint16_t kind;
		enum segment segment;
	} expected[] = {
		{ MAPS_KIND_UNTOLD, SEGMENT_HEAP },
		{ MAPS_KIND_GUARDED, SEGMENT_HEAP },
		{ MAPS_KIND_GO, SEGMENT_GO_HEAP },
		{ MAPS_KIND_ALIGNED, SEGMENT_OTHER },
	};
	struct self_view views;
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(*expected); i++) {
		struct maps_definition head = { .header = { DEFINITION_MAPS, 0, 0, 5 },
			                            .reason = MAPS_START,
			                            .count = 3,
			                            .is_last = 1 };
		struct bytes record = { NULL, 0, 0 }, view = { NULL, 0, 0 };

		bytes_add(&record, &head, sizeof(head));
		entry_add(&record, 0x7fff000, 0x8000000, 0, 0, "");
		entry_add(&record, 0x8000000, 0x8040000, RW, expected[i].kind, "");
		entry_add(&record, 0x8040000, 0xc000000, 0, 0, "");
		record_add(&view, record.data, record.count);
		assert_int_equal(self_view_of(&view, &views, &error), 0);
		assert_int_equal(views.views[0].sizes[expected[i].segment], 0x40000);
		self_view_release(&views);
		bytes_release(&record);
		bytes_release(&view);
	}
}

/* Every prefix, and every bit changed: refused or taken, never more than there is. */
static void wrong_records(void **state)
{
	struct bytes record = known_snapshot(7);

	(void)state;
	record_survives_damage(&record);
	bytes_release(&record);
}

/* Where the stacks are wrong, the sizes need not be. */
static void wrong_expect(struct bytes *record, const char *what, bool has_sample)
{
	struct self_view views;
	struct error error = { "" };

	assert_int_equal(self_view_of(record, &views, &error), -1);
	if (!strstr(error.message, what))
		fail_msg("'%s' does not say '%s'", error.message, what);
	assert_int_equal(views.count && views.views[0].snapshot, has_sample);
	self_view_release(&views);
	bytes_release(record);
}

static void damage_is_reported(void **state)
{
	const size_t stacks = sizeof(struct memory_definition);
	struct bytes record = known_snapshot(7);
	uint32_t many = 0x7fffffff;
	uint64_t huge = UINT64_MAX;

	(void)state;
	memcpy(record.data + offsetof(struct memory_definition, resident), &huge, 8);
	wrong_expect(&record, "impossible totals of a process", false);
	record = known_snapshot(7);
	memcpy(record.data + stacks + offsetof(struct stacks_definition, count), &many, 4);
	wrong_expect(&record, "a list of stacks does not hold 2147483647", true);
	record = known_snapshot(8);
	wrong_expect(&record, "sizes of mappings that do not exist", false);
	record = known_snapshot(7);
	memset(record.data + record.count - 16, 0xff, 16);
	wrong_expect(&record, "impossible sizes of mappings", false);
}

/* ---- in a trace ---- */

static void snapshot_add(struct trace_build *trace, uint64_t time_ns, uint32_t reasons)
{
	struct segment_snapshot snapshot = { .time_ns = time_ns,
		                                 .reasons = reasons,
		                                 .mapping_count = 1,
		                                 .thread_count = 1,
		                                 .stack_limit = 8 << 20 };
	struct text payload = { NULL, 0, 0 };

	snapshot.uses[SEGMENT_HEAP].size = snapshot.uses[SEGMENT_HEAP].rss = 500 * KIB;
	snapshot.mappings[SEGMENT_HEAP] = 1;
	assert_int_equal(segment_snapshot_save(&snapshot, &payload), 0);
	trace_build_block(trace, BLOCK_SEGMENTS, 0, payload.data, payload.bytes);
	text_release(&payload);
}

static struct profile *profile_of(struct trace_build *trace, uint32_t uses,
                                  uint64_t outside_ms, struct trace_reader **reader)
{
	struct ring_header header = build_header(7);
	struct bytes view = { NULL, 0, 0 };
	struct error error = { "" };
	struct chunk_build chunk;
	struct profile *profile;

	trace_build_begin(trace, header.session);
	trace_build_process(trace, 0, &header);
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	totals_add(&view, header.start_ticks + 100 * MS, MAPS_EXEC,
	           header.start_ns + 100 * MS);
	maps_add(&view, header.start_ticks + 100 * MS, MAPS_EXEC, uses);
	totals_add(&view, header.start_ticks + 300 * MS, MAPS_END,
	           header.start_ns + 300 * MS);
	maps_add(&view, header.start_ticks + 300 * MS, MAPS_END, uses);
	chunk_build_raw(&chunk, view.data, view.count, 0);
	trace_build_chunk(trace, 0, &chunk);
	chunk_build_release(&chunk);
	bytes_release(&view);
	if (outside_ms) {
		snapshot_add(trace, header.start_ns + 50 * MS, SEGMENTS_FIRST);
		snapshot_add(trace, header.start_ns + outside_ms * MS,
		             SEGMENTS_INTERVAL | SEGMENTS_LAST);
	}
	trace_build_end(trace);
	*reader = trace_reader_open_memory("memory", trace->bytes.data, trace->bytes.count,
	                                   &error);
	assert_non_null(*reader);
	profile = profile_read(*reader, 0, NULL, NULL, &error);
	assert_non_null(profile);
	assert_int_equal(trace_reader_problems(*reader)->count, 0);
	return profile;
}

static void end_expect(const struct profile *profile, const char *what)
{
	struct text shown = { NULL, 0, 0 };
	FILE *file = open_memstream(&shown.data, &shown.bytes);
	struct screen screen = screen_of(file);

	segment_end_text(profile, &screen);
	assert_int_equal(fclose(file), 0);
	for (char *at = shown.data; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	if (!strstr(shown.data, what))
		fail_msg("'%s' does not say '%s'", shown.data, what);
	free(shown.data);
}

static void release(struct trace_build *trace, struct trace_reader *reader,
                    struct profile *profile)
{
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&trace->bytes);
}

/* Samples of both in the order of their times; the latest is the last. */
static void self_snapshots_are_snapshots(void **state)
{
	const struct segment_snapshot *snapshots;
	struct trace_reader *reader;
	struct trace_build trace;
	struct profile *profile;

	(void)state;
	profile = profile_of(&trace, 7, 250, &reader);
	snapshots = profile->segments.snapshots;
	assert_int_equal(profile->segments.count, 4);
	assert_int_equal(profile->segments.read, 2);
	assert_int_equal(profile->segments.own_count, 2);
	assert_int_equal(snapshots[0].reasons, SEGMENTS_FIRST);
	assert_int_equal(snapshots[1].time_ns, 100 * MS);
	assert_int_equal(snapshots[1].reasons, 0);
	assert_int_equal(snapshots[2].time_ns, 250 * MS);
	assert_int_equal(snapshots[2].reasons, SEGMENTS_INTERVAL);
	assert_int_equal(snapshots[3].time_ns, 300 * MS);
	assert_int_equal(snapshots[3].reasons, SEGMENTS_LAST);
	assert_true(snapshots[3].is_own && snapshots[1].is_own && !snapshots[2].is_own);
	assert_int_equal(snapshots[3].pid, 7);
	assert_int_equal(snapshots[3].stack_limit, 8 << 20);
	assert_int_equal(profile->segments.peak.time_ns, 100 * MS);
	assert_int_equal(profile->segments.highest, 1);
	assert_int_equal(profile->segments.kernel_peak, (12 << 20) - 4 * KIB);
	assert_int_equal(profile->segments.interval_ns, 200 * MS);
	end_expect(profile, "9.00 MiB resident; ");
	end_expect(profile, "own snapshot) ");
	release(&trace, reader, profile);
	/* it was seen from outside after that */
	profile = profile_of(&trace, 7, 350, &reader);
	snapshots = profile->segments.snapshots;
	assert_int_equal(snapshots[2].reasons, 0);
	assert_int_equal(snapshots[3].time_ns, 350 * MS);
	assert_int_equal(snapshots[3].reasons, SEGMENTS_INTERVAL | SEGMENTS_LAST);
	release(&trace, reader, profile);
	/* and never */
	profile = profile_of(&trace, 7, 0, &reader);
	assert_int_equal(profile->segments.count, 2);
	assert_int_equal(profile->segments.peak.rss, 1372 * KIB);
	assert_int_equal(profile->segments.interval_ns, 0);
	release(&trace, reader, profile);
}

/* Without sizes: the totals are shown beside the last snapshot from outside. */
static void totals_are_reported(void **state)
{
	struct trace_reader *reader;
	struct trace_build trace;
	struct profile *profile;

	(void)state;
	profile = profile_of(&trace, 0, 250, &reader);
	assert_int_equal(profile->segments.count, 2);
	assert_int_equal(profile->segments.snapshots[1].reasons,
	                 SEGMENTS_INTERVAL | SEGMENTS_LAST);
	assert_int_equal(profile->segments.kernel_peak, 12 << 20);
	end_expect(profile, "50.0 ms after the last snapshot: 9.00 MiB resident; ");
	release(&trace, reader, profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_become_segments),
		cmocka_unit_test(some_sizes_are_none),
		cmocka_unit_test(what_is_not_bss_is_reported),
		cmocka_unit_test(what_is_above_a_guard),
		cmocka_unit_test(what_is_aligned_as_an_arena),
		cmocka_unit_test(wrong_records),
		cmocka_unit_test(damage_is_reported),
		cmocka_unit_test(self_snapshots_are_snapshots),
		cmocka_unit_test(totals_are_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

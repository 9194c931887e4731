/*
 * fuzz_trace_reader.c - whatever bytes: no crash, no hang, no leak.
 *
 * The first byte says what the rest is:
 *   'F'  a file, trace or ring, as it is
 *   'C'  the records of an event chunk    \  in a ring that is otherwise sound, so that
 *   'D'  the records of a definition chunk /  no checksum stands before them
 *   'S'  the payload of a SYMBOLS block
 *   'G'  the payload of a SEGMENTS block
 */
#include "trace/counts.h"
#include "replay/profile.h"
#include "report/csv/reporter.h"
#include "report/json/reporter.h"
#include "report/text/reporter.h"
#include "report/timeline.h"
#include "trace/symbol_block.h"
#include "trace_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_CHUNK_BYTES 65536u
#define FUZZ_HEADER_BYTES 8192u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static const struct reporter *const reporters[] = { &text_reporter, &json_reporter,
	                                                &csv_reporter };
#define REPORTER_COUNT (sizeof(reporters) / sizeof(*reporters))

/* In every format, every view that needs no more than the profile. */
static void profile_tell(struct trace_reader *reader, const struct profile *profile,
                         FILE *nowhere)
{
	struct report_settings settings = { .group = REPORT_BY_PATH, .top = 100 };
	struct report_output output = { .file = nowhere };
	struct report_subject subject = { .view = REPORT_OVERVIEW,
		                              .reader = reader,
		                              .profile = profile,
		                              .settings = &settings };
	size_t i;

	for (; subject.view <= REPORT_STACKS; settings.view = ++subject.view) {
		for (i = 0; i < REPORTER_COUNT; i++) {
			if (!reporters[i]->show[subject.view])
				continue;
			/* JSON is the same document in each, and reads all processes */
			if (reporters[i] != &json_reporter || subject.view == REPORT_ROWS)
				reporter_show(reporters[i], &output, &subject);
		}
	}
}

/* Of a trace with samples, or a ring with snapshots of the process itself. */
static void segments_tell(const struct profile *profile, FILE *nowhere)
{
	struct segment_timeline timeline = { .profile = profile };
	struct report_output output = { .file = nowhere };
	struct report_subject subject = { .view = REPORT_TIMELINE, .timeline = &timeline };
	size_t i;

	if (profile->segments.count)
		timeline.to = profile->segments.count - 1;
	else
		timeline.view = TIMELINE_NONE;
	for (i = 0; i < REPORTER_COUNT; i++) {
		if (profile->segments.count || profile->views.count ||
		    reporters[i] != &text_reporter)
			reporter_show(reporters[i], &output, &subject);
	}
}

static void read_file(const uint8_t *data, size_t bytes)
{
	static FILE *nowhere;
	struct trace_reader *reader;
	struct process_counts counts;
	struct profile *profile;
	struct error error;
	size_t i;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	reader = trace_reader_open_memory("fuzz", data, bytes, &error);
	if (!reader)
		return;
	for (i = 0; i < trace_reader_process_count(reader) && i < 4; i++) {
		profile = profile_read(reader, i, NULL, NULL, &error);
		if (profile) {
			profile_tell(reader, profile, nowhere);
			segments_tell(profile, nowhere);
		}
		profile_free(profile);
		process_count(&counts, reader, trace_reader_process(reader, i), NULL, NULL,
		              NULL);
	}
	trace_reader_close(reader);
}

static void chunk_put(uint8_t *ring, unsigned number, uint32_t kind,
                      const uint8_t *data, size_t bytes)
{
	struct chunk_header header = { .ticket = number + 1, .kind = kind, .pid = 1 };
	uint32_t state = kind == CHUNK_KIND_EVENTS ? CHUNK_FULL : CHUNK_DEFINITIONS;
	uint64_t word = header.ticket << CHUNK_STATE_BITS | state;
	uint8_t *chunk = ring + FUZZ_HEADER_BYTES + number * FUZZ_CHUNK_BYTES;

	if (bytes > FUZZ_CHUNK_BYTES - sizeof(header))
		bytes = FUZZ_CHUNK_BYTES - sizeof(header);
	header.commit = (uint64_t)(bytes / 2) << 32 | (bytes + sizeof(header));
	memcpy(ring + RING_HEADER_BYTES + 8 * number, &word, sizeof(word));
	memcpy(chunk, &header, sizeof(header));
	memcpy(chunk + sizeof(header), data, bytes);
}

static void read_chunk(uint32_t kind, const uint8_t *data, size_t bytes)
{
	const struct ring_header header = {
		.magic = RING_MAGIC,
		.version_major = FORMAT_VERSION_MAJOR,
		.header_bytes = FUZZ_HEADER_BYTES,
		.chunk_bytes = FUZZ_CHUNK_BYTES,
		.chunk_count = 2,
		.states_offset = RING_HEADER_BYTES,
		.clock_kind = CLOCK_MONOTONIC_NS,
		.executable = "fuzz",
	};
	const uint8_t run[1 + sizeof(struct run_record)] = { CONTROL_TAG(CONTROL_RUN) };
	const size_t ring_bytes = FUZZ_HEADER_BYTES + 2 * FUZZ_CHUNK_BYTES;
	uint8_t *ring = calloc(1, ring_bytes);

	if (!ring)
		return;
	memcpy(ring, &header, sizeof(header));
	chunk_put(ring, 0, kind, data, bytes);
	chunk_put(ring, 1, CHUNK_KIND_EVENTS, run, sizeof(run));
	read_file(ring, ring_bytes);
	free(ring);
}

static void read_symbols(const uint8_t *data, size_t bytes)
{
	struct symbol_table *table = symbol_table_new();
	struct text saved = { NULL, 0, 0 };
	struct error error;

	if (table && !symbol_block_load(table, data, bytes, &error))
		symbol_table_save(table, &saved);
	text_release(&saved);
	symbol_table_free(table);
}

static void read_segments(const uint8_t *data, size_t bytes)
{
	struct text saved = { NULL, 0, 0 };
	struct segment_snapshot sample;
	struct error error;

	if (!segment_snapshot_load(&sample, data, bytes, &error))
		segment_snapshot_save(&sample, &saved);
	segment_snapshot_release(&sample);
	text_release(&saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	uint8_t *copy;

	if (!bytes)
		return 0;
	copy = malloc(bytes); /* of its size, so that ASan sees one step beyond */
	memcpy(copy, data + 1, bytes - 1);
	switch (data[0]) {
	case 'F': read_file(copy, bytes - 1); break;
	case 'C': read_chunk(CHUNK_KIND_EVENTS, copy, bytes - 1); break;
	case 'D': read_chunk(CHUNK_KIND_DEFINITIONS, copy, bytes - 1); break;
	case 'S': read_symbols(copy, bytes - 1); break;
	case 'G': read_segments(copy, bytes - 1); break;
	}
	free(copy);
	return 0;
}

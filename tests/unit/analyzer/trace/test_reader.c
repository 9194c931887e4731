/* test_reader.c - traces and rings, whole, cut short, and wrong on purpose. */
#include "trace_builder.h"
#include "trace/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_says(const char *message, const char *what)
{
	if (!strstr(message, what))
		fail_msg("'%s' does not say '%s'", message, what);
}

static struct trace_reader *open_bytes(const struct bytes *bytes)
{
	struct error error = { "" };
	struct trace_reader *reader = trace_reader_open_memory("memory", bytes->data,
	                                                       bytes->count, &error);

	if (!reader)
		fail_msg("%s", error.message);
	return reader;
}

static void expect_refused(const struct bytes *bytes, const char *what)
{
	struct error error;

	assert_null(trace_reader_open_memory("memory", bytes->data, bytes->count, &error));
	assert_says(error.message, what);
}

static void expect_problem(struct trace_reader *reader, const char *what)
{
	const struct problem_list *problems = trace_reader_problems(reader);
	size_t i;

	for (i = 0; i < problems->count && i < PROBLEMS_KEPT; i++) {
		if (strstr(problems->messages[i], what))
			return;
	}
	fail_msg("no problem says '%s' (there are %llu, first '%s')", what, problems->count,
	         problems->count ? problems->messages[0] : "");
}

static void reads_the_sample(void **state)
{
	struct trace_build trace;
	struct trace_reader *reader;
	struct trace_process *process;
	struct chunk_buffer buffer = { NULL, 0, 0 };
	struct symbol_table *symbols = symbol_table_new();
	struct address_map *map;
	size_t count;

	(void)state;
	build_sample_trace(&trace);
	reader = open_bytes(&trace.bytes);
	assert_true(trace_reader_is_trace(reader));
	assert_true(trace_reader_is_complete(reader));
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	assert_int_equal(trace_reader_process_count(reader), 2);
	process = trace_reader_process(reader, 0);
	assert_int_equal(process->header.pid, 4321);
	assert_int_equal(process->chunks.count, 2);
	assert_int_equal(process->definitions.count, 1);
	assert_int_equal(process->events, 14);
	assert_int_equal(
		trace_reader_chunk(reader, process, &process->chunks.entries[1], &buffer), 0);
	assert_int_equal(buffer.bytes, process->chunks.entries[1].used_bytes);
	map = trace_reader_map(reader, process);
	assert_int_equal(address_map_module_count(map), 2);
	assert_string_equal(address_map_module(map, 1)->path, "/usr/lib/plugin.so");
	assert_int_equal(trace_reader_symbols(reader, process, symbols), 0);
	symbol_table_find(symbols, 0, 0x1200, &count);
	assert_int_equal(count, 2);
	assert_int_equal(trace_reader_problems(reader)->count, 0);
	address_map_free(map);
	symbol_table_free(symbols);
	chunk_buffer_release(&buffer);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

static void refuses_what_is_no_trace(void **state)
{
	struct trace_build trace;
	struct bytes text = { NULL, 0, 0 };
	uint64_t unknown = 4;
	char refusal[64];

	(void)state;
	bytes_add(&text, "short", 5);
	expect_refused(&text, "memory: is too short (5 bytes)");
	bytes_add(&text, " no more, but no trace", 22);
	expect_refused(&text, "neither a trace nor a ring");
	bytes_release(&text);

	build_sample_trace(&trace);
	trace.bytes.data[offsetof(struct trace_header, version_major)] = 2;
	snprintf(refusal, sizeof(refusal),
	         "has format version 2.%d, this outlive reads 1.x", FORMAT_VERSION_MINOR);
	expect_refused(&trace.bytes, refusal);
	trace.bytes.data[offsetof(struct trace_header, version_major)] = 1;
	memcpy(trace.bytes.data + offsetof(struct trace_header, features_required),
	       &unknown, 8);
	expect_refused(&trace.bytes, "needs features (bits 0x4)");
	trace.bytes.count = sizeof(struct trace_header) - 1;
	expect_refused(&trace.bytes, "ends in the middle");
	bytes_release(&trace.bytes);
}

static void refuses_a_trace_of_nothing(void **state)
{
	struct trace_build trace;

	(void)state;
	trace_build_begin(&trace, 1);
	trace_build_end(&trace);
	expect_refused(&trace.bytes, "holds no process");
	bytes_release(&trace.bytes);
}

static void later_minors_are_read(void **state)
{
	struct trace_build trace;

	(void)state;
	build_sample_trace(&trace);
	trace.bytes.data[offsetof(struct trace_header, version_minor)] = 9;
	trace.bytes.data[offsetof(struct trace_header, features_optional)] = 0xff;
	trace_reader_close(open_bytes(&trace.bytes));
	bytes_release(&trace.bytes);
}

/* A header between other bytes is found again, and what was skipped is reported. */
static void finds_its_feet_after_damage(void **state)
{
	struct ring_header header = build_header(5);
	struct trace_build trace;
	struct trace_reader *reader;
	struct chunk_build chunk;
	size_t damaged;
	int i;

	(void)state;
	trace_build_begin(&trace, header.session);
	trace_build_process(&trace, 0, &header);
	damaged = trace.bytes.count;
	for (i = 0; i < 3; i++) {
		chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1 + (uint64_t)i, 0);
		chunk_build_run(&chunk, 1, 10, 0, NULL, 0);
		chunk_build_malloc(&chunk, 20, 0, NULL, 0, 0x1000, 10);
		trace_build_chunk(&trace, 0, &chunk);
		chunk_build_release(&chunk);
	}
	trace_build_end(&trace);
	trace.bytes.data[damaged + offsetof(struct trace_block, stored_bytes) + 2] = 0xff;
	reader = open_bytes(&trace.bytes);
	assert_int_equal(trace_reader_process(reader, 0)->chunks.count, 2);
	assert_false(trace_reader_is_complete(reader));
	expect_problem(reader, "is cut short in a block; skipped to the next block");
	expect_problem(reader, "1 of its 4 blocks are missing");
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

static void damaged_chunks_are_counted(void **state)
{
	struct trace_build trace;
	struct trace_reader *reader;
	struct trace_process *process;
	struct chunk_buffer buffer = { NULL, 0, 0 };
	const struct chunk_entry *entry;

	(void)state;
	build_sample_trace(&trace);
	reader = open_bytes(&trace.bytes);
	process = trace_reader_process(reader, 0);
	entry = &process->chunks.entries[0];
	trace.bytes.data[entry->offset + entry->stored_bytes / 2] ^= 0x10;
	assert_int_equal(trace_reader_chunk(reader, process, entry, &buffer), -1);
	expect_problem(reader, "a block is damaged");
	assert_int_equal(process->damaged_events, 10);
	assert_int_equal(process->damaged_chunks, 1);
	chunk_buffer_release(&buffer);
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

static void a_bomb_is_not_unpacked(void **state)
{
	struct ring_header header = build_header(5);
	struct trace_build trace;
	struct trace_reader *reader;
	struct trace_block block = { .type = BLOCK_SYMBOLS,
		                         .magic = BLOCK_MAGIC,
		                         .raw_bytes = 1ull << 30 };

	(void)state;
	trace_build_begin(&trace, header.session);
	trace_build_process(&trace, 0, &header);
	bytes_add(&trace.bytes, &block, sizeof(block));
	reader = open_bytes(&trace.bytes);
	expect_problem(reader, "size cannot be");
	trace_reader_close(reader);
	bytes_release(&trace.bytes);
}

static void unknown_blocks(void **state)
{
	struct ring_header header = build_header(5);
	struct trace_build trace;
	struct trace_reader *reader;
	struct chunk_build chunk;

	(void)state;
	trace_build_begin(&trace, header.session);
	trace_build_process(&trace, 0, &header);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 1, 0);
	chunk_build_run(&chunk, 1, 1, 0, NULL, 0);
	chunk_build_free(&chunk, 2, 0x1000);
	trace_build_chunk(&trace, 3, &chunk);
	trace_build_end(&trace);
	reader = open_bytes(&trace.bytes);
	assert_int_equal(trace_reader_process_count(reader), 1);
	expect_problem(reader, "nothing says what process 3 was; its 1 chunks are skipped");
	trace_reader_close(reader);
	chunk_build_release(&chunk);
	bytes_release(&trace.bytes);
}

/* ---- rings ---------------------------------------------------------------------------- */

static void event_chunk(struct chunk_build *chunk, uint64_t ticket, uint64_t time)
{
	chunk_build_begin(chunk, CHUNK_KIND_EVENTS, ticket, time);
	chunk_build_run(chunk, 1, time, 0, NULL, 0);
	chunk_build_malloc(chunk, time + 1, 0, NULL, 0, 0x1000 * ticket, 10);
}

static void small_ring(struct bytes *ring, struct ring_header *header)
{
	struct chunk_build chunks[4];
	const struct chunk_build *pointers[] = { &chunks[0], &chunks[1], &chunks[2],
		                                     &chunks[3] };
	const uint32_t states[] = { CHUNK_DEFINITIONS, CHUNK_FULL, CHUNK_OWNED,
		                        CHUNK_PARKED };
	int i;

	chunk_build_begin(&chunks[0], CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunks[0], 0, 0x1000, 0x2000, 0, "program", "");
	for (i = 1; i < 4; i++)
		event_chunk(&chunks[i], 1 + (uint64_t)i, 100 * (uint64_t)i);
	ring_build(ring, header, pointers, states, 4, 6);
	for (i = 0; i < 4; i++)
		chunk_build_release(&chunks[i]);
}

static void reads_a_ring(void **state)
{
	struct ring_header header = build_header(77);
	struct bytes ring = { NULL, 0, 0 };
	struct trace_reader *reader;
	struct trace_process *process;
	struct chunk_buffer buffer = { NULL, 0, 0 };
	size_t i;

	(void)state;
	small_ring(&ring, &header);
	reader = open_bytes(&ring);
	assert_false(trace_reader_is_trace(reader));
	process = trace_reader_process(reader, 0);
	assert_true(process->is_from_ring);
	assert_int_equal(process->chunks.count, 3);
	assert_int_equal(process->definitions.count, 1);
	assert_int_equal(process->events, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(
			trace_reader_chunk(reader, process, &process->chunks.entries[i], &buffer),
			0);
	chunk_buffer_release(&buffer);
	trace_reader_close(reader);
	bytes_release(&ring);
}

/* Between the check and the copy the flight recorder may take a chunk again. */
static void a_chunk_that_was_overwritten_is_reported(void **state)
{
	struct ring_header header = build_header(77);
	struct bytes ring = { NULL, 0, 0 };
	struct trace_reader *reader;
	struct trace_process *process;
	struct chunk_buffer buffer = { NULL, 0, 0 };
	uint64_t ticket = 99;

	(void)state;
	small_ring(&ring, &header);
	reader = open_bytes(&ring);
	process = trace_reader_process(reader, 0);
	memcpy(ring.data + process->chunks.entries[0].offset, &ticket, 8);
	assert_int_equal(
		trace_reader_chunk(reader, process, &process->chunks.entries[0], &buffer), -1);
	expect_problem(reader, "overwritten while it was read");
	assert_int_equal(process->damaged_events, 1);
	chunk_buffer_release(&buffer);
	trace_reader_close(reader);
	bytes_release(&ring);
}

static void refuses_rings_that_cannot_be(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
		const char *what;
	} cases[] = {
		{ offsetof(struct ring_header, version_major), 3, "format version 3.0" },
		{ offsetof(struct ring_header, features_required), 2, "bits 0x2" },
		{ offsetof(struct ring_header, features_required), 1, "one sample in 0 bytes" },
		{ offsetof(struct ring_header, sample_bytes), 1, "one sample in 1 bytes" },
		{ offsetof(struct ring_header, chunk_bytes), 5000, "5000 bytes cannot be" },
		{ offsetof(struct ring_header, chunk_count), 0, "0 chunks cannot be" },
		{ offsetof(struct ring_header, chunk_count), 1000, "header of" },
		{ offsetof(struct ring_header, chunk_count), 400, "is cut short" },
		{ offsetof(struct ring_header, states_offset), 16, "header of" },
		{ offsetof(struct ring_header, header_bytes), 1 << 30, "header of" },
		{ offsetof(struct ring_header, clock_shift), 99, "clock shift of 99" },
	};
	struct ring_header header = build_header(77);
	struct bytes ring = { NULL, 0, 0 };
	uint8_t page[RING_HEADER_BYTES];
	size_t i;

	(void)state;
	small_ring(&ring, &header);
	memcpy(page, ring.data, sizeof(page));
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		memcpy(ring.data + cases[i].offset, &cases[i].value, 4);
		expect_refused(&ring, cases[i].what);
		memcpy(ring.data, page, sizeof(page));
	}
	bytes_release(&ring);
}

static void write_file(const char *directory, const char *name,
                       const struct bytes *bytes)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes->data, 1, bytes->count, file), bytes->count);
	fclose(file);
}

static void remove_file(const char *directory, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	unlink(path);
}

/*
 * The reader died: the trace has no end, one chunk is in it, and two more are only in
 * the ring; another session's ring in the same directory is not ours.
 */
static void a_cut_trace_takes_its_rings(void **state)
{
	char directory[] = "/tmp/outlive-test-XXXXXX", path[64];
	struct ring_header header = build_header(77), other = build_header(78);
	struct bytes ring = { NULL, 0, 0 }, stranger = { NULL, 0, 0 };
	struct trace_build trace;
	struct trace_reader *reader;
	struct chunk_build chunk;
	struct error error;

	(void)state;
	assert_non_null(mkdtemp(directory));
	trace_build_begin(&trace, header.session);
	trace_build_block(&trace, BLOCK_RING_DIRECTORY, 0, directory, strlen(directory));
	trace_build_process(&trace, 0, &header);
	event_chunk(&chunk, 2, 100);
	trace_build_chunk(&trace, 0, &chunk);
	chunk_build_release(&chunk);
	small_ring(&ring, &header);
	other.session = 4;
	small_ring(&stranger, &other);
	write_file(directory, "77.0.ring", &ring);
	write_file(directory, "78.0.ring", &stranger);
	write_file(directory, ".79.0.ring", &ring);
	write_file(directory, "cut.outlive", &trace.bytes);
	snprintf(path, sizeof(path), "%s/cut.outlive", directory);
	reader = trace_reader_open(path, &error);
	assert_non_null(reader);
	assert_false(trace_reader_is_complete(reader));
	assert_int_equal(trace_reader_rings_taken(reader), 1);
	assert_int_equal(trace_reader_process_count(reader), 1);
	assert_int_equal(trace_reader_process(reader, 0)->chunks.count, 3);
	assert_int_equal(trace_reader_process(reader, 0)->definitions.count, 1);
	trace_reader_close(reader);
	remove_file(directory, "77.0.ring");
	remove_file(directory, "78.0.ring");
	remove_file(directory, ".79.0.ring");
	remove_file(directory, "cut.outlive");
	rmdir(directory);
	bytes_release(&ring);
	bytes_release(&stranger);
	bytes_release(&trace.bytes);
}

static void refuses_what_is_no_file(void **state)
{
	struct error error;

	(void)state;
	assert_null(trace_reader_open("/nowhere/at\nall", &error));
	assert_says(error.message, "/nowhere/at?all: cannot be opened: No such file");
	assert_null(trace_reader_open("/tmp", &error));
	assert_says(error.message, "/tmp: is no regular file");
	assert_null(trace_reader_open("/dev/zero", &error));
	assert_says(error.message, "is no regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_sample),
		cmocka_unit_test(refuses_what_is_no_trace),
		cmocka_unit_test(refuses_a_trace_of_nothing),
		cmocka_unit_test(later_minors_are_read),
		cmocka_unit_test(finds_its_feet_after_damage),
		cmocka_unit_test(damaged_chunks_are_counted),
		cmocka_unit_test(a_bomb_is_not_unpacked),
		cmocka_unit_test(unknown_blocks),
		cmocka_unit_test(reads_a_ring),
		cmocka_unit_test(a_chunk_that_was_overwritten_is_reported),
		cmocka_unit_test(refuses_rings_that_cannot_be),
		cmocka_unit_test(a_cut_trace_takes_its_rings),
		cmocka_unit_test(refuses_what_is_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_writer.c - what is written is what trace_format.h says, whole or not at all. */
#include "trace/writer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

static char path[] = "/tmp/outlive-test-writer-XXXXXX";

static int file_open(void)
{
	int file;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	return file;
}

/* All of the file, which the caller frees. */
static uint8_t *file_read(size_t *bytes)
{
	int file = open(path, O_RDONLY);
	off_t end = lseek(file, 0, SEEK_END);
	uint8_t *data = malloc((size_t)end + 1);

	assert_int_equal(pread(file, data, (size_t)end, 0), end);
	close(file);
	*bytes = (size_t)end;
	return data;
}

static void fill(uint8_t *payload, size_t bytes, unsigned seed)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		payload[i] = (uint8_t)((i * seed) >> 3 ^ i);
}

static void assert_block(const uint8_t *data, size_t bytes, size_t *at,
                         const struct trace_block *about, const uint8_t *payload,
                         size_t payload_bytes)
{
	struct trace_block block;
	uint8_t *raw;

	assert_true(*at + sizeof(block) <= bytes);
	memcpy(&block, data + *at, sizeof(block));
	assert_int_equal(block.magic, BLOCK_MAGIC);
	assert_int_equal(block.type, about->type);
	assert_int_equal(block.process, about->process);
	assert_int_equal(block.ticket, about->ticket);
	assert_int_equal(block.time_first, about->time_first);
	assert_int_equal(block.events, about->events);
	assert_int_equal(block.raw_bytes, payload_bytes);
	*at += sizeof(block);
	assert_true(*at + block.stored_bytes <= bytes);
	raw = malloc(payload_bytes + 1);
	if (payload_bytes) {
		assert_int_equal(
			ZSTD_decompress(raw, payload_bytes, data + *at, block.stored_bytes),
			payload_bytes);
		assert_memory_equal(raw, payload, payload_bytes);
		/* one frame, its checksum on: the last byte turned makes it wrong */
		memcpy(raw, payload, payload_bytes);
		((uint8_t *)data)[*at + block.stored_bytes - 1] ^= 1;
		assert_true(ZSTD_isError(
			ZSTD_decompress(raw, payload_bytes, data + *at, block.stored_bytes)));
		((uint8_t *)data)[*at + block.stored_bytes - 1] ^= 1;
	}
	free(raw);
	*at += block.stored_bytes;
}

static void writes_header_blocks_and_end(void **state)
{
	struct trace_block process = { .type = BLOCK_PROCESS, .process = 0 };
	struct trace_block chunk = {
		.type = BLOCK_CHUNK, .process = 1, .ticket = 7, .time_first = 123, .events = 45
	};
	struct trace_block end = { .type = BLOCK_END, .events = 2 };
	uint8_t *first = malloc(4096), *second = malloc(CHUNK_BYTES), *data;
	struct trace_header header;
	struct trace_writer writer;
	struct error error = { "" };
	size_t bytes, at = sizeof(header);

	(void)state;
	fill(first, 4096, 3);
	fill(second, CHUNK_BYTES, 77);
	assert_int_equal(trace_writer_open(&writer, file_open(), path, 42, &error), 0);
	assert_int_equal(trace_writer_block(&writer, &process, first, 4096, &error), 0);
	writer.level = -5;
	assert_int_equal(trace_writer_block(&writer, &chunk, second, CHUNK_BYTES, &error),
	                 0);
	assert_int_equal(trace_writer_end(&writer, &error), 0);
	assert_int_equal(trace_writer_close(&writer, &error), 0);
	assert_string_equal(error.message, "");

	data = file_read(&bytes);
	memcpy(&header, data, sizeof(header));
	assert_int_equal(header.magic, TRACE_MAGIC);
	assert_int_equal(header.version_major, FORMAT_VERSION_MAJOR);
	assert_int_equal(header.header_bytes, sizeof(header));
	assert_int_equal(header.session, 42);
	assert_int_equal(header.features_required & ~FEATURES_REQUIRED_KNOWN, 0);
	assert_true(header.start_wall_ns > UINT64_C(1600000000000000000));
	assert_block(data, bytes, &at, &process, first, 4096);
	assert_block(data, bytes, &at, &chunk, second, CHUNK_BYTES);
	assert_block(data, bytes, &at, &end, NULL, 0);
	assert_int_equal(at, bytes);
	free(first);
	free(second);
	free(data);
	unlink(path);
}

/* Names come after the end was written: the end moves behind them. */
static void reopens_a_finished_trace(void **state)
{
	struct trace_block symbols = { .type = BLOCK_SYMBOLS, .process = 0 };
	struct trace_block end = { .type = BLOCK_END, .events = 1 };
	struct trace_writer writer;
	struct error error;
	uint8_t payload[300], *data;
	size_t bytes, at = sizeof(struct trace_header);

	(void)state;
	fill(payload, sizeof(payload), 5);
	assert_int_equal(trace_writer_open(&writer, file_open(), path, 1, &error), 0);
	assert_int_equal(trace_writer_end(&writer, &error), 0);
	trace_writer_reopen(&writer);
	assert_int_equal(
		trace_writer_block(&writer, &symbols, payload, sizeof(payload), &error), 0);
	assert_int_equal(trace_writer_end(&writer, &error), 0);
	assert_int_equal(trace_writer_close(&writer, &error), 0);
	data = file_read(&bytes);
	assert_block(data, bytes, &at, &symbols, payload, sizeof(payload));
	assert_block(data, bytes, &at, &end, NULL, 0);
	assert_int_equal(at, bytes);
	free(data);
	unlink(path);
}

/* A file size limit is the full disk that needs no disk. */
static void cuts_back_to_the_last_whole_block(void **state)
{
	struct trace_block chunk = { .type = BLOCK_CHUNK };
	struct rlimit before, small;
	struct trace_writer writer;
	struct error error = { "" };
	uint8_t payload[5000], *data;
	uint64_t whole = 0;
	size_t bytes, i;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(trace_writer_open(&writer, file_open(), path, 1, &error), 0);
	small = before;
	small.rlim_cur = 20000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	srandom(1);
	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)random();
	for (i = 0; i < 10; i++) {
		whole = writer.offset;
		if (trace_writer_block(&writer, &chunk, payload, sizeof(payload), &error))
			break;
	}
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(i, 3);
	assert_non_null(strstr(error.message, path));
	assert_non_null(strstr(error.message, "File too large"));
	/* from then on nothing is written, and nothing more is reported */
	error.message[0] = '\0';
	assert_int_equal(trace_writer_block(&writer, &chunk, payload, 10, &error), -1);
	assert_int_equal(trace_writer_end(&writer, &error), -1);
	assert_string_equal(error.message, "");
	assert_int_equal(trace_writer_close(&writer, &error), 0);
	data = file_read(&bytes);
	assert_int_equal(bytes, whole);
	free(data);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_header_blocks_and_end),
		cmocka_unit_test(reopens_a_finished_trace),
		cmocka_unit_test(cuts_back_to_the_last_whole_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

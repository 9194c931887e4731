/* test_packer.c - packed or not, a trace holds the same blocks; see record/packer.h. */
#include "record/packer.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cmocka.h>

#define CHUNKS 40
#define CHUNK_SIZE 60000

static char path[PATH_MAX], other[PATH_MAX + 8];
static struct trace_writer writer;
static uint8_t chunk[CHUNK_SIZE], raw[CHUNK_SIZE];

/* Repeats itself, so that it can be packed; each chunk is another. */
static void chunk_fill(unsigned number)
{
	for (size_t i = 0; i < sizeof(chunk); i++)
		chunk[i] = (uint8_t)(number + i / 7 % 50 + i % 3);
}

static int trace_make(void **state)
{
	struct trace_block about = { .type = BLOCK_PROCESS };
	struct error error;
	int file;

	(void)state;
	strcpy(path, "/tmp/outlive-test-packer-XXXXXX");
	file = mkstemp(path);
	snprintf(other, sizeof(other), "%s.other", path);
	fchmod(file, 0640);
	assert_int_equal(trace_writer_open(&writer, file, path, 99, &error), 0);
	assert_int_equal(trace_writer_block(&writer, &about, "about it", 8, &error), 0);
	writer.level = LEVEL_HASTY;
	for (unsigned i = 0; i < CHUNKS; i++) {
		about = (struct trace_block){ .type = BLOCK_CHUNK,
			                          .process = i % 3,
			                          .ticket = i,
			                          .time_first = 5 * i,
			                          .events = i + 1 };
		chunk_fill(i);
		assert_int_equal(
			trace_writer_block(&writer, &about, chunk, sizeof(chunk), &error), 0);
	}
	assert_int_equal(trace_writer_end(&writer, &error), 0);
	return 0;
}

static int trace_remove(void **state)
{
	struct error error;

	(void)state;
	trace_writer_close(&writer, &error);
	unlink(path);
	unlink(other);
	return 0;
}

/* The file at `path` holds what trace_make() wrote; its size. */
static off_t trace_check(void)
{
	struct trace_header header;
	struct trace_block block;
	struct stat status;
	off_t at = sizeof(header);
	int file = open(path, O_RDONLY);
	uint8_t *stored = malloc(2 * CHUNK_SIZE);

	assert_int_equal(pread(file, &header, sizeof(header), 0), sizeof(header));
	assert_int_equal(header.magic, TRACE_MAGIC);
	assert_int_equal(header.session, 99);
	for (unsigned i = 0; i < CHUNKS + 2; i++) {
		assert_int_equal(pread(file, &block, sizeof(block), at), sizeof(block));
		assert_int_equal(block.magic, BLOCK_MAGIC);
		assert_true(block.stored_bytes <= 2 * CHUNK_SIZE);
		at += sizeof(block);
		assert_int_equal(pread(file, stored, block.stored_bytes, at),
		                 block.stored_bytes);
		at += (off_t)block.stored_bytes;
		if (i == 0 || i == CHUNKS + 1) {
			assert_int_equal(block.type, i ? BLOCK_END : BLOCK_PROCESS);
			continue;
		}
		assert_int_equal(block.type, BLOCK_CHUNK);
		assert_int_equal(block.process, (i - 1) % 3);
		assert_int_equal(block.ticket, i - 1);
		assert_int_equal(block.time_first, 5 * (i - 1));
		assert_int_equal(block.events, i);
		assert_int_equal(ZSTD_decompress(raw, sizeof(raw), stored, block.stored_bytes),
		                 CHUNK_SIZE);
		chunk_fill(i - 1);
		assert_memory_equal(raw, chunk, CHUNK_SIZE);
	}
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_size, at);
	assert_int_equal(status.st_mode & 07777, 0640);
	free(stored);
	close(file);
	return at;
}

static bool go_on(void *context, uint64_t done, uint64_t expected)
{
	int *calls = context;

	assert_true(done <= expected);
	return !calls || --*calls > 0;
}

static void packs(void **state)
{
	struct trace_block about = { .type = BLOCK_SYMBOLS };
	struct error error;
	off_t hasty = trace_check(), packed;
	int file;

	(void)state;
	trace_pack(&writer, go_on, NULL);
	packed = trace_check();
	assert_true(packed < hasty / 2);
	assert_int_equal(writer.offset, packed);
	assert_int_equal(access(other, F_OK), -1);
	/* nobody else may write the new file either */
	file = open(path, O_RDWR);
	assert_int_equal(flock(file, LOCK_EX | LOCK_NB), -1);
	close(file);
	/* the writer goes on in the new file */
	trace_writer_reopen(&writer);
	assert_int_equal(trace_writer_block(&writer, &about, "names", 5, &error), 0);
	assert_int_equal(trace_writer_end(&writer, &error), 0);
}

static void stops_when_asked(void **state)
{
	off_t hasty = trace_check();
	int calls = CHUNKS / 2;

	(void)state;
	trace_pack(&writer, go_on, &calls);
	assert_int_equal(calls, 0);
	assert_int_equal(trace_check(), hasty);
}

static void keeps_a_file_with_other_links(void **state)
{
	off_t hasty = trace_check();

	(void)state;
	assert_int_equal(link(path, other), 0);
	trace_pack(&writer, go_on, NULL);
	assert_int_equal(trace_check(), hasty);
}

static void follows_a_symbolic_link(void **state)
{
	struct stat status;
	off_t hasty = trace_check();

	(void)state;
	assert_int_equal(symlink(path, other), 0);
	strcpy(writer.path, other);
	trace_pack(&writer, go_on, NULL);
	assert_true(trace_check() < hasty / 2);
	assert_int_equal(lstat(other, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
}

/* Somebody moved the trace away, and another file is there now. */
static void leaves_other_files_alone(void **state)
{
	int file;

	(void)state;
	assert_int_equal(rename(path, other), 0);
	file = open(path, O_CREAT | O_WRONLY, 0640);
	close(file);
	trace_pack(&writer, go_on, NULL);
	assert_int_equal(rename(other, path), 0);
	trace_check();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, trace_make, trace_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(packs),
		TEST(stops_when_asked),
		TEST(keeps_a_file_with_other_links),
		TEST(follows_a_symbolic_link),
		TEST(leaves_other_files_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_address_map.c - return addresses at a time, and the symbols of locations. */
#include "trace/address_map.h"
#include "trace/symbol_block.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEADER_BYTES sizeof(struct chunk_header)

static struct address_map *load(struct chunk_build *chunk, struct error *error)
{
	struct address_map *map = address_map_new();
	int result = address_map_load(map, chunk->bytes.data + HEADER_BYTES,
	                              chunk->bytes.count - HEADER_BYTES, error);

	if (error && !result)
		error->message[0] = 0;
	assert_int_equal(address_map_seal(map), 0);
	chunk_build_release(chunk);
	return map;
}

static void expect_at(struct address_map *map, uint64_t address, uint64_t time,
                      uint32_t module, uint64_t offset)
{
	uint32_t number = address_map_find(map, address, time);

	assert_int_not_equal(number, LOCATION_NONE);
	assert_int_equal(address_map_location(map, number)->module, module);
	assert_int_equal(address_map_location(map, number)->offset, offset);
}

static void finds_modules_by_place_and_time(void **state)
{
	struct chunk_build chunk;
	struct address_map *map;

	(void)state;
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunk, 0, 0x1000, 0x9000, 0, "program", "a");
	chunk_build_module(&chunk, 100, 0x10000, 0x20000, 0x10000, "one.so", "b");
	chunk_build_module_gone(&chunk, 200, 0x10000, 0x20000);
	chunk_build_module(&chunk, 300, 0x10000, 0x18000, 0xf000, "two.so", "c");
	chunk_build_module_gone(&chunk, 400, 0x10000, 0x18000);
	chunk_build_module(&chunk, 500, 0x30000, 0x40000, 0x30000, "one.so", "b");
	map = load(&chunk, NULL);
	expect_at(map, 0x1234, 0, 0, 0x1234);
	expect_at(map, 0x1234, UINT64_MAX - 1, 0, 0x1234);
	expect_at(map, 0x10010, 150, 1, 0x10);
	expect_at(map, 0x10010, 250, MODULE_NONE, 0x10010);
	expect_at(map, 0x10010, 350, 2, 0x1010);
	expect_at(map, 0x19000, 350, MODULE_NONE, 0x19000);
	expect_at(map, 0x10010, 450, MODULE_NONE, 0x10010);
	expect_at(map, 0x30010, 600, 1, 0x10); /* the same file elsewhere */
	expect_at(map, 0x30010, 10, 1, 0x10);  /* its definition came late */
	expect_at(map, 0x9000, 10, MODULE_NONE, 0x9000);
	assert_int_equal(address_map_find(map, 0x10010, 150),
	                 address_map_find(map, 0x30010, 600));
	assert_int_equal(address_map_change_after(map, 0), 100);
	assert_int_equal(address_map_change_after(map, 100), 200);
	assert_int_equal(address_map_change_after(map, 499), 500);
	assert_int_equal(address_map_change_after(map, 500), TIME_NEVER);
	address_map_free(map);
}

static void many_loads_are_quick(void **state)
{
	struct address_map *map;
	struct chunk_build chunk;
	uint64_t i;

	(void)state;
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	for (i = 0; i < 20000; i++) {
		chunk_build_module(&chunk, 10 * i, 0x10000, 0x20000, 0x10000, "p.so", "b");
		chunk_build_module_gone(&chunk, 10 * i + 5, 0x10000, 0x20000);
	}
	map = load(&chunk, NULL);
	for (i = 0; i < 20000; i++)
		expect_at(map, 0x10010, 10 * i + 1, 0, 0x10);
	assert_int_equal(address_map_location_count(map), 2);
	address_map_free(map);
}

static void skips_wrong_definitions(void **state)
{
	struct address_map *map;
	struct chunk_build chunk;
	struct error error;
	uint16_t bytes = 4;

	(void)state;
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunk, 0, 0x2000, 0x1000, 0, "backwards", "");
	chunk_build_module(&chunk, 0, 0x1000, 0x2000, 0, "right", "");
	map = load(&chunk, &error);
	assert_non_null(strstr(error.message, "ends before it starts"));
	expect_at(map, 0x1500, 0, 0, 0x1500);
	address_map_free(map);

	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunk, 0, 0x1000, 0x2000, 0, "short", "");
	memcpy(chunk.bytes.data + HEADER_BYTES + 2, &bytes, 2);
	map = load(&chunk, &error);
	assert_non_null(strstr(error.message, "length of 4 is wrong"));
	assert_int_equal(address_map_module_count(map), 0);
	address_map_free(map);
}

/* ---- symbols ------------------------------------------------------------------------ */

static void symbols_survive_their_block(void **state)
{
	const struct symbol_frame inlined = {
		.function = "std::inner()",
		.file = "a.h",
		.line = 3,
		.inlined = true,
		.is_library = true,
		.home = "/usr/include/c++/12/a.h",
	};
	const struct symbol_frame outer = { .function = "outer()",
		                                .file = "a.c",
		                                .line = 7 };
	struct symbol_table *table = symbol_table_new(), *copy = symbol_table_new();
	const struct symbol_frame *frames;
	const struct missing_file *missing;
	struct text payload = { NULL, 0, 0 };
	struct error error;
	size_t count;
	uint64_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(symbol_table_begin(table, (uint32_t)(i % 3), 5000 - i), 0);
		assert_int_equal(symbol_table_add(table, &inlined), 0);
		assert_int_equal(symbol_table_add(table, &outer), 0);
	}
	assert_int_equal(symbol_table_begin(table, 0, 5000), 0); /* again: dropped */
	assert_int_equal(symbol_table_add(table, &outer), 0);
	assert_int_equal(symbol_table_begin(table, 9, 9), 0); /* nothing known of it */
	for (i = 0; i < 4; i++)                               /* each twice */
		assert_int_equal(
			symbol_table_add_missing(table, 2, i % 2 ? "/src/b.dwo" : "/src/a.dwo"), 0);
	assert_int_equal(symbol_table_save(table, &payload), 0);
	assert_int_equal(
		symbol_block_load(copy, (const uint8_t *)payload.data, payload.bytes, &error),
		0);
	frames = symbol_table_find(copy, 0, 5000, &count);
	assert_int_equal(count, 2);
	assert_string_equal(frames[0].function, "std::inner()");
	assert_true(frames[0].inlined);
	assert_true(frames[0].is_library);
	assert_string_equal(frames[0].home, "/usr/include/c++/12/a.h");
	assert_false(frames[1].is_library);
	assert_string_equal(frames[1].home, "");
	assert_string_equal(frames[1].file, "a.c");
	assert_int_equal(frames[1].line, 7);
	assert_null(symbol_table_find(table, 9, 9, &count)); /* a chain without a frame */
	assert_int_equal(count, 0);
	symbol_table_find(copy, 9, 9, &count);
	assert_int_equal(count, 0);
	missing = symbol_table_missing(copy, &count);
	assert_int_equal(count, 2);
	assert_int_equal(missing[0].module, 2);
	assert_string_equal(missing[0].path, "/src/a.dwo");
	assert_string_equal(missing[1].path, "/src/b.dwo");
	symbol_table_free(table);
	symbol_table_free(copy);
	text_release(&payload);
}

static void damaged_symbols_are_refused(void **state)
{
	const struct symbol_frame frame = { .function = "f", .file = "f.c", .line = 1 };
	struct symbol_table *table = symbol_table_new(), *copy;
	struct text payload = { NULL, 0, 0 };
	struct error error;
	uint8_t *bytes;
	size_t i;

	(void)state;
	symbol_table_begin(table, 1, 2);
	symbol_table_add(table, &frame);
	assert_int_equal(symbol_table_save(table, &payload), 0);
	/* every prefix, in memory of its size; without the last word it is a block of before 1.3 */
	for (i = 0; i < payload.bytes;
	     i += i + 1 == payload.bytes - sizeof(uint32_t) ? 2 : 1) {
		bytes = malloc(i ? i : 1);
		memcpy(bytes, payload.data, i);
		copy = symbol_table_new();
		assert_int_equal(symbol_block_load(copy, bytes, i, &error), -1);
		symbol_table_free(copy);
		free(bytes);
	}
	for (i = 0; i < payload.bytes * 8; i++) { /* every bit: right or refused */
		payload.data[i / 8] ^= (char)(1 << i % 8);
		copy = symbol_table_new();
		symbol_block_load(copy, (const uint8_t *)payload.data, payload.bytes, &error);
		symbol_table_free(copy);
		payload.data[i / 8] ^= (char)(1 << i % 8);
	}
	symbol_table_free(table);
	text_release(&payload);
}

/* A block of before 1.3 says neither what is the library's nor where functions are. */
static void older_symbols_go_by_their_names(void **state)
{
	static const char *const names[] = { "std::f()", "std::vector<int> f<int>(int)" };
	struct symbol_table *table = symbol_table_new(), *copy = symbol_table_new();
	struct text payload = { NULL, 0, 0 };
	const struct symbol_frame *frames;
	struct error error;
	size_t i, count;

	(void)state;
	for (i = 0; i < 2; i++) {
		symbol_table_begin(table, 0, i);
		symbol_table_add(table,
		                 &(struct symbol_frame){ .function = names[i], .file = "" });
	}
	assert_int_equal(symbol_table_save(table, &payload), 0);
	assert_int_equal(symbol_block_load(copy, (const uint8_t *)payload.data,
	                                   payload.bytes - 2 * sizeof(uint32_t), &error),
	                 0);
	for (i = 0; i < 2; i++) {
		frames = symbol_table_find(copy, 0, i, &count);
		assert_int_equal(count, 1);
		assert_int_equal(frames[0].is_library, i == 0);
		assert_string_equal(frames[0].home, "");
	}
	symbol_table_free(table);
	symbol_table_free(copy);
	text_release(&payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_modules_by_place_and_time),
		cmocka_unit_test(many_loads_are_quick),
		cmocka_unit_test(skips_wrong_definitions),
		cmocka_unit_test(symbols_survive_their_block),
		cmocka_unit_test(damaged_symbols_are_refused),
		cmocka_unit_test(older_symbols_go_by_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

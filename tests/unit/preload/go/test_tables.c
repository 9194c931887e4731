/* test_tables.c - functions and frames in tables as Go's linker writes them, or damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "go/tables.h"

#define TEXT UINT64_C(0x401000)
#define FUNCTIONS 3
#define RECORDS (FUNCTIONS * 8 + 8) /* where the records begin, from the functions on */
#define RECORD_BYTES 44

/* Names, values, then the index of functions with their records; then nothing but what is read. */
static uint8_t image[512];
enum { NAMES = 72, VALUES = 200, INDEX = 240 };

static void half_put(size_t at, uint32_t value)
{
	memcpy(image + at, &value, sizeof(value));
}

/* Function `number` begins at TEXT + number * 0x100; `frame`: its table of frame sizes. */
static void function_put(uint32_t number, uint32_t name, uint32_t frame, uint8_t id,
                         uint8_t flags)
{
	size_t record = INDEX + RECORDS + (size_t)number * RECORD_BYTES;

	half_put(INDEX + (size_t)number * 8, number * 0x100);
	half_put(INDEX + (size_t)number * 8 + 4,
	         (uint32_t)(RECORDS + (size_t)number * RECORD_BYTES));
	half_put(record, number * 0x100);
	half_put(record + 4, name);
	half_put(record + 16, frame);
	image[record + 40] = id;
	image[record + 41] = flags;
}

static struct go_tables tables_make(void)
{
	/* the frame has 0 bytes for 4 of code, 32 for 0x80, 8 for the rest: zigzag, from -1 */
	static const uint8_t values[] = { 0, 2, 4, 64, 0x80, 1, 47, 0x7c, 0 };

	memset(image, 0, sizeof(image));
	memcpy(image + NAMES + 1, "main.f\0main.main\0runtime.goexit", 31);
	memcpy(image + VALUES, values, sizeof(values));
	function_put(0, 1, 1, 0, 0);
	function_put(1, 8, 0, 0, 0); /* without a table */
	function_put(2, 18, 1, 7, GO_TOP_FRAME);
	half_put(INDEX + FUNCTIONS * 8, FUNCTIONS * 0x100); /* where the last one ends */
	return (struct go_tables){
		.text = TEXT,
		.text_end = TEXT + FUNCTIONS * 0x100,
		.start = image,
		.end = image + sizeof(image),
		.names = NAMES,
		.values = VALUES,
		.functions = INDEX,
		.function_count = FUNCTIONS,
		.id_at = 40,
	};
}

static void functions_are_found(void **state)
{
	struct go_tables tables = tables_make();
	struct go_function function;

	(void)state;
	assert_true(go_tables_lookup(&tables, TEXT, &function));
	assert_true(go_tables_is_named(&tables, &function, "main.f"));
	assert_false(go_tables_is_named(&tables, &function, "main."));
	assert_false(go_tables_is_named(&tables, &function, "main.ff"));
	assert_true(go_tables_lookup(&tables, TEXT + 0x1ff, &function));
	assert_int_equal(function.entry, TEXT + 0x100);
	assert_int_equal(function.end, TEXT + 0x200);
	assert_true(go_tables_lookup(&tables, TEXT + 0x2ff, &function));
	assert_int_equal(function.id, 7);
	assert_int_equal(function.flags, GO_TOP_FRAME);
	assert_false(go_tables_lookup(&tables, TEXT - 1, &function));
	assert_false(go_tables_lookup(&tables, TEXT + 0x300, &function));
	assert_false(go_tables_function(&tables, FUNCTIONS, &function));
}

static void frames_have_their_size_at_each_address(void **state)
{
	struct go_tables tables = tables_make();
	struct go_function function;

	(void)state;
	assert_true(go_tables_lookup(&tables, TEXT, &function));
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT), 0);
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 3), 0);
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 4), 32);
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0x83), 32);
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0x84), 8);
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0xff), 8);
	/* beyond the end of its table; and without one */
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0x100), -1);
	assert_true(go_tables_lookup(&tables, TEXT + 0x100, &function));
	assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0x100), -1);
}

/* Whatever the tables say: nothing beyond them is read, and sizes are bounded. */
static void damage_is_survived(void **state)
{
	static const uint8_t values[] = { 0xff, 0x80, 0x01, 0x7f };
	size_t refused = 0;

	(void)state;
	for (size_t at = NAMES; at < INDEX + RECORDS + FUNCTIONS * RECORD_BYTES; at++) {
		for (size_t kind = 0; kind < sizeof(values); kind++) {
			struct go_tables tables = tables_make();
			struct go_function function;

			image[at] ^= values[kind];
			for (uintptr_t pc = TEXT; pc < TEXT + 0x300; pc += 0x41) {
				int64_t bytes;

				if (!go_tables_lookup(&tables, pc, &function)) {
					refused++;
					continue;
				}
				assert_true(pc >= function.entry && pc < function.end);
				go_tables_is_named(&tables, &function, "main.main");
				bytes = go_tables_frame_bytes(&tables, &function, pc);
				assert_true(bytes < INT64_C(1) << 40 && bytes > -(INT64_C(1) << 40));
			}
		}
	}
	assert_true(refused > 0);
}

/* A table that ends with the tables. */
static void what_is_cut_short_has_no_frame(void **state)
{
	struct go_tables tables = tables_make();
	struct go_function function;

	(void)state;
	assert_true(go_tables_lookup(&tables, TEXT, &function));
	for (size_t bytes = 0; bytes < 6; bytes++) {
		tables.end = image + VALUES + 1 + bytes;
		assert_int_equal(go_tables_frame_bytes(&tables, &function, TEXT + 0x90), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_are_found),
		cmocka_unit_test(frames_have_their_size_at_each_address),
		cmocka_unit_test(damage_is_survived),
		cmocka_unit_test(what_is_cut_short_has_no_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

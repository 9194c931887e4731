/*
 * test_source_table.c - what return addresses are in the source survives writing and reading;
 * damaged blocks are refused, or add what can be.
 */
#include "trace/source_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Three addresses of two modules, a pair and two ways of jumps. */
static void table_make(struct source_table *table)
{
	const uint32_t inlined[] = { 7, 3, 1 };
	uint32_t one, two;

	source_table_init(table);
	one = source_table_add(table,
	                       &(struct source_address){
							   .offset = 0x2000, .module = 1, .count = 3, .called = 9 },
	                       inlined);
	two = source_table_add(
		table,
		&(struct source_address){
			.offset = 0x1000, .module = 1, .count = 1, .is_part = true },
		inlined + 2);
	assert_int_not_equal(
		source_table_add(table, &(struct source_address){ .offset = 0x10 }, NULL), 0);
	assert_int_equal(
		source_table_add_pair(table, &(struct source_pair){ one, two, 1, 5 }), 0);
	assert_int_equal(source_table_add_jumps(
						 table, &(struct source_jumps){ .module = 1,
	                                                    .from = 9,
	                                                    .to = 1,
	                                                    .count = 2,
	                                                    .offsets = { 0x31, 0x42 } }),
	                 0);
	assert_int_equal(source_table_add_jumps(
						 table,
						 &(struct source_jumps){
							 .module = 1, .from = 4, .count = 1, .offsets = { 0x50 } }),
	                 0);
}

static struct text table_saved(void)
{
	struct text payload = { NULL, 0, 0 };
	struct source_table table;

	table_make(&table);
	assert_int_equal(source_block_save(&table, &payload), 0);
	source_table_release(&table);
	return payload;
}

static void what_is_written_is_read(void **state)
{
	struct text payload = table_saved(), again = { NULL, 0, 0 };
	const struct source_address *address;
	const struct source_pair *pair;
	const struct source_jumps *jumps;
	struct source_table table;
	struct error error;
	uint32_t one, two;

	(void)state;
	source_table_init(&table);
	assert_int_equal(
		source_block_load(&table, (const uint8_t *)payload.data, payload.bytes, &error),
		0);
	one = source_table_find(&table, 1, 0x2000);
	two = source_table_find(&table, 1, 0x1000);
	assert_int_not_equal(one, 0);
	assert_int_not_equal(source_table_find(&table, 0, 0x10), 0);
	assert_int_equal(source_table_find(&table, 2, 0x2000), 0);
	address = &table.addresses[one];
	assert_int_equal(address->count, 3);
	assert_int_equal(table.instances[address->first], 7);
	assert_int_equal(table.instances[address->first + 2], 1);
	assert_int_equal(address->called, 9);
	assert_false(address->is_part);
	assert_true(table.addresses[two].is_part);
	pair = source_table_pair(&table, one, two);
	assert_non_null(pair);
	assert_int_equal(pair->kept, 5);
	assert_int_equal(pair->merged, 1);
	assert_null(source_table_pair(&table, two, one));
	jumps = source_table_jumps(&table, 1, 9, 1);
	assert_non_null(jumps);
	assert_int_equal(jumps->count, 2);
	assert_int_equal(jumps->offsets[1], 0x42);
	assert_int_equal(source_table_jumps(&table, 1, 4, 0)->offsets[0], 0x50);
	assert_null(source_table_jumps(&table, 1, 4, 1));
	/* The order in which things were added does not show. */
	assert_int_equal(source_block_save(&table, &again), 0);
	assert_int_equal(again.bytes, payload.bytes);
	assert_memory_equal(again.data, payload.data, payload.bytes);
	source_table_release(&table);
	text_release(&payload);
	text_release(&again);
}

/* A block that is too short, wherever it ends, adds nothing. */
static void short_blocks_are_refused(void **state)
{
	struct text payload = table_saved();
	struct source_table table;
	struct error error;
	uint8_t *copy;
	size_t bytes;

	(void)state;
	for (bytes = 0; bytes < payload.bytes; bytes++) {
		copy = malloc(bytes + 1);
		assert_non_null(copy);
		memcpy(copy, payload.data, bytes);
		source_table_init(&table);
		assert_int_not_equal(source_block_load(&table, copy, bytes, &error), 0);
		assert_true(*error.message != 0);
		assert_int_equal(table.address_count, 1);
		source_table_release(&table);
		free(copy);
	}
	text_release(&payload);
}

/* Any byte may be wrong: what is loaded keeps the limits that its readers rely on. */
static void damaged_blocks_do_no_harm(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct text payload = table_saved();
	struct source_table table;
	struct error error;
	size_t i, value;
	uint32_t number;
	char kept;

	(void)state;
	for (i = 0; i < payload.bytes; i++) {
		for (value = 0; value < sizeof(values); value++) {
			kept = payload.data[i];
			payload.data[i] = (char)values[value];
			source_table_init(&table);
			source_block_load(&table, (const uint8_t *)payload.data, payload.bytes,
			                  &error);
			for (number = 1; number < table.address_count; number++) {
				assert_true(table.addresses[number].count <= SOURCE_CHAIN_MAX);
				assert_true(table.addresses[number].first +
				                table.addresses[number].count <=
				            table.instance_count);
			}
			for (number = 1; number < table.pair_count; number++) {
				assert_in_range(table.pairs[number].from, 1, table.address_count - 1);
				assert_in_range(table.pairs[number].to, 1, table.address_count - 1);
			}
			for (number = 1; number < table.jumps_count; number++)
				assert_in_range(table.jumps[number].count, 1, SOURCE_JUMPS_MAX);
			source_table_release(&table);
			payload.data[i] = kept;
		}
	}
	text_release(&payload);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(short_blocks_are_refused),
		cmocka_unit_test(damaged_blocks_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_labels.c - labels of goroutines: what is one set, what is found, what is refused. */
#include "replay/labels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RECORD_BYTES 64

/* Append a label to a record that has `used` bytes; returns how many it has then. */
static uint32_t label_put(uint8_t *record, uint32_t used, const char *key,
                          const char *value)
{
	uint8_t key_bytes = (uint8_t)strlen(key), value_bytes = (uint8_t)strlen(value);

	if (!used)
		record[used++] = 0;
	record[0] += 2;
	record[used++] = key_bytes;
	record[used++] = value_bytes;
	memcpy(record + used, key, key_bytes);
	memcpy(record + used + key_bytes, value, value_bytes);
	return used + key_bytes + value_bytes;
}

static void sets_are_the_same_in_any_order(void **state)
{
	struct label_table table = { .count = 0 };
	uint8_t one[RECORD_BYTES], other[RECORD_BYTES];
	uint32_t bytes = label_put(one, label_put(one, 0, "tenant", "t1"), "op", "read");
	struct text text = { NULL, 0, 0 };
	int number;

	(void)state;
	label_put(other, label_put(other, 0, "op", "read"), "tenant", "t1");
	assert_true(labels_are_valid(one, bytes));
	assert_int_equal(labels_number(&table, one, 0), 0);
	number = labels_number(&table, one, bytes);
	assert_true(number > 0);
	assert_int_equal(labels_number(&table, other, bytes), number);
	/* by key; dots say that more were left out */
	assert_int_equal(labels_text(&text, &table.sets[number]), 0);
	assert_string_equal(text.data, "op=read tenant=t1");
	other[0] |= 1;
	assert_int_not_equal(labels_number(&table, other, bytes), number);
	assert_true(table.sets[table.count - 1].is_cut);
	text.bytes = 0;
	assert_int_equal(labels_text(&text, &table.sets[table.count - 1]), 0);
	assert_string_equal(text.data, "op=read tenant=t1 ..");
	text_release(&text);
	labels_release(&table);
}

static void a_set_is_found_by_a_key_or_by_both(void **state)
{
	static const char *const values[] = { "t1", "t2", "" };
	struct label_table table = { .count = 0 };
	uint8_t record[RECORD_BYTES], flags[4];
	int numbers[3];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		numbers[i] = labels_number(&table, record,
		                           label_put(record, 0, "tenant", values[i]));
	memset(flags, 0, sizeof(flags));
	assert_true(labels_flag(&table, "tenant=t2", flags));
	assert_int_equal(flags[numbers[0]] + flags[numbers[2]], 0);
	assert_int_equal(flags[numbers[1]], 1);
	assert_true(labels_flag(&table, "tenant", flags));
	assert_int_equal(flags[numbers[0]] + flags[numbers[1]] + flags[numbers[2]], 3);
	assert_false(labels_flag(&table, "tenant=t3", flags));
	assert_false(labels_flag(&table, "tena", flags));
	labels_release(&table);
}

/* A record that ends anywhere, or has more or fewer labels than it says. */
static void what_does_not_fit_is_refused(void **state)
{
	uint8_t record[RECORD_BYTES];
	uint32_t bytes = label_put(record, label_put(record, 0, "a", "bc"), "def", ""), at;

	(void)state;
	assert_true(labels_are_valid(record, bytes));
	for (at = 1; at < bytes; at++) {
		/* of its own size, so that a sanitizer sees what is read beyond it */
		uint8_t *part = malloc(at);

		assert_non_null(part);
		memcpy(part, record, at);
		assert_false(labels_are_valid(part, at));
		free(part);
	}
	record[0] -= 2;
	assert_false(labels_are_valid(record, bytes));
	record[0] += 4;
	assert_false(labels_are_valid(record, bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_are_the_same_in_any_order),
		cmocka_unit_test(a_set_is_found_by_a_key_or_by_both),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_array.c - arrays that grow. */
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

struct item {
	uint64_t number;
	char more[32];
};

static void keeps_items_and_doubles(void **state)
{
	struct item *items = NULL;
	size_t capacity = 0, before, i, moves = 0;

	(void)state;
	for (i = 0; i < 100000; i++) {
		before = capacity;
		assert_int_equal(array_reserve(items, capacity, i + 1), 0);
		assert_true(capacity > i);
		moves += capacity != before;
		items[i] = (struct item){ .number = i };
	}
	assert_true(moves <= 17); /* 4 << 15 is enough */
	for (i = 0; i < 100000; i++)
		assert_int_equal(items[i].number, i);
	free(items);
}

static void takes_what_is_wanted_at_once(void **state)
{
	uint32_t *items = NULL, capacity = 0, none = 0;

	(void)state;
	assert_int_equal(array_reserve(items, capacity, 1), 0);
	assert_int_equal(capacity, ARRAY_FIRST_BYTES / sizeof(*items));
	assert_int_equal(array_reserve(items, capacity, 1000), 0);
	assert_int_equal(capacity, 1000);
	assert_int_equal(array_reserve(items, capacity, 1001), 0);
	assert_int_equal(capacity, 2000);
	assert_int_equal(array_reserve(items, capacity, none), 0);
	assert_int_equal(capacity, 2000);
	free(items);
}

static void new_items_are_zero(void **state)
{
	uint16_t *items = NULL;
	uint32_t capacity = 0, from, i;

	(void)state;
	for (from = 0; from < 10000; from = capacity) {
		assert_int_equal(array_reserve_zeroed(items, capacity, from + 1), 0);
		for (i = from; i < capacity; i++) {
			assert_int_equal(items[i], 0);
			items[i] = (uint16_t)~i;
		}
		for (i = 0; i < capacity; i++)
			assert_int_equal(items[i], (uint16_t)~i);
	}
	free(items);
}

/* A capacity is never more than its type holds, nor bytes than there can be. */
static void too_many_are_refused(void **state)
{
	struct item *items = NULL, *same;
	size_t large = 0;
	uint32_t middle = 0;
	uint8_t small = 0;
	size_t wanted;

	(void)state;
	assert_int_equal(array_reserve(items, small, 200), 0);
	assert_int_equal(small, 200);
	assert_int_equal(array_reserve(items, small, 201), 0);
	assert_int_equal(small, 255);
	items[254].number = 7;
	same = items;
	wanted = 256;
	assert_int_equal(array_reserve(items, small, wanted), -1);
	assert_int_equal(small, 255);

	middle = small;
	wanted = (size_t)UINT32_MAX + 1;
	assert_int_equal(array_reserve(items, middle, wanted), -1);
	assert_int_equal(middle, 255);

	large = small;
	wanted = SIZE_MAX / sizeof(*items) + 1;
	assert_int_equal(array_reserve(items, large, wanted), -1);
	wanted = SIZE_MAX;
	assert_int_equal(array_reserve(items, large, wanted), -1);
	wanted = SIZE_MAX / 64;
	assert_int_equal(array_reserve_zeroed(items, large, wanted), -1);
	assert_int_equal(large, 255);
	assert_ptr_equal(items, same);
	assert_int_equal(items[254].number, 7);
	free(items);
}

static void works_in_conditions(void **state)
{
	struct {
		char *text;
		size_t room;
	} one = { NULL, 0 }, other = { NULL, 0 };
	bool failed;

	(void)state;
	failed = array_reserve(one.text, one.room, 10) ||
	         array_reserve(other.text, other.room, 100);
	assert_false(failed);
	assert_int_equal(one.room, ARRAY_FIRST_BYTES);
	assert_int_equal(other.room, 100);
	free(one.text);
	free(other.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_items_and_doubles),
		cmocka_unit_test(takes_what_is_wanted_at_once),
		cmocka_unit_test(new_items_are_zero),
		cmocka_unit_test(too_many_are_refused),
		cmocka_unit_test(works_in_conditions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

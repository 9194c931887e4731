/* test_hash_index.c - numbered things found by their hash, and hashes of bytes. */
#include "base/hash_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define THINGS 20000

struct things {
	uint64_t keys[THINGS + 1]; /* by number, from 1 */
	struct hash_index index;
	uint64_t mask,
		fixed; /* of hashes: the fewer bits vary, the more things share one */
};

static uint64_t hash_of(const void *context, uint32_t number)
{
	const struct things *things = context;

	return (hash_words(things->keys[number], 0) & things->mask) | things->fixed;
}

static bool is_same(const void *context, uint32_t number, const void *key)
{
	return ((const struct things *)context)->keys[number] == *(const uint64_t *)key;
}

static uint32_t thing_find(const struct things *things, uint64_t key)
{
	uint64_t hash = (hash_words(key, 0) & things->mask) | things->fixed;

	return hash_index_find(&things->index, hash, is_same, things, &key);
}

static void things_are_found(uint64_t mask, uint64_t fixed, uint32_t count)
{
	static struct things things;
	uint32_t i;

	things.mask = mask;
	things.fixed = fixed;
	assert_int_equal(thing_find(&things, 7), 0); /* without slots, too */
	for (i = 1; i <= count; i++) {
		things.keys[i] = i * UINT64_C(0x100000001);
		assert_int_equal(thing_find(&things, things.keys[i]), 0);
		assert_int_equal(
			hash_index_add(&things.index, hash_of(&things, i), i, hash_of, &things), 0);
	}
	for (i = 1; i <= count; i++)
		assert_int_equal(thing_find(&things, things.keys[i]), i);
	assert_int_equal(thing_find(&things, 3), 0);
	hash_index_release(&things.index);
	assert_int_equal(thing_find(&things, things.keys[1]), 0);
}

static void finds_what_was_added(void **state)
{
	(void)state;
	things_are_found(UINT64_MAX, 0, THINGS);
}

/* The search goes on at slot 0 after the last one. */
static void finds_among_equal_hashes(void **state)
{
	(void)state;
	things_are_found(UINT64_C(1) << 63, 0, 500);
	things_are_found(0, 0, 500);
	things_are_found(0, UINT64_MAX, 500);
}

static void strings_end(void **state)
{
	(void)state;
	assert_true(hash_string(hash_string(1, "ab"), "c") !=
	            hash_string(hash_string(1, "a"), "bc"));
	assert_true(hash_string(1, "") != 1);
	assert_int_equal(hash_string(1, "abc"), hash_bytes(1, "abc", 4));
	assert_int_equal(hash_bytes(5, "abc", 0), 5);
	assert_true(hash_string(1, "\xff") != hash_string(1, "\x7f"));
	assert_true(hash_string(1, "ab") != hash_string(2, "ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added),
		cmocka_unit_test(finds_among_equal_hashes),
		cmocka_unit_test(strings_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

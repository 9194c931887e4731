/* test_landing_pads.c - tables of exceptions, whole and damaged. */
#include "elf/landing_pads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FUNCTION 0x4000
#define TABLE 0x9000

/* As gcc writes it: calls from 0x10 and from 0x130 on, the second without landing pad. */
static const uint8_t by_parts[] = {
	0xff,                         /* landing pads count from the function */
	0xff,                         /* no types */
	0x01,                         /* numbers of 7 bits a byte */
	0x09,                         /* length of the table */
	0x10, 0x05, 0x40, 0x00,       /* [0x10, 0x15) -> 0x40 */
	0xb0, 0x02, 0x08, 0x00, 0x01, /* [0x130, 0x138): none */
};

/* As clang and rustc write it: four bytes each. */
static const uint8_t by_words[] = {
	0xff, 0x9b, 0x19,          /* types lie 0x19 bytes on */
	0x03, 0x0d,                /* four bytes a number; length */
	0x20, 0,    0,    0,       /* [0x20, */
	0x04, 0,    0,    0,       /*  0x24) */
	0x80, 0,    0,    0, 0x01, /* -> 0x80, a catch */
};

/* Parse exactly these bytes, copied so that ASan sees any byte read beyond. */
static int parse(struct landing_pads *pads, const uint8_t *bytes, size_t count)
{
	uint8_t *copy = malloc(count ? count : 1);
	int result;

	assert_non_null(copy);
	memcpy(copy, bytes, count);
	*pads = (struct landing_pads){ .list = NULL };
	result = landing_pads_parse(pads, copy, count, TABLE, FUNCTION);
	free(copy);
	return result;
}

static void knows_numbers_of_parts(void **state)
{
	struct landing_pads pads;

	(void)state;
	assert_int_equal(parse(&pads, by_parts, sizeof(by_parts)), 0);
	assert_int_equal(pads.count, 1);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x0f), 0);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x10), FUNCTION + 0x40);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x14), FUNCTION + 0x40);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x15), 0);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x130), 0);
	free(pads.list);
}

static void knows_numbers_of_words(void **state)
{
	struct landing_pads pads;

	(void)state;
	assert_int_equal(parse(&pads, by_words, sizeof(by_words)), 0);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 0x23), FUNCTION + 0x80);
	free(pads.list);
}

static void knows_another_start(void **state)
{
	/* landing pads count from TABLE + 1 + 0x100 */
	static const uint8_t table[] = { 0x1b, 0x00, 0x01, 0,    0,    0xff,
		                             0x01, 0x04, 0x01, 0x02, 0x03, 0x00 };
	struct landing_pads pads;

	(void)state;
	assert_int_equal(parse(&pads, table, sizeof(table)), 0);
	assert_int_equal(landing_pads_find(&pads, FUNCTION + 1), TABLE + 1 + 0x100 + 3);
	free(pads.list);
}

/* Whatever is cut off, the reader says so. */
static void refuses_what_is_cut(void **state)
{
	struct landing_pads pads;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(by_parts); i++) {
		assert_int_equal(parse(&pads, by_parts, i), -1);
		free(pads.list);
	}
	for (i = 0; i < sizeof(by_words); i++) {
		assert_int_equal(parse(&pads, by_words, i), -1);
		free(pads.list);
	}
}

static void refuses_what_is_unknown(void **state)
{
	static const uint8_t endless[] = { 0xff, 0xff, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff,
		                               0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	uint8_t damaged[sizeof(by_words)];
	struct landing_pads pads;
	unsigned byte, value;

	(void)state;
	assert_int_equal(parse(&pads, endless, sizeof(endless)), -1);
	free(pads.list);
	memcpy(damaged, by_words, sizeof(damaged));
	damaged[3] = 0x07; /* no such format */
	assert_int_equal(parse(&pads, damaged, sizeof(damaged)), -1);
	free(pads.list);
	for (byte = 0; byte < sizeof(damaged); byte++) {
		for (value = 0; value < 256; value++) {
			memcpy(damaged, by_words, sizeof(damaged));
			damaged[byte] = (uint8_t)value;
			parse(&pads, damaged, sizeof(damaged));
			free(pads.list);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_numbers_of_parts),
		cmocka_unit_test(knows_numbers_of_words),
		cmocka_unit_test(knows_another_start),
		cmocka_unit_test(refuses_what_is_cut),
		cmocka_unit_test(refuses_what_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

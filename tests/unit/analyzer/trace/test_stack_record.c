/* test_stack_record.c - GOROUTINE and GO_END records: what is believed, and what is refused. */
#include "trace/stack_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIELDS 6

/* Write the fields as varints; returns how many bytes. */
static size_t fields_put(uint8_t *to, const uint64_t *fields)
{
	size_t used = 0, i;

	for (i = 0; i < FIELDS; i++) {
		uint64_t value = fields[i];

		for (; value >= 0x80; value >>= 7)
			to[used++] = (uint8_t)(value | 0x80);
		to[used++] = (uint8_t)value;
	}
	return used;
}

static void a_goroutine_is_read(void **state)
{
	static const uint64_t fields[FIELDS] = { 7,      0x401000, 12, 0xc000100000,
		                                     0x8000, 0x1230 };
	struct stack_record record;
	uint8_t bytes[64];
	size_t used = fields_put(bytes, fields);

	(void)state;
	bytes[used] = 0x55; /* of a later version */
	assert_null(
		stack_record_read(&record, CONTROL_GOROUTINE, bytes, bytes + used + 1, 3));
	assert_int_equal(record.goroutine.number, 7);
	assert_int_equal(record.goroutine.start, 0x401000);
	assert_int_equal(record.goroutine.frames, 12);
	assert_int_equal(record.goroutine.high, 0xc000100000);
	assert_int_equal(record.goroutine.bytes, 0x8000);
	assert_int_equal(record.goroutine.depth_bytes, 0x1230);
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		size_t field;
		uint64_t value;
	} cases[] = {
		{ 2, STACK_FRAMES_MAX + 1 },
		{ 2, UINT64_MAX },
		{ 4, (UINT64_C(1) << 57) + 1 },
		{ 5, UINT64_MAX },
	};
	struct stack_record record;
	uint8_t bytes[80];
	size_t used, i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t fields[FIELDS] = { 7, 0x401000, 12, 0xc000100000, 0x8000, 0x1230 };

		fields[cases[i].field] = cases[i].value;
		used = fields_put(bytes, fields);
		assert_non_null(
			stack_record_read(&record, CONTROL_GOROUTINE, bytes, bytes + used, 3));
	}
}

/* A record that ends anywhere, and one in which any byte is another. */
static void damage_is_refused_or_bounded(void **state)
{
	static const uint64_t fields[FIELDS] = { 7,      0x401000, 12, 0xc000100000,
		                                     0x8000, 0x1230 };
	struct stack_record record;
	uint8_t bytes[64];
	size_t used = fields_put(bytes, fields), at, refused = 0;
	unsigned value;

	(void)state;
	for (at = 0; at < used; at++) {
		/* of its own size, so that a sanitizer sees what is read beyond it */
		uint8_t *part = malloc(at + 1);

		assert_non_null(part);
		memcpy(part, bytes, at);
		assert_non_null(
			stack_record_read(&record, CONTROL_GOROUTINE, part, part + at, 3));
		free(part);
	}
	for (at = 0; at < used; at++) {
		for (value = 0; value < 256; value++) {
			fields_put(bytes, fields);
			bytes[at] = (uint8_t)value;
			if (stack_record_read(&record, CONTROL_GOROUTINE, bytes, bytes + used, 3)) {
				refused++;
				continue;
			}
			assert_true(record.goroutine.frames <= STACK_FRAMES_MAX);
			assert_true(record.goroutine.bytes <= UINT64_C(1) << 57);
			assert_true(record.goroutine.depth_bytes <= UINT64_C(1) << 57);
		}
	}
	assert_true(refused > 0);
}

#define END_FIELDS 4

/* As fields_put() of GO_END: status, signal, address, instruction. */
static size_t end_put(uint8_t *to, uint64_t status, uint64_t signal, uint64_t address,
                      uint64_t instruction)
{
	const uint64_t fields[FIELDS] = { status, signal, address, instruction };

	/* each of the other two is one byte */
	return fields_put(to, fields) - (FIELDS - END_FIELDS);
}

static void an_end_by_go_is_read(void **state)
{
	struct stack_record record;
	uint8_t bytes[64];
	size_t used = end_put(bytes, 2, 11, 0x18, 0x4a5b6c);

	(void)state;
	bytes[used] = 0x55; /* of a later version */
	assert_true(stack_record_is_known(CONTROL_GO_END));
	assert_null(stack_record_read(&record, CONTROL_GO_END, bytes, bytes + used + 1, 3));
	assert_int_equal(record.fault.go_status, 2);
	assert_int_equal(record.fault.signal, 11);
	assert_int_equal(record.fault.address, 0x18);
	assert_int_equal(record.fault.instruction, 0x4a5b6c);
	assert_int_equal(record.fault.kind, FAULT_OTHER);
	assert_int_equal(record.fault.end, FAULT_END_HANDLED);
	/* a panic that no signal began */
	used = end_put(bytes, 2, 0, 0, 0);
	assert_null(stack_record_read(&record, CONTROL_GO_END, bytes, bytes + used, 3));
	assert_int_equal(record.fault.signal, 0);
}

static void an_end_by_go_that_cannot_be_is_refused(void **state)
{
	struct stack_record record;
	uint8_t bytes[64];
	size_t used, at;

	(void)state;
	used = end_put(bytes, 0, 11, 0,
	               0); /* it has failed, or Go would not have ended it */
	assert_non_null(stack_record_read(&record, CONTROL_GO_END, bytes, bytes + used, 3));
	used = end_put(bytes, UINT64_C(1) << 32, 11, 0, 0);
	assert_non_null(stack_record_read(&record, CONTROL_GO_END, bytes, bytes + used, 3));
	used = end_put(bytes, 2, 65, 0, 0);
	assert_non_null(stack_record_read(&record, CONTROL_GO_END, bytes, bytes + used, 3));
	used = end_put(bytes, 2, 11, 0x18, 0x4a5b6c);
	for (at = 0; at < used; at++) {
		uint8_t *part = malloc(at + 1);

		assert_non_null(part);
		memcpy(part, bytes, at);
		assert_non_null(stack_record_read(&record, CONTROL_GO_END, part, part + at, 3));
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_goroutine_is_read),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(damage_is_refused_or_bounded),
		cmocka_unit_test(an_end_by_go_is_read),
		cmocka_unit_test(an_end_by_go_that_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

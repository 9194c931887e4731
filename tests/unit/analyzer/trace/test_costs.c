/* test_costs.c - what malloc costs, as a trace holds it. */
#include "trace/costs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void costs_survive(void **state)
{
	struct allocator_costs costs = allocator_costs_usual(),
						   read = { .is_measured = false };
	struct text payload = { NULL, 0, 0 };
	struct error error;

	(void)state;
	costs.classes[1].most = 77000;
	costs.memory.miss = 88000;
	assert_int_equal(costs_block_save(&costs, &payload), 0);
	assert_int_equal(
		costs_block_load(&read, (const uint8_t *)payload.data, payload.bytes, &error),
		0);
	assert_true(read.is_measured);
	assert_int_equal(read.header.class_count, costs.header.class_count);
	assert_memory_equal(read.classes, costs.classes, sizeof(costs.classes));
	assert_memory_equal(&read.memory, &costs.memory, sizeof(costs.memory));
	/* up to its size, and the last class for all that is larger */
	assert_ptr_equal(allocator_costs_of(&read, 0), &read.classes[0]);
	assert_ptr_equal(allocator_costs_of(&read, read.classes[0].bytes_max),
	                 &read.classes[0]);
	assert_ptr_equal(allocator_costs_of(&read, read.classes[0].bytes_max + 1),
	                 &read.classes[1]);
	assert_ptr_equal(allocator_costs_of(&read, UINT64_MAX),
	                 &read.classes[read.header.class_count - 1]);
	text_release(&payload);
}

/* A recording of before 1.4 ends with its classes: what memory costs is what is usual. */
static void older_costs_are_read(void **state)
{
	struct allocator_costs costs = allocator_costs_usual(), usual = costs, read = costs;
	struct text payload = { NULL, 0, 0 };
	struct error error;

	(void)state;
	costs.classes[1].most = 77000;
	costs.memory.miss = 88000;
	assert_int_equal(costs_block_save(&costs, &payload), 0);
	assert_int_equal(costs_block_load(&read, (const uint8_t *)payload.data,
	                                  payload.bytes - sizeof(costs.memory), &error),
	                 0);
	assert_int_equal(read.classes[1].most, 77000);
	assert_memory_equal(&read.memory, &usual.memory, sizeof(usual.memory));
	text_release(&payload);
}

/* Nothing of a damaged block is taken. */
static void damage_is_refused(void **state)
{
	struct allocator_costs usual = allocator_costs_usual(), costs, into;
	uint8_t data[sizeof(usual.header) + sizeof(usual.classes) + sizeof(usual.memory)];
	struct error error;
	unsigned damage;
	size_t bytes;

	(void)state;
	for (damage = 0; damage < 7; damage++) {
		costs = into = usual;
		bytes = sizeof(costs.header) +
		        costs.header.class_count * sizeof(*costs.classes);
		if (damage == 0)
			costs.header.class_count = 0;
		else if (damage == 1)
			costs.header.class_count = COSTS_CLASSES_MAX + 1;
		else if (damage == 2)
			costs.classes[1].bytes_max = costs.classes[0].bytes_max;
		else if (damage == 3)
			costs.classes[2].most = costs.classes[2].least - 1;
		else if (damage == 4)
			costs.header.copy_most = costs.header.copy_least - 1;
		else if (damage == 5)
			costs.memory.clear_most = costs.memory.clear_least - 1;
		else
			bytes--;
		memcpy(data, &costs.header, sizeof(costs.header));
		memcpy(data + sizeof(costs.header), costs.classes, sizeof(costs.classes));
		memcpy(data + sizeof(costs.header) +
		           usual.header.class_count * sizeof(*costs.classes),
		       &costs.memory, sizeof(costs.memory));
		if (damage < 6)
			bytes += sizeof(costs.memory);
		assert_int_equal(costs_block_load(&into, data, bytes, &error), -1);
		assert_memory_equal(&into, &usual, sizeof(usual));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs_survive),
		cmocka_unit_test(older_costs_are_read),
		cmocka_unit_test(damage_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

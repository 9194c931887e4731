/* test_population.c - processes and programs. */
#include "trace/population.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ring_format.h"

static void expect(struct population *population, size_t processes, const char *shown)
{
	char text[POPULATION_TEXT_BYTES];

	assert_int_equal(population_processes(population), processes);
	assert_string_equal(population_text(text, population), shown);
}

static void an_exec_makes_no_process(void **state)
{
	struct population population = { .starts = NULL };

	(void)state;
	expect(&population, 0, "0 processes");
	population_add(&population, 10, 0);
	expect(&population, 1, "1 process");
	population_add(&population, 11, 0);
	expect(&population, 2, "2 processes");
	population_add(&population, 10, 0);
	expect(&population, 2, "3 programs in 2 processes");
	population_release(&population);
	population_add(&population, 10, RING_FORKED);
	population_add(&population, 10, 0);
	expect(&population, 1, "2 programs in 1 process");
	population_release(&population);
}

static void a_recording_may_begin_again(void **state)
{
	struct population population = { .starts = NULL };

	(void)state;
	population_add(&population, 10, RING_ATTACHED | RING_WAITED);
	expect(&population, 1, "1 process");
	population_add(&population, 10, RING_ATTACHED | RING_WAITED);
	expect(&population, 1, "2 recordings in 1 process");
	population_release(&population);
	population_add(&population, 10, 0);
	population_add(&population, 10, 0);
	expect(&population, 1, "2 programs in 1 process");
	population_release(&population);
}

/* Pids come again, and are the same in different namespaces; the order tells nothing. */
static void a_fork_makes_one(void **state)
{
	struct population population = { .starts = NULL };

	(void)state;
	population_add(&population, 7, RING_FORKED);
	population_add(&population, 8, 0);
	population_add(&population, 7, 0);
	population_add(&population, 7, RING_FORKED);
	expect(&population, 3, "4 programs in 3 processes");
	population_release(&population);
}

static void large_numbers_are_readable(void **state)
{
	struct population population = { .starts = NULL };
	uint32_t i;

	(void)state;
	for (i = 0; i < 1203; i++)
		assert_int_equal(
			population_add(&population, i % 1100, i < 900 ? RING_FORKED : 0), 0);
	expect(&population, 1100, "1,203 programs in 1,100 processes");
	population_release(&population);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exec_makes_no_process),
		cmocka_unit_test(a_recording_may_begin_again),
		cmocka_unit_test(a_fork_makes_one),
		cmocka_unit_test(large_numbers_are_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

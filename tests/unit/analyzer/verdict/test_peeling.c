/* test_peeling.c - which functions own nothing, because they only allocate for their callers. */
#include "verdict_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void peels_what_it_is_reported(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, 2, 40);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 40, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[1] = "get_(int)";
	wrapper_act(&verdict_fixture.model, 2, 40);
	classify_with(&verdict_fixture, "get_*");
	expect_classes(&verdict_fixture, 40, 0, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[1] = "operator new(unsigned long)";
	wrapper_act(&verdict_fixture.model, 2, 40);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 40, 0, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);
}

static void peels_what_escapes_every_time(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, PEEL_CALLERS_MIN, PEEL_BLOCKS_MIN);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, PEEL_BLOCKS_MIN, 0, 0, 0, 0);
	for (i = 1; i < verdict_fixture.findings.classes->functions.count; i++) {
		assert_int_equal(
			verdict_fixture.findings.classes->peeling.functions[i].reason,
			strcmp(verdict_fixture.findings.classes->functions.functions[i].name, "f1")
				? PEEL_NOT
				: PEEL_AUTOMATIC);
	}
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, PEEL_CALLERS_MIN - 1, 2 * PEEL_BLOCKS_MIN);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);

	/* One block that it kept to itself, and it is no wrapper. */
	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, PEEL_CALLERS_MIN, 2 * PEEL_BLOCKS_MIN);
	model_call(&verdict_fixture.model, 0, 1, 1);
	model_malloc(&verdict_fixture.model, 3, 0x1000, 16);
	model_free(&verdict_fixture.model, 4, 0x1000);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 1, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);
}

/*
 * Function 5, which function 1 alone calls, makes the blocks that `callers` get from 1. With
 * `stays`, 1 frees one of them itself.
 */
static void part_act(struct model *model, unsigned callers, bool stays)
{
	unsigned i;

	for (i = 0; i < 2 * PEEL_BLOCKS_MIN; i++) {
		model_call(model, 0, 1, 10 + i % callers);
		model_call(model, 0, 2, 1);
		model_call(model, 0, 3, 5);
		model_malloc(model, 3, 0x1000, 16);
		model_return(model, 0);
		if (stays && !i)
			model_free(model, 4, 0x1000);
		model_return(model, 0);
		if (!stays || i)
			model_free(model, 4, 0x1000);
		model_return(model, 0);
	}
}

static void peels_parts_of_wrappers(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct function_table *functions;
	enum peel_reason expected;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	part_act(&verdict_fixture.model, PEEL_CALLERS_MIN, false);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 2 * PEEL_BLOCKS_MIN, 0, 0, 0, 0);
	functions = &verdict_fixture.findings.classes->functions;
	for (i = 1; i < functions->count; i++) {
		expected = !strcmp(functions->functions[i].name, "f1")   ? PEEL_AUTOMATIC
		           : !strcmp(functions->functions[i].name, "f5") ? PEEL_PART
		                                                         : PEEL_NOT;
		assert_int_equal(verdict_fixture.findings.classes->peeling.functions[i].reason,
		                 expected);
	}
	verdict_fixture_release(&verdict_fixture);

	/* It is no part of what is no wrapper. */
	model_begin(&verdict_fixture.model);
	part_act(&verdict_fixture.model, PEEL_CALLERS_MIN - 1, false);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	part_act(&verdict_fixture.model, PEEL_CALLERS_MIN, true);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	verdict_fixture_release(&verdict_fixture);
}

/* What frees in the next call what it made in the last is a cache, not a wrapper. */
static void caches_are_no_wrappers(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 2 * PEEL_BLOCKS_MIN; i++) {
		model_call(&verdict_fixture.model, 0, 1, 10 + i % PEEL_CALLERS_MIN);
		model_call(&verdict_fixture.model, 0, 2, 1);
		if (i)
			model_free(&verdict_fixture.model, 4, 0x1000);
		model_malloc(&verdict_fixture.model, 3, 0x1000, 16);
		model_return(&verdict_fixture.model, 0);
		model_return(&verdict_fixture.model, 0);
	}
	classify(&verdict_fixture);
	for (i = 1; i < verdict_fixture.findings.classes->functions.count; i++)
		assert_int_equal(verdict_fixture.findings.classes->peeling.functions[i].reason,
		                 PEEL_NOT);
	verdict_fixture_release(&verdict_fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peels_what_it_is_reported),
		cmocka_unit_test(peels_what_escapes_every_time),
		cmocka_unit_test(peels_parts_of_wrappers),
		cmocka_unit_test(caches_are_no_wrappers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* verdict_fixture.c - an acted program, read and classified. */
#include "verdict_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

uint64_t rank_of(const struct ranking *ranking, uint32_t key)
{
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		if (ranking->ranks[i].key == key)
			return ranking->ranks[i].blocks;
	}
	return 0;
}

struct life_summary summary_of_all(const struct classes *classes)
{
	struct life_summary summary = { .path_count = 0 };
	uint32_t i;

	for (i = 1; i < classes->profile->replay.paths.count; i++)
		assert_int_equal(life_summary_add(&summary, classes, i), 0);
	life_summary_sort(&summary, classes);
	return summary;
}

void classify_with(struct verdict_fixture *verdict_fixture, const char *wrapper)
{
	struct class_options options = { .wrappers = &wrapper,
		                             .wrapper_count = wrapper ? 1 : 0 };

	verdict_fixture->profile = model_profile(&verdict_fixture->model);
	assert_int_equal(
		findings_make(&verdict_fixture->findings, verdict_fixture->profile, &options),
		0);
}

void classify(struct verdict_fixture *verdict_fixture)
{
	classify_with(verdict_fixture, NULL);
}

void verdict_fixture_release(struct verdict_fixture *verdict_fixture)
{
	findings_release(&verdict_fixture->findings);
	model_end(&verdict_fixture->model, verdict_fixture->profile);
}

uint64_t blocks_of(const struct verdict_fixture *verdict_fixture, enum life_class class)
{
	return verdict_fixture->findings.classes->all.shares[class].blocks;
}

void expect_classes(const struct verdict_fixture *verdict_fixture, uint64_t stack,
                    uint64_t escaping, uint64_t crossed, uint64_t fixed, uint64_t live)
{
	assert_int_equal(blocks_of(verdict_fixture, CLASS_STACK), stack);
	assert_int_equal(blocks_of(verdict_fixture, CLASS_ESCAPING), escaping);
	assert_int_equal(blocks_of(verdict_fixture, CLASS_CROSSED), crossed);
	assert_int_equal(blocks_of(verdict_fixture, CLASS_STATIC), fixed);
	assert_int_equal(blocks_of(verdict_fixture, CLASS_LIVE), live);
}

void wrapper_act(struct model *model, unsigned callers, unsigned blocks)
{
	unsigned i;

	for (i = 0; i < blocks; i++) {
		model_call(model, 0, 1, 10 + i % callers);
		model_call(model, 0, 2, 1);
		model_malloc(model, 3, 0x1000, 16);
		model_return(model, 0);
		model_free(model, 4, 0x1000);
		model_return(model, 0);
	}
}

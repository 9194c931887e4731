/* test_advice_limits.c - what looks like advice, and the evidence does not carry. */
#include "findings.h"
#include "life_model.h"
#include "life_summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct model model;
static struct profile *profile;
static struct findings findings;

static void judge(void)
{
	profile = model_profile(&model);
	assert_int_equal(findings_make(&findings, profile, NULL, 0), 0);
}

static void judged_release(void)
{
	findings_release(&findings);
	model_end(&model, profile);
}

static const struct place *place_of(const char *function)
{
	const struct function *functions = findings.classes->functions.functions;
	uint32_t i;

	for (i = 0; i < findings.places.count; i++) {
		if (!strcmp(functions[findings.places.places[i].function].name, function))
			return &findings.places.places[i];
	}
	fail_msg("%s allocates nothing", function);
	return NULL;
}

/* The only advice there is, or none; and what it says, or why there is none about f1. */
static void expect(int kind, const char *says)
{
	struct text text = { NULL, 0, 0 };

	judge();
	assert_int_equal(findings.advice.count, kind != ADVICE_KINDS);
	if (kind != ADVICE_KINDS) {
		assert_int_equal(findings.advice.items[0].kind, kind);
		assert_int_equal(advice_text(&text, &findings.advice.items[0], findings.classes,
		                             &findings.places),
		                 0);
	} else {
		assert_int_equal(advice_refusal_text(&text, findings.classes, place_of("f1")),
		                 0);
	}
	if (!strstr(text.data, says))
		fail_msg("'%s' does not say '%s'", text.data, says);
	text_release(&text);
	judged_release();
}

/* ---- how many at once ------------------------------------------------------------------ */

/* f1 makes a list, and frees it before it returns; how long the list is in each call. */
static void lists_act(const unsigned *lengths, unsigned count)
{
	unsigned i, j;

	for (i = 0; i < count; i++) {
		model_call(&model, 0, 1, 1);
		for (j = 0; j < lengths[i]; j++)
			model_malloc(&model, 2, 0x1000 + 64 * j, 16);
		for (j = 0; j < lengths[i]; j++)
			model_free(&model, 3, 0x1000 + 64 * j);
		model_return(&model, 0);
	}
}

static void numbers_are_bounded_or_not(void **state)
{
	static const unsigned same[] = { 8, 8, 8, 8 }, grows[] = { 2, 4, 6, 8 };
	static const unsigned early[] = { 2, 8, 4, 8, 7 };

	(void)state;
	model_begin(&model);
	lists_act(same, 4);
	expect(ADVICE_LOCAL, "a local array in f1: 32 blocks of 16 B, at most 8 at once");
	model_begin(&model);
	lists_act(early, 5);
	expect(ADVICE_LOCAL, "a local array in f1: 29 blocks");

	model_begin(&model);
	lists_act(grows, 4);
	expect(ADVICE_KINDS, "how many are live at once grew to the end");
	model_begin(&model);
	lists_act(grows, 4);
	judge();
	assert_int_equal(place_of("f1")->summary.crowd_kind, SIZE_UNBOUNDED);
	assert_int_equal(place_of("f1")->summary.size_kind, SIZE_CONSTANT);
	judged_release();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_bounded_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

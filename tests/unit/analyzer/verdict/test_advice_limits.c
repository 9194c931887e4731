/* test_advice_limits.c - what looks like advice, and the evidence does not carry. */
#include "report/advice_words.h"
#include "verdict/advice.h"
#include "life_model.h"
#include "verdict/evidence.h"
#include "symbols/module_origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct model model;
static struct profile *profile;
static struct findings findings;

static void classify(void)
{
	profile = model_profile(&model);
	assert_int_equal(findings_make(&findings, profile, NULL), 0);
}

static void verdict_fixture_release(void)
{
	findings_release(&findings);
	model_end(&model, profile);
}

static const struct call_site *place_of(const char *function)
{
	const struct function *functions = findings.classes->functions.functions;
	uint32_t i;

	for (i = 0; i < findings.call_sites.count; i++) {
		if (!strcmp(functions[findings.call_sites.call_sites[i].function].name,
		            function))
			return &findings.call_sites.call_sites[i];
	}
	fail_msg("%s allocates nothing", function);
	return NULL;
}

/* The only advice there is, or none; and what it says, or why there is none about f1. */
static void expect(int kind, const char *says)
{
	struct text text = { NULL, 0, 0 };

	classify();
	assert_int_equal(findings.advice.count, kind != ADVICE_KINDS);
	if (kind != ADVICE_KINDS) {
		assert_int_equal(findings.advice.items[0].kind, kind);
		assert_int_equal(advice_text(&text, &findings.advice.items[0], findings.classes,
		                             &findings.call_sites),
		                 0);
	} else {
		assert_int_equal(advice_refusal_text(&text, findings.classes, place_of("f1")),
		                 0);
	}
	if (!strstr(text.data, says))
		fail_msg("'%s' does not say '%s'", text.data, says);
	text_release(&text);
	verdict_fixture_release();
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
	expect(ADVICE_LOCAL, "a local array in f1(): 32 blocks of 16 B, at most 8 at once");
	model_begin(&model);
	lists_act(early, 5);
	expect(ADVICE_LOCAL, "a local array in f1(): 29 blocks");

	model_begin(&model);
	lists_act(grows, 4);
	expect(ADVICE_KINDS, "how many are live at once grew to the end");
	model_begin(&model);
	lists_act(grows, 4);
	classify();
	assert_int_equal(place_of("f1")->summary.crowd_kind, SIZE_UNBOUNDED);
	assert_int_equal(place_of("f1")->summary.size_kind, SIZE_CONSTANT);
	verdict_fixture_release();
}

/* ---- whose code ------------------------------------------------------------------------ */

/* f1 makes blocks, and f20 ends them: alone, or by realloc before f1 frees them itself. */
static void given_act(unsigned line, bool is_moved)
{
	unsigned i;

	for (i = 0; i < 20; i++) {
		model_call(&model, 0, 1, 1);
		model_malloc(&model, 2, 0x1000, 100);
		model_call(&model, 0, line, 20);
		if (is_moved)
			model_realloc(&model, 3, 0x1000, 0x2000, 200);
		else
			model_free(&model, 3, 0x1000);
		model_return(&model, 0);
		if (is_moved)
			model_free(&model, 4, 0x2000);
		model_return(&model, 0);
	}
}

/* What a library is given to free, or may realloc as getline() does, is no variable. */
static void a_library_keeps_what_it_is_given(void **state)
{
	(void)state;
	model_begin(&model);
	given_act(3, false);
	expect(ADVICE_LOCAL,
	       "each freed before it returned; f20() must no longer free them");
	model_begin(&model);
	given_act(3, true);
	expect(ADVICE_LOCAL, "; f20() must no longer realloc them");

	model_begin(&model);
	model.library = "/home/me/libmine.so";
	given_act(3, false);
	expect(ADVICE_KINDS, "another (or an unknown) module frees them");
	model_begin(&model);
	model.library = "/home/me/libmine.so";
	given_act(3, true);
	expect(ADVICE_KINDS, "another (or an unknown) module passes them to realloc");

	/* It only frees for whoever calls. */
	model_begin(&model);
	model.names[20] = "g_free";
	model.library = "/home/me/libmine.so";
	given_act(3, false);
	expect(ADVICE_LOCAL, "each freed before it returned");

	/* Nor does it if it calls back for that: f2 is given a block by f20. */
	model_begin(&model);
	model.library = "/home/me/libmine.so";
	for (unsigned i = 0; i < 20; i++) {
		model_call(&model, 0, 1, 1);
		model_malloc(&model, 2, 0x1000, 100);
		model_call(&model, 0, 3, 20);
		model_call(&model, 0, 3, 2);
		model_free(&model, 3, 0x1000);
		model_return(&model, 0);
		model_return(&model, 0);
		model_return(&model, 0);
	}
	expect(ADVICE_KINDS, "another (or an unknown) module frees them");
}

/* More lines free them than are told apart. */
static void who_frees_must_be_known(void **state)
{
	unsigned i;

	(void)state;
	model_begin(&model);
	for (i = 0; i < 40; i++) {
		model_call(&model, 0, 1, 1);
		model_malloc(&model, 2, 0x1000, 100);
		model_call(&model, 0, 3 + i % 4, 20 + i / 4 % 4);
		model_free(&model, 3, 0x1000);
		model_return(&model, 0);
		model_return(&model, 0);
	}
	expect(ADVICE_KINDS, "more call paths free them than are counted");
}

/* The library of a language, wherever the system put it, is nobody's to change. */
static void runtimes_are_left_alone(void **state)
{
	static const char *const runtimes[] = {
		"/usr/lib/x86_64-linux-gnu/libc.so.6",
		"/lib64/ld-linux-x86-64.so.2",
		"/usr/lib/x86_64-linux-gnu/gconv/UTF-16.so",
		"/usr/lib/gcc/x86_64-linux-gnu/12/libgphobos.so.3",
		"/nix/store/0123-gcc/lib/libstdc++.so.6",
		"[vdso]",
	};
	static const char *const others[] = { "/usr/lib/x86_64-linux-gnu/libz.so.1",
		                                  "/home/me/lib/libc.so.6", "/usr/bin/program",
		                                  "/usr/bin/libc.so.6" };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(runtimes) / sizeof(*runtimes); i++)
		assert_true(module_is_runtime(runtimes[i], "/usr/bin/program"));
	for (i = 0; i < sizeof(others) / sizeof(*others) - 1; i++)
		assert_false(module_is_runtime(others[i], "/usr/bin/program"));
	assert_false(module_is_runtime(others[i], others[i]));

	model_begin(&model);
	model.library = runtimes[2];
	for (i = 0; i < 20; i++) {
		model_call(&model, 0, 1, MODEL_LIBRARY);
		model_malloc(&model, 2, 0x1000, 100);
		model_free(&model, 2, 0x1000);
		model_return(&model, 0);
	}
	classify();
	assert_int_equal(findings.advice.count, 0);
	verdict_fixture_release();
}

/* ---- globals --------------------------------------------------------------------------- */

/* f1 makes so many tables before main() runs, as many bytes larger each. */
static void tables_act(unsigned tables, unsigned more)
{
	unsigned i;

	model_begin(&model);
	model.names[9] = "main";
	model_call(&model, 0, 1, 1);
	for (i = 0; i < tables; i++)
		model_malloc(&model, 2, 0x1000 + 0x100 * i, 64 + more * i);
	model_return(&model, 0);
	model_call(&model, 0, 2, 9);
	model_malloc(&model, 1, 0x8000, 8);
	model_free(&model, 1, 0x8000);
}

static void globals_are_tables(void **state)
{
	(void)state;
	tables_act(16, 0);
	expect(ADVICE_STATIC,
	       "globals for what f1() allocates: 16 blocks of 64 B, born before "
	       "main(), not freed before exit");
	tables_act(16, 1);
	expect(ADVICE_KINDS, "not known to be constant");
	tables_act(1, 0);
	expect(ADVICE_KINDS, "1 block: the next run may not have as many");
	tables_act(2, 0);
	expect(ADVICE_KINDS, "2 blocks: the next run");

	/* Killed, or still running: they might have been freed later. */
	tables_act(16, 0);
	model.header.flags &= ~(uint32_t)RING_FINISHED;
	expect(ADVICE_KINDS, "did not run to its end");
}

static void what_saves_little_is_left_out(void **state)
{
	unsigned i;

	(void)state;
	model_begin(&model);
	given_act(3, false);
	for (i = 0; i < 300000; i++)
		model_malloc(&model, 1, 0x10000 + 0x100 * i, 100);
	expect(ADVICE_KINDS, "it would save less than one in 10000 of the calls");
}

/* ---- reuse ----------------------------------------------------------------------------- */

enum { MAKES = 1, FREES = 2, MAKES_FIRST = 4 };

/* One call of f1 from a line of f0: block i is made, the one before is freed. */
static void cache_call(unsigned line, unsigned what, unsigned i)
{
	model_call(&model, 0, line, 1);
	if (what & MAKES_FIRST)
		model_malloc(&model, 2, 0x1000 + 64 * (i % 2), 48);
	if (what & FREES)
		model_free(&model, 3, 0x1000 + 64 * ((i + 1) % 2));
	if (what & MAKES)
		model_malloc(&model, 2, 0x1000 + 64 * (i % 2), 48);
	model_return(&model, 0);
}

static void reuse_is_of_one_call(void **state)
{
	unsigned i;

	(void)state;
	model_begin(&model);
	for (i = 0; i < 40; i++)
		cache_call(1, i ? FREES | MAKES : MAKES, i);
	expect(ADVICE_REUSE,
	       "keep the block in f1() and use it again: 40 of 48 B, each freed by "
	       "the call that made the next");
	model_begin(&model);
	for (i = 0; i < 40; i++)
		cache_call(1, i ? FREES | MAKES_FIRST : MAKES, i);
	expect(ADVICE_REUSE, "keep the block in f1()");

	/* On two ways. */
	model_begin(&model);
	for (i = 0; i < 40; i++)
		cache_call(1 + i % 2, i ? FREES | MAKES : MAKES, i);
	expect(ADVICE_REUSE, "keep the block in f1()");
	model_begin(&model);
	for (i = 0; i < 40; i++)
		cache_call(1 + i % 2, i ? FREES | MAKES_FIRST : MAKES, i);
	expect(ADVICE_REUSE, "keep the block in f1()");

	/* Many call sites, each with a block of another size; other functions free the last. */
	model_begin(&model);
	for (i = 0; i < 80; i++) {
		model_call(&model, 0, 1, 1);
		if (i >= 16)
			model_free(&model, 3, 0x1000 + 0x100 * (i % 16));
		model_malloc(&model, 2, 0x1000 + 0x100 * (i % 16), 40 + i % 8);
		model_return(&model, 0);
	}
	for (i = 0; i < 16; i++)
		model_free(&model, 4, 0x1000 + 0x100 * i);
	expect(
		ADVICE_REUSE,
		"f1() frees a block where it makes the next: use that one again, with room for "
		"47 B: 80 of 40 B to 47 B, up to 16 at once; they belong to f0()");

	/* A function that does one thing or the other, as its argument says. */
	model_begin(&model);
	for (i = 0; i < 40; i++) {
		cache_call(1, MAKES, i);
		cache_call(2, FREES, i + 1);
	}
	expect(ADVICE_CALLER,
	       "let f0() own the buffer and pass it down to f1(): 40 blocks of "
	       "48 B, one at a time, each passed up to f0(); f1() must no longer "
	       "free them");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_bounded_or_not),
		cmocka_unit_test(a_library_keeps_what_it_is_given),
		cmocka_unit_test(who_frees_must_be_known),
		cmocka_unit_test(runtimes_are_left_alone),
		cmocka_unit_test(globals_are_tables),
		cmocka_unit_test(what_saves_little_is_left_out),
		cmocka_unit_test(reuse_is_of_one_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_frame_rule.c - a cached rule is the one that the tables give, however many addresses share
 * the cache; a rule that was replaced is kept, and forgotten with the others.
 */
#include "own_ring.h"
#include "modules/frame_rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dlfcn.h>

#define STEP_BYTES 13 /* so that addresses have all remainders */

static struct cfi_module libc;
static uintptr_t code, code_end;

static int set_up(void **unused)
{
	if (own_ring_set_up(unused))
		return -1;
	code = (uintptr_t)dlsym(RTLD_DEFAULT, "abort");
	if (!code || !cfi_module_find(code, &libc))
		return -1;
	code_end = (uintptr_t)cfi_module_code_end(&libc, code);
	return code_end ? 0 : -1;
}

/* Whether the cache's rule says what the module's tables say, if it has room for that. */
static bool is_right(uintptr_t address)
{
	struct cfi_rule rule = cfi_rule_find(&libc, address);
	frame_rule cached = frame_rule_get(address);

	if (rule.kind == CFI_SP && rule.fp_below > rule.cfa_offset)
		return frame_rule_kind(cached) == CFI_COMPLEX;
	if (rule.kind == CFI_SP || rule.kind == CFI_FP)
		return frame_rule_kind(cached) == rule.kind &&
		       frame_rule_cfa_offset(cached) == rule.cfa_offset &&
		       frame_rule_fp_below(cached) == rule.fp_below;
	return frame_rule_kind(cached) == rule.kind;
}

static void all_are_right(void **unused)
{
	uint32_t asked = 0;

	(void)unused;
	for (int round = 0; round < 3; round++) {
		for (uintptr_t at = code; at < code_end; at += STEP_BYTES, asked++)
			assert_true(is_right(at));
	}
	/* More than the cache has room for. */
	assert_true(asked / 3 > 1u << RULE_INDEX_BITS);
}

/* Returns the next address with the index of `address` whose rule is a simple one. */
static uintptr_t find_rival(uintptr_t address)
{
	for (uintptr_t at = address + 1; at < code_end; at++) {
		if (frame_rule_index(at) == frame_rule_index(address) &&
		    cfi_rule_find(&libc, at).kind == CFI_SP)
			return at;
	}
	return 0;
}

static void replaced_ones_are_kept(void **unused)
{
	uint32_t pairs = 0;

	(void)unused;
	frame_rule_flush();
	for (uintptr_t at = code; at < code_end && pairs < 100; at += 101) {
		uintptr_t rival = find_rival(at);
		frame_rule rule;

		if (cfi_rule_find(&libc, at).kind != CFI_SP || !rival)
			continue;
		rule = frame_rule_get(at);
		frame_rule_get(rival);
		assert_true(rule != 0);
		assert_int_equal(frame_rule_known(at),
		                 rule); /* and this replaces the rival's */
		assert_true(frame_rule_known(rival) != 0);
		assert_true(is_right(at) && is_right(rival));
		pairs++;
	}
	assert_int_equal(pairs, 100);
}

static void all_are_forgotten(void **unused)
{
	(void)unused;
	frame_rule_flush();
	for (uintptr_t at = code; at < code_end; at += STEP_BYTES)
		assert_int_equal(frame_rule_known(at), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_right),
		cmocka_unit_test(all_are_forgotten),
		cmocka_unit_test(replaced_ones_are_kept),
		cmocka_unit_test(all_are_forgotten),
	};

	return cmocka_run_group_tests(tests, set_up, own_ring_tear_down);
}

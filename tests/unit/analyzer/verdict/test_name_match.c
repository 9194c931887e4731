/* test_name_match.c - what names of Go functions mean when they are typed. */
#include "verdict/name_match.h"

#include "verdict/own_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define METHOD "example.com/app/store.(*Cache[...]).Get"

static void go_names_are_meant(void **state)
{
	static const struct {
		const char *name, *which;
		enum name_meaning meaning;
		bool is_meant;
	} cases[] = {
		{ METHOD, METHOD, NAME_WHOLE, true },
		{ METHOD, METHOD "()", NAME_WHOLE, true },
		{ "main.Map[...]", "main.Map[...]", NAME_WHOLE, true },
		{ "main.Map[...]", "main.Map", NAME_PLAIN, true },
		{ "main.Map[...].func1", "main.Map[...].func1", NAME_WHOLE, true },
		{ METHOD, "../store.(*Cache[...]).Get", NAME_CUT, true },
		{ METHOD, "../app/store.(*Cache[...]).Get", NAME_CUT, true },
		{ METHOD, "../shop.(*Cache[...]).Get", NAME_CUT, false },
		{ METHOD, "*store*Get", NAME_GLOB, true },
		{ METHOD, "example.com/app/*", NAME_GLOB, true },
		{ METHOD, "store.(*Cache", NAME_PART, true },
		{ METHOD, "(*Cache[...]).Get", NAME_PART, true },
		{ METHOD, "(*Cache[...]).Put", NAME_PART, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (name_is_meant(cases[i].name, cases[i].name, cases[i].which,
		                  cases[i].meaning) != cases[i].is_meant)
			fail_msg("'%s' and %s", cases[i].which, cases[i].name);
	}
}

/* As --keep and --wrapper take them. */
static void go_names_match_options(void **state)
{
	static const char *const patterns[] = { METHOD, "*.(*Cache*).Get", "*/store.*",
		                                    "example.com/app/store.*" };
	static const char *const others[] = { "main.(*T).Get", "store",
		                                  "example.com/app/store.", "main" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		if (!function_name_matches(METHOD, &patterns[i], 1))
			fail_msg("'%s' matches", patterns[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (function_name_matches(METHOD, &others[i], 1))
			fail_msg("'%s' does not match", others[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_names_are_meant),
		cmocka_unit_test(go_names_match_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

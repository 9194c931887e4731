/* test_own_code.c - whose code a function is: the guess, the patterns, and the order of lists. */
#include "verdict/own_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PROGRAM "/home/me/build/program"

static void guesses(void **state)
{
	static const struct {
		const char *home, *module;
		bool is_mine;
	} cases[] = {
		{ "/home/me/src/a.c", PROGRAM, true },
		{ "", PROGRAM, true }, /* no debug information */
		{ "src/a.c", PROGRAM, true },
		{ "/usr/src/app/a.c", "/usr/src/app/program", true },
		{ "/root/a.c", "/usr/local/bin/program", true },
		{ "/usr/include/boost/any.hpp", PROGRAM, false },
		{ "/usr/local/include/fmt/format.h", PROGRAM, false },
		{ "/usr/local/go/src/runtime/malloc.go", PROGRAM, false },
		{ "/usr/src/debug/glibc-2.36/malloc.c", PROGRAM, false },
		{ "/rustc/59807616e1fa/library/std/src/io/mod.rs", PROGRAM, false },
		{ "/home/me/.cargo/registry/src/index.crates.io-1/serde-1.0/src/de.rs", PROGRAM,
		  false },
		{ "/home/me/go/pkg/mod/x@v1/x.go", PROGRAM, false },
		{ "example.com/x@v1.2.3/x.go", PROGRAM, false }, /* -trimpath */
		{ "/home/me/app/vendor/example.com/x/x.go", PROGRAM, false },
		{ "example/app/store/store.go", PROGRAM, true },
		{ "/home/me/app/vendor/a.c", PROGRAM, true },
		{ "/home/me/build/_deps/fmt-src/include/fmt/format.h", PROGRAM, false },
		{ "", "/home/me/venv/lib/python3/site-packages/numpy/core.so", false },
		{ "/build/zlib/inflate.c", "/usr/lib/x86_64-linux-gnu/libz.so.1", false },
		{ "./malloc/malloc.c", "/lib/x86_64-linux-gnu/libc.so.6", false },
		{ "", "/usr/bin/python3", false },
		{ "", "/usr/local/lib/libz.so", false },
		{ "", "[vdso]", false },
		{ "", "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (own_code_is_guess(cases[i].home, cases[i].module) != cases[i].is_mine)
			fail_msg("'%s' in '%s'", cases[i].home, cases[i].module);
	}
}

static void patterns_match(void **state)
{
	static const struct {
		const char *pattern, *function, *home, *module;
		bool is_match;
	} cases[] = {
		{ "/home/me/src", "f", "/home/me/src/a.c", "", true },
		{ "/home/me/src/", "f", "/home/me/src/deep/a.c", "", true },
		{ "/home/me/s", "f", "/home/me/src/a.c", "", false },
		{ "/home/*/src", "f", "/home/me/src/a.c", "", true },
		{ "src", "f", "/home/me/src/a.c", "", true },
		{ "src/", "f", "/home/me/src/a.c", "", true },
		{ "src/a.c", "f", "/home/me/src/a.c", "", true },
		{ "a.c", "f", "/home/me/src/a.c", "", true },
		{ "*.c", "f", "/home/me/src/a.c", "", true },
		{ "a", "f", "/home/me/src/a.c", "", false },
		/* a src of a package manager is not meant, unless the path is whole */
		{ "src", "f", "/home/me/.cargo/registry/src/x/a.rs", "", false },
		{ "/home/me/.cargo/registry/src/x", "f", "/home/me/.cargo/registry/src/x/a.rs",
		  "", true },
		{ "program", "f", "", PROGRAM, true },
		{ PROGRAM, "f", "", PROGRAM, true },
		{ "program", "f", "/usr/include/boost/any.hpp", PROGRAM, false },
		/* an installed module is meant only by its own name */
		{ "libjq.so.1", "jv_parser_next", "", "/usr/lib/libjq.so.1", true },
		{ "libjq", "jv_parser_next", "", "/usr/lib/libjq.so.1", true },
		{ "libjq*", "jv_parser_next", "", "/usr/lib/libjq.so.1", true },
		{ "libj", "jv_parser_next", "", "/usr/lib/libjq.so.1", false },
		{ "lib", "jv_parser_next", "", "/usr/lib/libjq.so.1", false },
		{ "libjq", "f", "/usr/include/boost/any.hpp", "/usr/lib/libjq.so.1", false },
		{ "app", "app::run()", "", "", true },
		{ "app::", "void app::run<int>(int)", "", "", true },
		{ "app::cache", "app::cache::fill()", "", "", true },
		{ "cache", "app::cache::fill()", "", "", true },
		{ "cache", "app::cache_line::fill()", "", "", false },
		{ "app", "my::app_thing::run()", "", "", false },
		{ "serde_json", "<serde_json::value::Value as core::clone::Clone>::clone", "",
		  "", true },
		{ "boost", "boost::any::any()", "/usr/include/boost/any.hpp", "", true },
		{ "parse_*", "parse_line", "", "", true },
		{ "main", "main.(*T).Act", "", "", true },
		{ "example.com/app", "example.com/app/store.Get[...]", "", "", true },
		{ "example.com/app/", "example.com/app/store.Get[...]", "", "", true },
		{ "app/store", "example.com/app/store.(*Cache[...]).Get.func1", "", "", true },
		{ "store", "example.com/app/storehouse.Get", "", "", false },
		{ "example.com/app", "example.com/application.Get", "", "", false },
		{ "main.(*T).Act", "main.(*T).Act", "", "", true },
		{ "main.Get[...]", "main.Get[...]", "", "", true },
		{ "main.Get", "main.Get[...]", "", "", true },
		{ "", "f", "", "", false },
		{ "::", "f", "a.c", "", false },
		{ "app", "", "", "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (own_code_is_match(cases[i].pattern, cases[i].function, cases[i].home,
		                      cases[i].module) != cases[i].is_match)
			fail_msg("'%s': %s in '%s'", cases[i].pattern, cases[i].function,
			         cases[i].home);
	}
}

static void own_code_comes_first(void **state)
{
	const struct function_table guessed = { .has_mine = true };
	const struct function_table given = { .has_mine = true, .is_mine_given = true };

	(void)state;
	/* a guess: unless the other weighs more than ten times as much */
	assert_true(own_code_compare(&guessed, true, 10, false, 100) < 0);
	assert_true(own_code_compare(&guessed, false, 100, true, 10) > 0);
	assert_true(own_code_compare(&guessed, true, 10, false, 110) > 0);
	assert_true(own_code_compare(&guessed, false, 110, true, 10) < 0);
	/* as the user wants it: always, if there is anything of it */
	assert_true(own_code_compare(&given, true, 1, false, 1000000) < 0);
	assert_true(own_code_compare(&given, false, 1000000, true, 1) > 0);
	assert_true(own_code_compare(&given, true, 0, false, 1) > 0);
	assert_true(own_code_compare(&given, false, 1, true, 0) < 0);
	/* the same kind: by weight */
	assert_true(own_code_compare(&given, true, 2, true, 1) < 0);
	assert_true(own_code_compare(&guessed, false, 11, false, 19) > 0);
	assert_int_equal(own_code_compare(&guessed, false, 5, false, 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guesses),
		cmocka_unit_test(patterns_match),
		cmocka_unit_test(own_code_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

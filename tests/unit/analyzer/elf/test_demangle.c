/* test_demangle.c - names of C++ and Rust, and names that only look like them. */
#include "elf/demangle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_demangled(const char *mangled, const char *expected)
{
	char *name = demangle(mangled);

	assert_non_null(name);
	assert_string_equal(name, expected);
	free(name);
}

static void knows_cpp(void **state)
{
	(void)state;
	assert_demangled("_Znwm", "operator new(unsigned long)");
	assert_demangled("_ZN3foo3barEi", "foo::bar(int)");
	assert_demangled("_ZNSt6vectorIiSaIiEE9push_backEOi",
	                 "std::vector<int, std::allocator<int> >::push_back(int&&)");
	assert_demangled("_ZN12_GLOBAL__N_13runEv", "(anonymous namespace)::run()");
}

static void names_clones(void **state)
{
	(void)state;
	assert_demangled("_ZN3foo3barEi.cold", "foo::bar(int) [clone .cold]");
	assert_demangled("_ZN3foo3barEi.part.0", "foo::bar(int) [clone .part.0]");
}

static void knows_rust(void **state)
{
	(void)state;
	assert_demangled("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE",
	                 "core::fmt::Write::write_fmt");
	assert_demangled("_RNvC6_123foo3bar", "123foo::bar");
	assert_demangled("_RNvNtCs1234_7mycrate3foo3bar", "mycrate::foo::bar");
}

static void knows_where_hashes_are_dropped(void **state)
{
	(void)state;
	assert_true(demangle_drops_hash("_ZN4same3act17h0123456789abcdefE"));
	assert_true(demangle_drops_hash("_RNvNtCs1234_7mycrate3foo3bar"));
	assert_false(demangle_drops_hash("_ZN4same3actEv"));
	assert_false(demangle_drops_hash("_ZN4same3act17h0123456789abcdexE"));
	assert_false(demangle_drops_hash("17h0123456789abcdefE"));
	assert_false(demangle_drops_hash("main"));
	assert_false(demangle_drops_hash(""));
}

static void knows_d(void **state)
{
	(void)state;
	assert_demangled("_D4core6memory2GC6mallocFNaNbmkxC8TypeInfoZPv",
	                 "core.memory.GC.malloc(ulong, uint, const(TypeInfo))");
	assert_demangled("_Dmain", "D main");
}

static void leaves_other_names_alone(void **state)
{
	static const char *const names[] = { "",
		                                 "_",
		                                 "_Z",
		                                 "main",
		                                 "malloc",
		                                 "_start",
		                                 "_ZZZZ",
		                                 "_ZN",
		                                 "_R",
		                                 "Znwm",
		                                 "__libc_start_main",
		                                 "_Gfoo",
		                                 "_D",
		                                 "_Debug",
		                                 "_D5hello" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(demangle(names[i]));
}

/* A damaged symbol table must not cost the stack or all memory. */
static void bounds_what_it_takes(void **state)
{
	size_t bytes = 1 << 20;
	char *name = malloc(bytes + 1), *result;

	(void)state;
	memset(name, 'P', bytes);
	memcpy(name, "_Z1f", 4);
	name[bytes] = '\0';
	assert_null(demangle(name));
	name[60000] = '\0'; /* taken, but its pointers are nested too deeply */
	result = demangle(name);
	free(result);
	free(name);
}

/* Poll<Future<Future<.., B>, B> >::poll(), as expression templates and async code nest. */
static void knows_long_names(void **state)
{
	static const unsigned levels[] = { 20, 100, 250 };
	char *name = malloc(1 << 16), *result, *at;
	size_t i;
	unsigned j;

	(void)state;
	for (i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		at = stpcpy(name, "_ZN4PollI6FutureI");
		for (j = 1; j < levels[i]; j++)
			at = stpcpy(at, "S0_I");
		at = stpcpy(at, "1A");
		for (j = 0; j < levels[i]; j++)
			at = stpcpy(at, "46a_state_of_an_asynchronous_operation_with_num_E");
		strcpy(at, "E4pollEv");
		assert_true(strlen(name) > 1024);
		result = demangle(name);
		assert_non_null(result);
		assert_memory_equal(result, "Poll<Future<", 12);
		assert_string_equal(result + strlen(result) - 11, "> >::poll()");
		free(result);
	}
	free(name);
}

/* Each type is the pair of the one before: a few hundred bytes that say 2^60 names. */
static void bounds_what_comes_out(void **state)
{
	char name[1024] = "_Z1f1A1PIS_S_E", *at = name + strlen(name);
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	unsigned i;

	(void)state;
	for (i = 2; i < 36; i++)
		at += sprintf(at, "S0_IS%c_S%c_E", digits[i - 1], digits[i - 1]);
	assert_null(demangle(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_cpp),
		cmocka_unit_test(names_clones),
		cmocka_unit_test(knows_rust),
		cmocka_unit_test(knows_where_hashes_are_dropped),
		cmocka_unit_test(knows_d),
		cmocka_unit_test(leaves_other_names_alone),
		cmocka_unit_test(bounds_what_it_takes),
		cmocka_unit_test(knows_long_names),
		cmocka_unit_test(bounds_what_comes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

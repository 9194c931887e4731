/* test_dynamic_symbols.c - what the loader finds is found, and no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dlfcn.h>
#include <link.h>

#include "modules/dynamic_symbols.h"

static struct dynamic_symbols symbols_of(const char *name)
{
	struct dynamic_symbols dynamic;
	struct link_map *map = NULL;
	void *handle = dlopen(name, RTLD_NOW);

	assert_non_null(handle);
	assert_int_equal(dlinfo(handle, RTLD_DI_LINKMAP, &map), 0);
	assert_true(dynamic_symbols_read(map, &dynamic));
	return dynamic;
}

static void test_found(void **state)
{
	static const char *const names[] = { "malloc", "printf", "environ", "qsort",
		                                 "dlopen" };
	struct dynamic_symbols libc = symbols_of("libc.so.6");
	void *handle = dlopen("libc.so.6", RTLD_NOW);

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_true(dynamic_symbols_find(&libc, names[i]) ==
		            (uintptr_t)dlsym(handle, names[i]));
}

static void test_not_found(void **state)
{
	struct dynamic_symbols libc = symbols_of("libc.so.6");
	struct dynamic_symbols program = symbols_of(NULL);

	(void)state;
	assert_true(dynamic_symbols_find(&libc, "caml_frametable") == 0);
	assert_true(dynamic_symbols_find(&libc, "") == 0);
	/* Imported is not exported. */
	assert_true(dynamic_symbols_find(&program, "dlinfo") == 0);
}

static void test_imports(void **state)
{
	static const char *const names[] = { "no_such_name", "dlinfo" };
	struct dynamic_symbols program = symbols_of(NULL);

	(void)state;
	assert_true(dynamic_symbols_import(&program, names, 2));
	assert_false(dynamic_symbols_import(&program, names, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_imports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

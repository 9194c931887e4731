/* test_go_name.c - what names of Go functions say. */
#include "elf/go_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void plumbing_is_known(void **state)
{
	static const char *const yes[] = {
		"runtime.cgocall",
		"runtime.asmcgocall",
		"runtime.cgocallback",
		"runtime.cgocallbackg1",
		"crosscall2",
		"runtime.goexit",
		"_cgo_0b0c0b0c0b0c_Cfunc_CString",
		"_cgoexp_0b0c0b0c0b0c_goCallback",
		"main._Cfunc_CString",
		"main._cgo_cmalloc",
		"github.com/mattn/go-sqlite3._Cfunc__sqlite3_open_v2",
		"github.com/mattn/go-sqlite3._C2func_open",
		"main.main.gowrap1",
		"main.work.deferwrap12",
		"main.(*T).Get-fm",
	};
	static const char *const no[] = {
		"",
		"main",
		"main.main",
		"runtime.main",
		"runtime.mallocgc",
		"runtime.cgocallers",
		"main.cgocall",
		"main.gowrapper",
		"main.gowrap1.func1",
		"main.My_Cfunc_",
		"cgo_init",
		"a-fm-b",
		"main.(*T).Get",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (!is_go_plumbing(yes[i]))
			fail_msg("%s leads from Go to C", yes[i]);
	}
	for (i = 0; i < sizeof(no) / sizeof(*no); i++) {
		if (is_go_plumbing(no[i]))
			fail_msg("%s does something of its own", no[i]);
	}
	assert_true(is_go_plumbing_glob("main._Cfunc_*"));
	assert_true(is_go_plumbing_glob("*.gowrap*"));
	assert_false(is_go_plumbing_glob("main.*"));
	assert_false(is_go_plumbing_glob("*"));
}

static void calls_are_known(void **state)
{
	(void)state;
	assert_true(is_go_allocator("main._Cfunc_CString"));
	assert_true(is_go_allocator("example.com/a._Cfunc__CMalloc"));
	assert_false(is_go_allocator("main._Cfunc_free"));
	assert_false(is_go_allocator("_Cfunc_CString"));
	assert_false(is_go_allocator("main._Cfunc_CStringer"));
	assert_true(is_go_panic("runtime.panicIndex"));
	assert_true(is_go_panic("runtime.gopanic"));
	assert_true(is_go_panic("os.Exit"));
	assert_false(is_go_panic("runtime.panicCheck1"));
	assert_true(is_go_package_init("main.init"));
	assert_true(is_go_package_init("example.com/a.b/c.init.12"));
	assert_false(is_go_package_init("main.init.func1"));
	assert_false(is_go_package_init("main.init.0.func1"));
	assert_false(is_go_package_init("main.initialize"));
	assert_false(is_go_package_init("main.(*T).init"));
	assert_false(is_go_package_init("init"));
	assert_false(is_go_panic("main.panicIndex"));
	assert_false(is_go_panic("runtime.mallocgc"));
	assert_true(is_go_startup("runtime.main"));
	assert_false(is_go_startup("main.main"));
}

static void import_paths_are_known(void **state)
{
	static const struct {
		const char *function, *package;
		bool is_standard;
	} cases[] = {
		{ "main.main", "main", false },
		{ "main.(*T).Get", "main", false },
		{ "example.com/app/store.(*Cache[...]).Get.func1", "example.com/app/store",
		  false },
		{ "example.com/app/v2.Map[...]", "example.com/app/v2", false },
		{ "gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml%2ev3", false },
		{ "runtime.mallocgc", "runtime", true },
		{ "internal/abi.Kind.String", "internal/abi", true },
		{ "net/http.(*Client).Do", "net/http", true },
		{ "vendor/golang.org/x/net/idna.ToASCII", "vendor/golang.org/x/net/idna",
		  true },
		{ "nettle.Open", "nettle", false },
		{ "example/net.Open", "example/net", false },
		{ "type:.eq.main.T", "type:", false },
		{ "thing_new", "", false }, /* C code in a Go file */
		{ "crosscall2", "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (go_package_bytes(cases[i].function) != strlen(cases[i].package) ||
		    is_go_standard(cases[i].function) != cases[i].is_standard)
			fail_msg("%s: %zu bytes, %s", cases[i].function,
			         go_package_bytes(cases[i].function),
			         is_go_standard(cases[i].function) ? "of Go" : "not of Go");
	}
}

static void receivers_are_parts_of_names(void **state)
{
	const char *name = "main.(*struct { f func(int) }).Get", *open = "main.(*T";
	const char *receiver = "(*T)", *after_name = "f(*T)";

	(void)state;
	assert_int_equal(go_receiver_bytes(name, name + 5),
	                 strlen("(*struct { f func(int) })"));
	assert_int_equal(go_receiver_bytes(name, name + 19), 0);
	assert_int_equal(go_receiver_bytes(open, open + 5), 0);
	assert_int_equal(go_receiver_bytes(receiver, receiver), 0);
	assert_int_equal(go_receiver_bytes(after_name, after_name + 1), 0);
}

/* What os.Setenv calls is the program's. */
static void functions_of_the_runtime_in_c_are_known(void **state)
{
	static const char *const no[] = { "x_cgo_setenv", "x_cgo_unsetenv", "x_cgo_malloc",
		                              "main.x_cgo_mmap", "mmap" };

	(void)state;
	assert_true(is_go_runtime_c("x_cgo_mmap"));
	assert_true(is_go_runtime_c("x_cgo_thread_start"));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++) {
		if (is_go_runtime_c(no[i]))
			fail_msg("%s is called for the program", no[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plumbing_is_known),
		cmocka_unit_test(calls_are_known),
		cmocka_unit_test(import_paths_are_known),
		cmocka_unit_test(receivers_are_parts_of_names),
		cmocka_unit_test(functions_of_the_runtime_in_c_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

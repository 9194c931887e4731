/* test_report.c - whom a report blames, how it groups, and JSON that is JSON. */
#include "elf/allocators.h"
#include "elf/cxx_name.h"
#include "base/json_writer.h"
#include "replay/profile.h"
#include "verdict/classes.h"
#include "report/rows.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void knows_who_allocates_for_others(void **state)
{
	static const char *const yes[] = {
		"operator new(unsigned long)",
		"operator new[](unsigned long, std::align_val_t)",
		"operator new",
		"_Znwm@plt",
		"xmalloc",
		"__strdup",
		"__GI___strdup",
		"__GI___strndup",
		"__GI___vasprintf_internal",
		"__vasprintf_chk",
		"__GI___libc_reallocarray",
		"__libc_malloc",
		"_IO_vasprintf",
		"__wcsdup",
		"strdup@@GLIBC_2.2.5",
		"__strdup.part.0",
		"xmalloc.constprop.0",
		"_xcalloc",
		"boost::container::vector<int>::priv_insert()",
		/* from Go to C */
		"main._Cfunc_CString",
		"runtime.cgocall",
	};
	static const char *const no[] = {
		"",
		"main",
		"operator newish()",
		"xmalloc_counter",
		"my_strdup",
		"__my_strdup",
		"libc_malloc",
		"malloc_internal",
		"malloc.Init",
		"__GI___fopen_internal",
		"std::string make_name<int>(int)",
		"mystd::vector()",
		"Pool::operator new(unsigned long)",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		if (!is_allocator_name(yes[i]))
			fail_msg("%s allocates for its caller", yes[i]);
	}
	for (i = 0; i < sizeof(no) / sizeof(*no); i++) {
		if (is_allocator_name(no[i]))
			fail_msg("%s does more than allocate", no[i]);
	}
}

static void names_read_as_people_write_them(void **state)
{
	static const struct {
		const char *name, *brief;
	} cases[] = {
		{ "main", "main" },
		{ "", "" },
		{ "void std::vector<A, B<C> >::insert<int&>(int, int&&)",
		  "std::vector<>::insert<>()" },
		{ "operator new(unsigned long)", "operator new()" },
		{ "A::operator->()", "A::operator->()" },
		{ "A::operator()(int) const", "A::operator()() const" },
		{ "std::ostream& std::operator<< <char>(std::ostream&, char)",
		  "std::operator<< <>()" },
		{ "f(int)::{lambda(int)#1}::operator()(int) const",
		  "f()::{lambda(int)#1}::operator()() const" },
		{ "bool (anonymous namespace)::g<int>(int)", "(anonymous namespace)::g<>()" },
		{ "<Vec<T> as From<U>>::from", "<Vec<T> as From<U>>::from" },
		{ "a<b", "a<>" },
		{ "main.(*T).Act", "main.(*T).Act" },
		{ "main.(*stack[...]).Push", "main.(*stack[...]).Push" },
		{ "example.com/a.(*struct { sync.Mutex; f func(int) }).Lock-fm",
		  "example.com/a.(*struct { sync.Mutex; f func(int) }).Lock-fm" },
	};
	char text[256], small[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(function_name_short(text, sizeof(text), cases[i].name),
		                    cases[i].brief);
	assert_string_equal(function_name_short(small, sizeof(small), "a_long_name<int>"),
	                    "a_long_");
	assert_string_equal(function_name_short(small, 1, "anything"), "");
}

static void variants_are_of_one_family(void **state)
{
	static const struct {
		const char *name, *family;
	} cases[] = {
		{ "<std::backtrace::Backtrace>::create::{closure#0}",
		  "std::backtrace::Backtrace::create" },
		{ "<std::path::Path>::join::<&str>", "std::path::Path::join" },
		{ "xmalloc", "xmalloc" },
		{ "main.(*T).Act", "main.(*T).Act" },
		{ "main.(*stack[...]).Push.func1", "main.(*stack[...]).Push.func1" },
		{ "main.Map[...]", "main.Map[...]" },
		{ "program+0x1f00", "program+0x1f00" },
		{ "", "" },
		{ "operator new(unsigned long)", "operator new" },
		{ "operator new[](unsigned long, std::align_val_t)", "operator new[]" },
		{ "std::string std::operator+<char, A<char> >(char const*)", "std::operator+" },
		{ "std::ostream& std::operator<< <char>(std::ostream&, char)",
		  "std::operator<<" },
		{ "bool std::operator<=><int>(int)", "std::operator<=>" },
		{ "P<int>& P<int>::operator->*<int>(int)", "P" },
		{ "void std::vector<int, std::allocator<int> >::reserve(unsigned long)",
		  "std::vector" },
		{ "std::__cxx11::basic_string<char>::_M_create(unsigned long&)",
		  "std::__cxx11::basic_string" },
		{ "std::_Rb_tree_iterator<int> std::_Rb_tree<int>::_M_emplace<int>(int&&)",
		  "std::_Rb_tree" },
		{ "bool (anonymous namespace)::g<int>(int)", "(anonymous namespace)::g" },
		{ "f(int)::{lambda(int)#1}::operator()(int) const", "f" },
		{ "<alloc::raw_vec::RawVecInner>::finish_grow",
		  "alloc::raw_vec::RawVecInner::finish_grow" },
		{ "<alloc::raw_vec::RawVec<alloc::vec::Vec<u8>>>::grow_one",
		  "alloc::raw_vec::RawVec" },
		{ "alloc::raw_vec::RawVec<T,A>::grow_one", "alloc::raw_vec::RawVec" },
		{ "<alloc::string::String as core::fmt::Write>::write_str",
		  "alloc::string::String" },
		{ "<&mut alloc::vec::Vec<T> as A>::f", "alloc::vec::Vec" },
		{ "<T as alloc::slice::hack::ConvertVec>::to_vec",
		  "alloc::slice::hack::ConvertVec" },
		{ "<i32 as core::fmt::Display>::fmt", "core::fmt::Display" },
		{ "<[T] as alloc::slice::Concat<str>>::concat", "alloc::slice::Concat" },
		{ "<<a::B as c::D>::E as f::G>::h", "a::B" },
		{ "alloc::fmt::format::{{closure}}", "alloc::fmt::format" },
		{ "hashbrown::entry::<impl hashbrown::map::HashMap<K,V>>::entry",
		  "hashbrown::entry" },
		{ "<T>::f", "T::f" },
		{ "<", "<" },
		{ "<>", "<>" },
		{ "<<<", "<<<" },
		{ "(", "()" },
		{ "::", "::" },
	};
	char text[256], small[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(function_name_family(text, sizeof(text), cases[i].name),
		                    cases[i].family);
	assert_string_equal(function_name_family(small, sizeof(small), "a_long_name<int>"),
	                    "a_long_");
	assert_string_equal(function_name_family(small, 1, "<a::b>"), "");
}

#define CALLER_A 0x1100
#define CALLER_B 0x1200
#define OPERATOR_NEW 0x9100

/*
 * main calls a and b, both call operator new; a also with an inlined allocator between.
 * The module of operator new is another one.
 */
static struct profile *new_profile(struct trace_reader **reader, struct bytes *bytes)
{
	static const uint64_t by_a[] = { CALLER_A, OPERATOR_NEW };
	static const uint64_t by_b[] = { CALLER_B, OPERATOR_NEW };
	struct ring_header header = build_header(1);
	struct chunk_build chunk;
	struct trace_build trace;
	struct error error;

	trace_build_begin(&trace, header.session);
	trace_build_process(&trace, 0, &header);
	chunk_build_begin(&chunk, CHUNK_KIND_DEFINITIONS, 1, 0);
	chunk_build_module(&chunk, 0, 0x1000, 0x2000, 0, "/bin/program", "");
	chunk_build_module(&chunk, 0, 0x9000, 0xa000, 0, "/lib/libstdc++.so", "");
	trace_build_chunk(&trace, 0, &chunk);
	chunk_build_release(&chunk);
	chunk_build_begin(&chunk, CHUNK_KIND_EVENTS, 2, 0);
	chunk_build_run(&chunk, 1, 0, 0, NULL, 0);
	chunk_build_malloc(&chunk, 1, 0, by_a, 2, 0x10000, 100);
	chunk_build_malloc(&chunk, 2, 2, by_b, 2, 0x20000, 30);
	chunk_build_malloc(&chunk, 3, 2, by_a, 2, 0x30000, 100);
	trace_build_chunk(&trace, 0, &chunk);
	chunk_build_release(&chunk);
	trace_build_end(&trace);
	*bytes = trace.bytes;
	*reader = trace_reader_open_memory("memory", bytes->data, bytes->count, &error);
	assert_non_null(*reader);
	return profile_read(*reader, 0, NULL, NULL, &error);
}

static void symbol_add(struct profile *profile, uint32_t module, uint64_t offset,
                       const char *function)
{
	struct symbol_frame frame = { .function = function, .file = "source.c", .line = 7 };

	assert_int_equal(symbol_table_begin(profile->symbols, module, offset), 0);
	assert_int_equal(symbol_table_add(profile->symbols, &frame), 0);
}

static void blames_the_caller_of_operator_new(void **state)
{
	struct trace_reader *reader;
	struct bytes bytes;
	struct profile *profile = new_profile(&reader, &bytes);
	struct report_rows rows;
	struct classes *classes;
	struct symbol_frame inlined = { .function = "std::allocator<int>::allocate()",
		                            .file = "a.h",
		                            .line = 1,
		                            .inlined = true,
		                            .is_library = true };
	struct symbol_frame outer = { .function = "a()", .file = "a.c", .line = 2 };

	(void)state;
	symbol_add(profile, 1, OPERATOR_NEW, "operator new(unsigned long)");
	symbol_add(profile, 0, CALLER_B, "b()");
	assert_int_equal(symbol_table_begin(profile->symbols, 0, CALLER_A), 0);
	symbol_table_add(profile->symbols, &inlined);
	symbol_table_add(profile->symbols, &outer);
	classes = classes_new(profile, NULL);
	assert_non_null(classes);

	assert_int_equal(
		report_rows_make(&rows, classes, REPORT_BY_FUNCTION, REPORT_SORT_BYTES), 0);
	assert_int_equal(rows.count, 2);
	assert_string_equal(rows.rows[0].name.function, "a()");
	assert_int_equal(rows.rows[0].bytes, 200);
	assert_int_equal(rows.rows[0].allocations, 2);
	assert_string_equal(rows.rows[1].name.function, "b()");
	report_rows_release(&rows);

	assert_int_equal(
		report_rows_make(&rows, classes, REPORT_BY_MODULE, REPORT_SORT_CALLS), 0);
	assert_int_equal(rows.count, 1);
	assert_string_equal(rows.rows[0].name.module, "/bin/program");
	assert_int_equal(rows.rows[0].live_bytes, 230);
	report_rows_release(&rows);
	classes_free(classes);
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&bytes);
}

static void without_names_addresses_stay_apart(void **state)
{
	struct trace_reader *reader;
	struct bytes bytes;
	struct profile *profile = new_profile(&reader, &bytes);
	struct report_rows rows;
	struct classes *classes = classes_new(profile, NULL);

	(void)state;
	assert_non_null(classes);
	assert_int_equal(
		report_rows_make(&rows, classes, REPORT_BY_PATH, REPORT_SORT_CALLS), 0);
	assert_int_equal(rows.count, 2);
	assert_int_equal(rows.rows[0].allocations, 2);
	report_rows_release(&rows);
	assert_int_equal(
		report_rows_make(&rows, classes, REPORT_BY_FUNCTION, REPORT_SORT_BYTES), 0);
	assert_int_equal(rows.count, 1); /* both come through the same unknown function */
	assert_int_equal(rows.rows[0].name.offset, OPERATOR_NEW);
	assert_int_equal(rows.rows[0].path_count, 2);
	report_rows_release(&rows);
	classes_free(classes);
	profile_free(profile);
	trace_reader_close(reader);
	bytes_release(&bytes);
}

static void json_holds_any_string(void **state)
{
	char *text = NULL;
	size_t bytes;
	FILE *file = open_memstream(&text, &bytes);
	struct json_writer json = json_writer_of(file);

	(void)state;
	json_object_inline(&json, NULL);
	json_string(&json, "a\"b", "tab\t quote\" back\\ \xff \xc3\xa9 \x7f");
	json_array(&json, "empty");
	json_array_end(&json);
	json_array(&json, "list");
	json_count(&json, NULL, UINT64_MAX);
	json_bool(&json, NULL, false);
	json_array_end(&json);
	json_object_end(&json);
	fclose(file);
	assert_string_equal(text,
	                    "{\"a\\\"b\": \"tab\\u0009 quote\\\" back\\\\ \\ufffd \xc3\xa9 "
	                    "\\u007f\", \"empty\": [], "
	                    "\"list\": [18446744073709551615, false]}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_who_allocates_for_others),
		cmocka_unit_test(names_read_as_people_write_them),
		cmocka_unit_test(variants_are_of_one_family),
		cmocka_unit_test(blames_the_caller_of_operator_new),
		cmocka_unit_test(without_names_addresses_stay_apart),
		cmocka_unit_test(json_holds_any_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

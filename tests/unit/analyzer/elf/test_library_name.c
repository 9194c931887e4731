/*
 * test_library_name.c - which functions are of the standard libraries of C++ and Rust. The names
 * are those that gcc, clang and rustc gave to a program's functions.
 */
#include "elf/library_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(*(array)))

static void assert_all(bool (*is_library)(const char *name), bool expected,
                       const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (is_library(names[i]) != expected)
			fail_msg("%s is %sthe library's", names[i], expected ? "" : "not ");
	}
}

static void knows_cpp(void **state)
{
	static const char *const library[] = {
		"_Znwm",
		"_ZnamRKSt9nothrow_t",
		"_ZdlPvm",
		"_ZSt4sortIPiEvT_S1_", /* void std::sort<int*>(int*, int*) */
		"_ZNSt6vectorIiSaIiEE9push_backEOi",
		"_ZNKSt6vectorIiSaIiEE4sizeEv",
		"_ZNSt3__16vectorIiE9push_backEOi",
		"_ZNSs6appendEPKc",
		"_ZNSaIcEC1Ev",
		"_ZNSolsEPFRSoS_E",
		"_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE9_M_createERmm",
		"_ZN9__gnu_cxx12__to_xstringINSt7__cxx1112basic_stringIcEEcEET_v",
		"_ZN10__cxxabiv117__class_type_infoD0Ev",
		"__cxa_allocate_exception",
		/* std::_Function_handler<int (int), main::{lambda(int)#1}>::_M_invoke */
		"_ZNSt17_Function_handlerIFiiEZ4mainEUliE_E9_M_invokeERKSt9_Any_dataOi",
		/* a lambda within a function of std */
		"_ZZNSt3mapIiiE4findERKiENKUlvE_clEv",
		"_ZNSt6vectorIiE17_M_realloc_insertIJiEEEvv.part.0",
		"_ZThn16_NSt18basic_stringstreamIcED1Ev",
		"_ZTv0_n24_NSt18basic_stringstreamIcED1Ev",
	};
	static const char *const other[] = {
		"",
		"main",
		"_Z",
		"_ZN",
		"_ZNK",
		"_ZS",
		"_ZT",
		"_ZTv0",
		"_ZZ",
		"_ZN9999999std",
		/* std::vector<int> map_all<int>(std::vector<int> const&) */
		"_Z7map_allIiESt6vectorIT_SaIS1_EERKS3_",
		"_ZN12_GLOBAL__N_16hiddenEi",
		"_ZZ4mainENKUliE_clEi", /* main::{lambda(int)#1}::operator()(int) */
		"_ZN1DcvNSt7__cxx1112basic_stringIcEEEv", /* D::operator std::string() */
		"_ZN4core6Engine3runB5cxx11Ev",           /* no crate of Rust */
		"_ZN5alloc4poolC2Ev",
		"_ZThn16_N1D2goEv",
		"_ZN3FoonwEm", /* Foo::operator new */
		"_ZN5mystd6vectorEv",
		"_ZN4stdx3runEv",
	};

	(void)state;
	assert_all(is_library_symbol, true, library, COUNT_OF(library));
	assert_all(is_library_symbol, false, other, COUNT_OF(other));
}

static void knows_older_rust_names(void **state)
{
	static const char *const library[] = {
		"_ZN5alloc7raw_vec11finish_grow17h0123456789abcdefE",
		"_ZN4core3ptr29drop_in_place$LT$a..Token$GT$17h0123456789abcdefE",
		/* <alloc::vec::Vec<T,A> as core::clone::Clone>::clone */
		("_ZN67_$LT$alloc..vec..Vec$LT$T$C$A$GT$$u20$as$u20$core..clone..Clone$GT$"
		 "5clone17h0123456789abcdefE"),
		/* <T as alloc::string::ToString>::to_string */
		"_ZN45_$LT$T$u20$as$u20$alloc..string..ToString$GT$9to_string17h0123456789abcdefE",
		/* <&mut alloc::string::String as core::fmt::Write>::write_str */
		("_ZN70_$LT$$RF$mut$u20$alloc..string..String$u20$as$u20$core..fmt..Write$GT$"
		 "9write_str17h0123456789abcdefE"),
		"_ZN9hashbrown3raw13RawTableInner6rehash17h0123456789abcdefE",
		"__rust_alloc",
		"__rdl_realloc",
	};
	static const char *const other[] = {
		"_ZN1a4main17h0123456789abcdefE",
		"_ZN1a4main28_$u7b$$u7b$closure$u7d$$u7d$17h0123456789abcdefE",
		/* <a::Token as core::clone::Clone>::clone */
		"_ZN47_$LT$a..Token$u20$as$u20$core..clone..Clone$GT$5clone17h0123456789abcdefE",
		/* <alloc::vec::Vec<a::Token> as a::Shout>::shout */
		("_ZN60_$LT$alloc..vec..Vec$LT$a..Token$GT$$u20$as$u20$a..Shout$GT$"
		 "5shout17h0123456789abcdefE"),
		/* a::<impl core::convert::From<a::Token> for alloc::string::String>::from */
		("_ZN1a87_$LT$impl$u20$core..convert..From$LT$a..Token$GT$$u20$for$u20$"
		 "alloc..string..String$GT$4from17h0123456789abcdefE"),
		"_ZN10serde_json2de8from_str17h0123456789abcdefE",
	};

	(void)state;
	assert_all(is_library_symbol, true, library, COUNT_OF(library));
	assert_all(is_library_symbol, false, other, COUNT_OF(other));
}

static void knows_rust(void **state)
{
	static const char *const library[] = {
		/* alloc::raw_vec::finish_grow */
		"_RNvNtCsjtuQqpzNzbb_5alloc7raw_vec11finish_grow",
		/* <a::It as core::iter::Iterator>::collect: it stands in the trait */
		("_RINvYNtCs7ChISvZNAsl_1a2ItNtNtNtNtCsjx9E2NWyZyS_4core4iter6traits8iterator8Iterator"
		 "7collectINtNtCsjtuQqpzNzbb_5alloc3vec3VecNtB3_5TokenEEB3_"),
		"_RNvCs7ChISvZNAsl_7___rustc12___rust_alloc",
	};
	static const char *const other[] = {
		"_R",
		"_RNv",
		"_RNvB_",
		"_RNvB9_3foo",
		"_RNvC",
		"_RNvCs7ChISvZNAsl_1a4main",
		"_RNCNvCs7ChISvZNAsl_1a4main0B3_", /* a::main::{closure#0} */
		/* <alloc::vec::Vec<a::Token> as a::Shout>::shout, in the crate a */
		"_RNvXCs7ChISvZNAsl_1aINtNtCsjtuQqpzNzbb_5alloc3vec3VecNtB2_5TokenENtB2_5Shout5shout",
		/* <alloc::string::String as core::convert::From<a::Token>>::from, in the crate a */
		("_RNvXs_Cs7ChISvZNAsl_1aNtNtCsjtuQqpzNzbb_5alloc6string6StringINtNtCsjx9E2NWyZyS_4core7"
		 "convert4FromNtB4_5TokenE4from"),
	};

	(void)state;
	assert_all(is_library_symbol, true, library, COUNT_OF(library));
	assert_all(is_library_symbol, false, other, COUNT_OF(other));
}

/* The text alone: what it leaves open is the user's. */
static void knows_demangled_names(void **state)
{
	static const char *const library[] = {
		"std::__new_allocator<int>::allocate(unsigned long, void const*)",
		"void std::vector<int>::_M_realloc_insert<int>(int&&)",
		"std::ostream& std::operator<< <char>(std::ostream&, char)",
		"operator new(unsigned long)",
		"std::_Function_handler<int (int), main::{lambda(int)#1}>::_M_invoke(int)",
		"alloc::raw_vec::finish_grow",
		"<alloc::vec::Vec<T> as core::iter::FromIterator<T>>::from_iter",
		"<T as alloc::string::ToString>::to_string",
		"<&mut alloc::string::String as core::fmt::Write>::write_str",
		"__rust_alloc",
	};
	static const char *const other[] = {
		"",
		"<",
		"std",
		"main",
		"std::vector<int> map_all<int>(std::vector<int> const&)",
		"std::string make_name<int>(int)",
		"mystd::vector()",
		"core::Engine::run()",
		"alloc::pool::pool(int)",
		"<a::Token as core::clone::Clone>::clone",
		"<alloc::vec::Vec<a::Token> as a::Shout>::shout",
		"a::main::{closure#0}",
		"decltype ({parm#1}+{parm#1}) make<std::string>(std::string)",
	};

	(void)state;
	assert_all(is_library_text, true, library, COUNT_OF(library));
	assert_all(is_library_text, false, other, COUNT_OF(other));
}

static void knows_files(void **state)
{
	static const char *const sources[] = {
		"/usr/include/c++/12/bits/stl_vector.h",
		"/usr/lib/llvm-14/include/c++/v1/vector",
		"/rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/alloc/src/raw_vec.rs",
		"/rust/deps/hashbrown-0.16.1/src/raw/mod.rs",
		"/home/me/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/ptr/mod.rs",
	};
	static const char *const others[] = { "", "/usr/include/stdio.h",
		                                  "/home/me/c++/a.cpp", "/home/me/rustc/a.rs" };
	static const char *const modules[] = {
		"/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30", "libc++.so.1",
		"/opt/libstd-0123456789abcdef.so"
	};
	static const char *const programs[] = { "", "/usr/bin/x", "/lib/libc.so.6",
		                                    "/home/me/libstdc++.so/x" };

	(void)state;
	assert_all(is_library_source, true, sources, COUNT_OF(sources));
	assert_all(is_library_source, false, others, COUNT_OF(others));
	assert_all(is_library_module, true, modules, COUNT_OF(modules));
	assert_all(is_library_module, false, programs, COUNT_OF(programs));
}

/* Every beginning of a name, in memory of its size: nothing is read beyond it. */
static void reads_no_further_than_the_name(void **state)
{
	static const char *const names[] = {
		"_ZTcv0_n24_h16_NSt18basic_stringstreamIcED1Ev",
		"_ZN49_$LT$a..Token$u20$as$u20$core..clone..Clone$GT$5clone17h0123456789abcdefE",
		("_RINvYNtCs7ChISvZNAsl_1a2ItNtNtNtNtCsjx9E2NWyZyS_4core4iter6traits8iterator8Iterator"
		 "7collectINtNtCsjtuQqpzNzbb_5alloc3vec3VecNtB3_5TokenEEB3_"),
		"<&mut alloc::string::String as core::fmt::Write>::write_str",
		"std::ostream& std::operator<< <char>(std::ostream&, char)",
	};
	size_t i, bytes;
	char *part;

	(void)state;
	for (i = 0; i < COUNT_OF(names); i++) {
		for (bytes = 0; bytes < strlen(names[i]); bytes++) {
			part = strndup(names[i], bytes);
			assert_non_null(part);
			is_library_symbol(part);
			is_library_text(part);
			is_library_source(part);
			is_library_module(part);
			free(part);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_cpp),   cmocka_unit_test(knows_older_rust_names),
		cmocka_unit_test(knows_rust),  cmocka_unit_test(knows_demangled_names),
		cmocka_unit_test(knows_files), cmocka_unit_test(reads_no_further_than_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

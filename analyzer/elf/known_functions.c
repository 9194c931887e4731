/* elf/known_functions.c - lists of names. */
#include "elf/known_functions.h"

#include "elf/go_name.h"

#include <stddef.h>
#include <string.h>

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(name, names[i]))
			return true;
	}
	return false;
}

#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof(*(names)))

bool known_allocates(const char *name)
{
	static const char *const names[] = {
		"malloc",
		"calloc",
		"aligned_alloc",
		"_Znwm",
		"_Znam",
		"_ZnwmSt11align_val_t",
		"_ZnamSt11align_val_t",
		"__cxa_allocate_exception",
	};

	return IS_ONE_OF(name, names) || known_allocates_here(name);
}

/* Rust's own allocation functions, in both manglings, and those of cgo. */
bool known_allocates_here(const char *name)
{
	static const char *const names[] = {
		"__rust_alloc",
		"__rust_alloc_zeroed",
		"__rdl_alloc",
		"__rdl_alloc_zeroed",
	};
	const char *part;

	if (IS_ONE_OF(name, names) || is_go_allocator(name))
		return true;
	part = !strncmp(name, "_R", 2) ? strstr(name, "___rust_alloc") : NULL;
	return part &&
	       (!strcmp(part, "___rust_alloc") || !strcmp(part, "___rust_alloc_zeroed"));
}

/* std::__throw_length_error() and its like: "_ZSt20__throw_length_errorPKc". */
static bool is_thrower(const char *name)
{
	if (strncmp(name, "_ZSt", 4))
		return false;
	name += 4;
	return !strncmp(name + strspn(name, "0123456789"), "__throw_", 8);
}

/* Any function of Rust's core::panicking, but not a method of its types. */
static bool is_panic(const char *name)
{
	if (!strncmp(name, "_ZN4core9panicking", 18))
		return true;
	return (!strncmp(name, "_RNvNtC", 7) || !strncmp(name, "_RINvNtC", 8)) &&
	       strstr(name, "4core9panicking");
}

bool known_never_returns(const char *name)
{
	static const char *const names[] = {
		"abort",
		"exit",
		"_exit",
		"_Exit",
		"quick_exit",
		"pthread_exit",
		"longjmp",
		"siglongjmp",
		"__longjmp_chk",
		"__assert_fail",
		"__assert_perror_fail",
		"__assert",
		"__stack_chk_fail",
		"__chk_fail",
		"__fortify_fail",
		"_Unwind_Resume",
		"__cxa_throw",
		"__cxa_rethrow",
		"__cxa_throw_bad_array_new_length",
		"__cxa_throw_bad_array_length",
		"__cxa_bad_cast",
		"__cxa_bad_typeid",
		"__cxa_call_unexpected",
		"__cxa_call_terminate",
		"__clang_call_terminate",
		"_ZSt9terminatev",
	};

	return IS_ONE_OF(name, names) || is_thrower(name) || is_panic(name) ||
	       is_go_panic(name) || strstr(name, "18handle_alloc_error") ||
	       strstr(name, "17capacity_overflow");
}

bool known_returns_twice(const char *name)
{
	static const char *const names[] = {
		"setjmp",  "_setjmp", "sigsetjmp",  "__sigsetjmp",
		"savectx", "vfork",   "getcontext",
	};

	return IS_ONE_OF(name, names);
}

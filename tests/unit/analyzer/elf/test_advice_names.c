/* test_advice_names.c - names of functions that copy, and of functions that allocate. */
#include "elf/allocators.h"
#include "elf/containers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void knows_what_copies(void **state)
{
	static const char *const copies[] = {
		"User::User(User const&)",
		("std::vector<int, std::allocator<int> >"
		 "::vector(std::vector<int, std::allocator<int> > const&)"),
		"std::function<void (int)>::function(std::function<void (int)> const&)",
		"<alloc::string::String as core::clone::Clone>::clone",
	};
	static const char *const others[] = {
		"",
		"(",
		" const&)",
		"User::User()",
		"User::User(User&&)",
		"User::User(Name const&)",
		"User::same(User const&, User const&)",
		("std::vector<int, std::allocator<int> >"
		 "::vector(unsigned long, int const&, std::allocator<int> const&)"),
		"<app::Item as core::clone::Clone>::clone_from",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(copies) / sizeof(*copies); i++) {
		if (!is_copy_name(copies[i]))
			fail_msg("%s copies", copies[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (is_copy_name(others[i]))
			fail_msg("%s does not copy", others[i]);
	}
}

static void knows_what_says_that_it_allocates(void **state)
{
	(void)state;
	assert_true(is_allocating_name("safe_malloc"));
	assert_true(is_allocating_name("ztrymalloc_usable_internal"));
	assert_true(is_allocating_name("mem::Pool<int>::allocate(unsigned long)") ||
	            is_allocating_name("mem::Pool::allocate(unsigned long)"));
	assert_true(is_allocating_name("jv_mem_strdup"));
	assert_true(
		is_allocating_name("pugi::(anonymous namespace)::default_allocate(int)"));
	assert_false(is_allocating_name("pugi::grow((anonymous namespace)::allocator*)"));
	assert_false(is_allocating_name("alloc::vec::push"));
	assert_false(is_allocating_name("node_new(allocator*)"));
	assert_false(is_allocating_name(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_what_copies),
		cmocka_unit_test(knows_what_says_that_it_allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

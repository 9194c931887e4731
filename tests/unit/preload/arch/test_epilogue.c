/*
 * test_epilogue.c - what is taken for the way out of a function, and what is not.
 */
#include "epilogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define CODE(...) \
	((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

static bool popped(const uint8_t *code, size_t bytes)
{
	return epilogue_pops_fp(code, code + bytes);
}

static void test_crtbegin(void **unused)
{
	(void)unused;
	/* call deregister_tm_clones; movb $1, completed(%rip); pop %rbp; ret; nopl (%rax) */
	assert_true(popped(CODE(0xe8, 0x64, 0xff, 0xff, 0xff, 0xc6, 0x05, 1, 2, 3, 4, 1,
	                        0x5d, 0xc3, 0x0f, 0x1f, 0, 0xc3, 0x0f)));
	assert_true(popped(CODE(0x5d, 0xc3, 0, 0, 0, 0, 0)));
}

static void test_others(void **unused)
{
	uint8_t calls[64];

	(void)unused;
	/* another register; something between; a stack pointer that moves; two pops */
	assert_false(popped(CODE(0x5b, 0xc3, 0, 0, 0, 0, 0)));
	assert_false(popped(CODE(0x5d, 0x90, 0xc3, 0, 0, 0, 0)));
	assert_false(popped(CODE(0x48, 0x83, 0xc4, 8, 0x5d, 0xc3, 0)));
	assert_false(popped(CODE(0x5d, 0x5d, 0xc3, 0, 0, 0, 0)));
	/* cut off */
	assert_false(popped(CODE(0x5d)));
	assert_false(popped(CODE(0xe8, 0, 0, 0, 0, 0x5d)));
	memset(calls, 0, sizeof(calls));
	for (size_t i = 0; i + 5 <= sizeof(calls); i += 5)
		calls[i] = 0xe8;
	assert_false(popped(calls, sizeof(calls)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crtbegin),
		cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

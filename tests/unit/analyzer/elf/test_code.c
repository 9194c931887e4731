/* test_code.c - what single instructions do to the flow of control. */
#include "elf/code.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define AT 0x1000

struct example {
	const char *text;
	uint8_t code[12];
	struct code_step step;
};

static const struct example examples[] = {
	{ "push %rbp", { 0x55 }, { CODE_PLAIN, CODE_UNKNOWN, 0, 1, false } },
	{ "nopw 0(%rax,%rax)",
	  { 0x66, 0x0f, 0x1f, 0x44, 0, 0 },
	  { CODE_BLANK, CODE_UNKNOWN, 0, 6, false } },
	{ "endbr64",
	  { 0xf3, 0x0f, 0x1e, 0xfa },
	  { CODE_BLANK, CODE_UNKNOWN, 0, 4, false } },
	{ "call +0x10",
	  { 0xe8, 0x10, 0, 0, 0 },
	  { CODE_CALL, CODE_KNOWN, 0x1015, 5, false } },
	{ "call *8(%rip)",
	  { 0xff, 0x15, 8, 0, 0, 0 },
	  { CODE_CALL, CODE_SLOT, 0x100e, 6, false } },
	{ "call *%rax", { 0xff, 0xd0 }, { CODE_CALL, CODE_REGISTER, 0, 2, false } },
	{ "call *8(%rax)", { 0xff, 0x50, 8 }, { CODE_CALL, CODE_UNKNOWN, 0, 3, false } },
	{ "jmp -2", { 0xeb, 0xfe }, { CODE_JUMP, CODE_KNOWN, 0x1000, 2, false } },
	{ "jmp +0x100", { 0xe9, 0, 1, 0, 0 }, { CODE_JUMP, CODE_KNOWN, 0x1105, 5, false } },
	{ "bnd jmp *8(%rip)",
	  { 0xf2, 0xff, 0x25, 8, 0, 0, 0 },
	  { CODE_JUMP, CODE_SLOT, 0x100f, 7, false } },
	{ "jmp *8(,%rax,8)",
	  { 0xff, 0x24, 0xc5, 8, 0, 0, 0 },
	  { CODE_JUMP, CODE_TABLE, 0, 7, false } },
	{ "notrack jmp *%rax",
	  { 0x3e, 0xff, 0xe0 },
	  { CODE_JUMP, CODE_REGISTER, 0, 3, false } },
	{ "je +4", { 0x74, 4 }, { CODE_BRANCH, CODE_KNOWN, 0x1006, 2, false } },
	{ "jne -0x100",
	  { 0x0f, 0x85, 0, 0xff, 0xff, 0xff },
	  { CODE_BRANCH, CODE_KNOWN, 0xf06, 6, false } },
	{ "movslq (%rdx,%rax,4),%rax",
	  { 0x48, 0x63, 0x04, 0x82 },
	  { CODE_PLAIN, CODE_UNKNOWN, 0, 4, true } },
	{ "repz ret", { 0xf3, 0xc3 }, { CODE_RETURN, CODE_UNKNOWN, 0, 2, false } },
	{ "ud2", { 0x0f, 0x0b }, { CODE_STOP, CODE_UNKNOWN, 0, 2, false } },
};

static void decodes(void **state)
{
	const size_t count = sizeof(examples) / sizeof(*examples);
	const struct example *example = examples;
	struct code_step step;

	(void)state;
	for (; example < examples + count; example++) {
		if (!code_decode(EM_X86_64, example->code, sizeof(example->code), AT, &step))
			fail_msg("%s: not decoded", example->text);
		if (step.kind != example->step.kind || step.bytes != example->step.bytes ||
		    step.reads_table != example->step.reads_table ||
		    step.target != example->step.target ||
		    (step.kind >= CODE_CALL && step.kind <= CODE_BRANCH &&
		     step.where != example->step.where))
			fail_msg("%s: kind %d where %d target %lx bytes %u", example->text,
			         step.kind, step.where, (unsigned long)step.target, step.bytes);
	}
}

static void refuses_cut_code(void **state)
{
	const size_t count = sizeof(examples) / sizeof(*examples);
	struct code_step step;
	uint8_t *copy;
	size_t i, bytes;

	(void)state;
	for (i = 0; i < count; i++) {
		for (bytes = 0; bytes < examples[i].step.bytes; bytes++) {
			copy = malloc(bytes ? bytes : 1);
			assert_non_null(copy);
			memcpy(copy, examples[i].code, bytes);
			/* a prefix alone may be another, shorter instruction */
			if (code_decode(EM_X86_64, copy, bytes, AT, &step))
				assert_true(step.bytes <= bytes);
			free(copy);
		}
	}
}

static void knows_no_other_processor(void **state)
{
	const uint8_t code[] = { 0xe8, 0x10, 0, 0, 0 };
	struct code_step step;

	(void)state;
	assert_false(code_decode(EM_AARCH64, code, sizeof(code), AT, &step));
	assert_false(code_call_before(EM_AARCH64, code, sizeof(code), AT, &step));
}

static void finds_calls_backwards(void **state)
{
	const uint8_t direct[] = { 0x90, 0xe8, 0x10, 0, 0, 0 },
				  slot[] = { 0x90, 0xff, 0x15, 8, 0, 0, 0 },
				  by_register[] = { 0x55, 0x41, 0xff, 0xd4 },
				  none[] = { 0x90, 0x55, 0x5d };
	struct code_step step;

	(void)state;
	assert_true(code_call_before(EM_X86_64, direct, sizeof(direct), AT, &step));
	assert_int_equal(step.where, CODE_KNOWN);
	assert_int_equal(step.target, AT + 0x10);
	assert_true(code_call_before(EM_X86_64, slot, sizeof(slot), AT, &step));
	assert_int_equal(step.where, CODE_SLOT);
	assert_int_equal(step.target, AT + 8);
	assert_true(
		code_call_before(EM_X86_64, by_register, sizeof(by_register), AT, &step));
	assert_int_equal(step.where, CODE_REGISTER);
	assert_false(code_call_before(EM_X86_64, none, sizeof(none), AT, &step));
	assert_false(code_call_before(EM_X86_64, none, 0, AT, &step));
}

/* A function that only stops, or goes round for ever; then the same with a way out. */
static void knows_what_never_returns(void **state)
{
	const uint8_t stops[] = { 0xe8, 0x10, 0, 0, 0, 0x0f, 0x0b },
				  round[] = { 0x90, 0xeb, 0xfd },
				  returns[] = { 0x74, 0x02, 0x0f, 0x0b, 0xc3 },
				  leaves[] = { 0x74, 0x10, 0x0f, 0x0b }, jumps[] = { 0xff, 0xe0 };

	(void)state;
	assert_true(code_never_returns(EM_X86_64, stops, sizeof(stops), AT));
	assert_true(code_never_returns(EM_X86_64, round, sizeof(round), AT));
	assert_false(code_never_returns(EM_X86_64, returns, sizeof(returns), AT));
	assert_false(code_never_returns(EM_X86_64, leaves, sizeof(leaves), AT));
	assert_false(code_never_returns(EM_X86_64, jumps, sizeof(jumps), AT));
	assert_false(code_never_returns(EM_X86_64, stops, 4, AT));
	assert_false(code_never_returns(EM_X86_64, stops, 0, AT));
	assert_false(code_never_returns(EM_AARCH64, stops, sizeof(stops), AT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(refuses_cut_code),
		cmocka_unit_test(knows_no_other_processor),
		cmocka_unit_test(finds_calls_backwards),
		cmocka_unit_test(knows_what_never_returns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * test_way_out.c - how far it is to the return address, by the code after a call.
 */
#include "way_out.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BEFORE 16
#define CODE(...) \
	((const uint8_t[]){ __VA_ARGS__ }), sizeof((const uint8_t[]){ __VA_ARGS__ })

/* The code comes after a call, and int3 comes after the code. */
static int32_t way(const uint8_t *code, size_t bytes)
{
	uint8_t all[256];

	memset(all, 0xcc, sizeof(all));
	all[BEFORE - 5] = 0xe8;
	memcpy(all + BEFORE, code, bytes);
	return way_out_bytes(all + BEFORE, all, all + sizeof(all));
}

static void test_ways(void **unused)
{
	(void)unused;
	assert_int_equal(way(CODE(0xc3)), 0);
	/* add $8,%rsp; pop %rbx; pop %rbp; pop %r12; ret */
	assert_int_equal(way(CODE(0x48, 0x83, 0xc4, 8, 0x5b, 0x5d, 0x41, 0x5c, 0xc3)), 32);
	/* add $0x150,%rsp; ret */
	assert_int_equal(way(CODE(0x48, 0x81, 0xc4, 0x50, 1, 0, 0, 0xc3)), 0x150);
	/* mov 0(%rbp),%ebp; sub %r13,%rax; mov %r12d,0x20(%rbx,%rax,1); pop %rbx; ret */
	assert_int_equal(way(CODE(0x8b, 0x6d, 0, 0x4c, 0x29, 0xe8, 0x44, 0x89, 0x64, 3,
	                          0x20, 0x5b, 0xc3)),
	                 8);
	/* mov %rsp,%rsi; movdqa 0x30(%rsp),%xmm1; cmpq $0,0x28(%rsp); setne %al; pop; ret */
	assert_int_equal(
		way(CODE(0x48, 0x89, 0xe6, 0x66, 0x0f, 0x6f, 0x4c, 0x24, 0x30, 0x48, 0x83, 0x7c,
	             0x24, 0x28, 0, 0x0f, 0x95, 0xc0, 0x5b, 0xc3)),
		8);
	/* mov $imm64,%rax; movw $1,(%rax); testb $1,(%rax); pop %rbx; ret: immediates in each size */
	assert_int_equal(way(CODE(0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 0x66, 0xc7, 0, 1, 0,
	                          0xf6, 0, 1, 0x5b, 0xc3)),
	                 8);
	/* je over; push %rax; call; add $16,%rsp; ret: the jump is not taken */
	assert_int_equal(
		way(CODE(0x74, 4, 0x50, 0xe8, 0, 0, 0, 0, 0x48, 0x83, 0xc4, 16, 0xc3)), 8);
	/* jmp +1; int3; pop %rbx; ret */
	assert_int_equal(way(CODE(0xeb, 1, 0xcc, 0x5b, 0xc3)), 8);
	/* pop %rbx; jmp +1; int3; push %rbp; sub $16,%rsp; add $16,%rsp; pop %rbp; ret */
	assert_int_equal(way(CODE(0x5b, 0xeb, 1, 0xcc, 0x55, 0x48, 0x83, 0xec, 16, 0x48,
	                          0x83, 0xc4, 16, 0x5d, 0xc3)),
	                 8);
	/* pop %rbx; jmp *%rax; and jmp to far away */
	assert_int_equal(way(CODE(0x5b, 0xff, 0xe0)), 8);
	assert_int_equal(way(CODE(0x5b, 0xe9, 0, 0, 1, 0)), 8);
}

static void test_lost(void **unused)
{
	static const uint8_t ret[32] = { [15] = 0xc3 };

	(void)unused;
	/* leave; mov %rbp,%rsp; pop %rsp; lea 8(%rsp),%rsp; and $-16,%rsp; xchg %rax,%rsp */
	assert_int_equal(way(CODE(0xc9, 0xc3)), -1);
	assert_int_equal(way(CODE(0x48, 0x89, 0xec, 0x5d, 0xc3)), -1);
	assert_int_equal(way(CODE(0x5c, 0xc3)), -1);
	assert_int_equal(way(CODE(0x48, 0x8d, 0x64, 0x24, 8, 0xc3)), -1);
	assert_int_equal(way(CODE(0x48, 0x83, 0xe4, 0xf0, 0xc3)), -1);
	assert_int_equal(way(CODE(0x48, 0x94, 0xc3)), -1);
	/* mov $1,%esp; cmove %rax,%rsp; pushed more than popped; a table of jumps; a far jump */
	assert_int_equal(way(CODE(0xbc, 1, 0, 0, 0, 0xc3)), -1);
	assert_int_equal(way(CODE(0x48, 0x0f, 0x44, 0xe0, 0xc3)), -1);
	assert_int_equal(way(CODE(0x50, 0xc3)), -1);
	assert_int_equal(way(CODE(0xff, 0x24, 0xc5, 0, 0, 0, 0)), -1);
	assert_int_equal(way(CODE(0xe9, 0, 0, 1, 0)), -1);
	/* an endless loop; not after a call; at the end of the code */
	assert_int_equal(way(CODE(0xeb, 0xfe)), -1);
	assert_int_equal(way_out_bytes(ret + 15, ret, ret + 32), -1);
	assert_int_equal(way(CODE(0x0f, 0x0b)), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ways),
		cmocka_unit_test(test_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

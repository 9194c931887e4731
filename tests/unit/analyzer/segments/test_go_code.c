/*
 * test_go_code.c - the variables of a Go runtime by its machine code: the instructions of Go
 * 1.19 and 1.26 as their compilers make them, and code that is cut anywhere.
 */
#include "segments/go_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define AT UINT64_C(0x400000)

/* freeSpanLocked: lea heapFree, rax; a call; lea heapInUse, rax; a call; lea memstats, rax. */
static const uint8_t free_span[] = {
	0x48, 0x8b, 0x35, 0x42, 0x80, 0x16, 0x00, /* mov mheap_.arenas, rsi */
	0x48, 0x8d, 0x05, 0x66, 0x73, 0x13, 0x00, 0x48, 0x89, 0xcb, 0x0f, 0x1f, 0x00,
	0xe8, 0x5b, 0x81, 0x00, 0x00, 0x0f, 0xb6, 0x4c, 0x24, 0x68, 0x84, 0xc9, 0x75,
	0x17, 0x48, 0x8b, 0x5c, 0x24, 0x40, 0x48, 0xf7, 0xdb, 0x48, 0x8d, 0x05, 0x33,
	0x73, 0x13, 0x00, 0x0f, 0x1f, 0x00, 0xe8, 0x3b, 0x81, 0x00, 0x00, 0x48, 0x8d,
	0x05, 0x7f, 0x07, 0x17, 0x00, 0xe8, 0x7a, 0x94, 0x00, 0x00,
};

/* acquire: imul $1168, rcx, rcx */
static const uint8_t acquire[] = { 0x48, 0x0f, 0xaf, 0xd3, 0x48, 0x69,
	                               0xc9, 0x90, 0x04, 0x00, 0x00 };

/* allgadd: mov allgs+8, rcx; lea allglen, rdx; xchg rcx, (rdx) */
static const uint8_t add[] = { 0x48, 0x8b, 0x1d, 0xbf, 0xce, 0x13, 0x00, 0x48,
	                           0x8b, 0x0d, 0x8d, 0xce, 0x13, 0x00, 0x48, 0x8d,
	                           0x15, 0xae, 0xd1, 0x15, 0x00, 0x48, 0x87, 0x0a };

/* mcommoninit: mov allm, rcx; cmpl; jne; mov rcx, 352(rbx); ..; lea allm, rax */
static const uint8_t init[] = {
	0x48, 0x8b, 0x0d, 0x23, 0xc1, 0x13, 0x00, 0x83, 0x3d, 0x14, 0xc8, 0x15,
	0x00, 0x00, 0x74, 0x13, 0x48, 0x89, 0x8b, 0x60, 0x01, 0x00, 0x00, 0x90,
	0x80, 0x3d, 0xf0, 0xc7, 0x15, 0x00, 0x00, 0x74, 0x11, 0x48, 0x8d, 0x05,
	0x02, 0xc1, 0x13, 0x00, 0xe8, 0xe2, 0xcd, 0x02, 0x00,
};

static void codes_make(struct go_code codes[GO_FUNCTIONS])
{
	codes[GO_FREE_SPAN] = (struct go_code){ AT, free_span, sizeof(free_span) };
	codes[GO_ACQUIRE] = (struct go_code){ AT, acquire, sizeof(acquire) };
	codes[GO_ADD] = (struct go_code){ AT, add, sizeof(add) };
	codes[GO_INIT] = (struct go_code){ AT, init, sizeof(init) };
	codes[GO_MAIN] = (struct go_code){ AT, NULL, 0 };
}

static void the_variables_are_found(void **state)
{
	struct go_code codes[GO_FUNCTIONS];
	struct go_variables variables;

	(void)state;
	codes_make(codes);
	go_code_read(&variables, codes);
	assert_int_equal(variables.arenas, AT + 7 + 0x168042);
	assert_int_equal(variables.heap_in_use, AT + 49 + 0x137333);
	assert_int_equal(variables.heap_stats, AT + 64 + 0x17077f);
	assert_int_equal(variables.stats_bytes, 1168);
	assert_int_equal(variables.goroutines, AT + 14 + 0x13ce8d - 8);
	assert_int_equal(variables.threads, AT + 7 + 0x13c123);
	assert_int_equal(variables.thread_next, 352);
	assert_int_equal(variables.main, AT);
}

/* The counter before is not 16 bytes after the other one: this is another function. */
static void other_code_is_not_believed(void **state)
{
	uint8_t changed[sizeof(free_span)];
	struct go_code codes[GO_FUNCTIONS];
	struct go_variables variables;

	(void)state;
	codes_make(codes);
	memcpy(changed, free_span, sizeof(changed));
	changed[10] ^= 8;
	codes[GO_FREE_SPAN].bytes = changed;
	go_code_read(&variables, codes);
	assert_int_equal(variables.heap_in_use, 0);
	assert_int_equal(variables.heap_stats, 0);
}

/* Nothing is read beyond the end, which ASan would notice; nothing is known without code. */
static void code_may_end_anywhere(void **state)
{
	struct go_code codes[GO_FUNCTIONS];
	struct go_variables variables;
	uint8_t *copy;
	size_t i, cut;

	(void)state;
	for (cut = 0; cut < sizeof(free_span); cut++) {
		codes_make(codes);
		for (i = 0; i < GO_MAIN; i++) {
			codes[i].count = cut < codes[i].count ? cut : codes[i].count;
			copy = test_malloc(codes[i].count + 1);
			memcpy(copy + 1, codes[i].bytes, codes[i].count);
			codes[i].bytes = copy + 1;
		}
		go_code_read(&variables, codes);
		if (cut < 49)
			assert_int_equal(variables.heap_in_use, 0);
		for (i = 0; i < GO_MAIN; i++)
			test_free((uint8_t *)codes[i].bytes - 1);
	}
	memset(codes, 0, sizeof(codes));
	go_code_read(&variables, codes);
	assert_int_equal(variables.threads, 0);
	assert_int_equal(variables.goroutines, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_variables_are_found),
		cmocka_unit_test(other_code_is_not_believed),
		cmocka_unit_test(code_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

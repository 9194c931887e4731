/* test_faults.c - what a program died of. */
#include "profile_fixture.h"
#include "verdict/stack_functions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)

static const uint64_t bottom[] = { 0xa00, 0xb00 };
static const uint64_t f = 0xf00, g = 0xf10, h = 0xf20;

/* f and g in turn, over `frames` frames. */
static void overflow_build(struct chunk_build *chunk, uint32_t frames, bool is_whole,
                           bool has_sizes)
{
	static uint64_t stack[BUILD_STACK_MAX], words[BUILD_STACK_MAX];
	struct build_event event = { .op = OP_CONTROL, .time = 100, .frames = stack };
	uint32_t i, count = 0;

	if (is_whole) {
		stack[count] = bottom[0];
		words[count++] = 50;
		stack[count] = bottom[1];
		words[count++] = 10;
	}
	for (i = 0; i < frames; i++) {
		stack[count] = i % 2 ? g : f;
		words[count++] = i % 2 ? 12 : 6;
	}
	stack[count] = h; /* a leaf */
	words[count++] = 1;
	event.frame_count = count;
	event.popped = chunk->depth;
	chunk_build_event(chunk, &event);
	if (!is_whole)
		words[0] = (8 * MIB - 144 * frames / 2) / 8;
	chunk_build_fault(chunk, 11, FAULT_STACK_OVERFLOW, 0x7f000ff8, h, 8 * MIB);
	if (has_sizes)
		chunk_build_depth(chunk, 0, 0, 0, 8 * MIB, 0, words);
}

static const struct fault_rounds *rounds_of_fault(struct fixture *fixture)
{
	static struct fault_rounds rounds;
	const struct stack_depths *stacks = fixture_stacks(fixture);

	assert_int_equal(stacks->fault_count, 1);
	assert_int_equal(
		fault_rounds_find(&rounds, &stacks->faults[0], &fixture->classes->functions),
		0);
	return &rounds;
}

static void an_overflow_is_reported_with_its_path(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;
	const char *text;

	chunk_build_thread(chunk, 0, 0, 0x7ffff000, 8 * MIB);
	overflow_build(chunk, 2000, true, true);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->seen.period, 2);
	assert_int_equal(rounds->rounds, 1000);
	assert_int_equal(rounds->round_bytes, 144);
	assert_int_equal(rounds->precision, ROUNDS_EXACT);
	text = fixture_report(*state, false, false);
	expect_text(
		text,
		"stack overflow in thread 1001 (thread): depth 8.00 MiB of 8.00 MiB, by ");
	assert_ptr_equal(strstr(text, "stack overflow"), text);
	expect_text(text, "the path that repeats: 1,000 rounds of 2 calls, 144 B each");
	expect_text(text, "called from");
}

static void rounds_of_a_cut_stack_are_estimated(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, false, true);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->precision, ROUNDS_ABOUT);
	assert_int_equal(rounds->round_bytes, 144);
	assert_in_range(rounds->rounds, 8 * MIB / 144 - 3, 8 * MIB / 144 + 3);
	expect_text(fixture_report(*state, false, false), "repeats: about 58,2");
}

static void rounds_without_sizes_are_estimated(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, true, false);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->rounds, 1000);
	assert_int_equal(rounds->precision, ROUNDS_ABOUT);
	assert_in_range(rounds->round_bytes, 8 * MIB / 1002, 8 * MIB / 999);
}

static void rounds_of_which_nothing_is_known_are_at_least(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, false, false);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->precision, ROUNDS_AT_LEAST);
	assert_in_range(rounds->rounds, 998, 1000);
	expect_text(fixture_report(*state, false, false), "at least 999 rounds");
}

static void another_fault_is_no_overflow(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault(chunk, 11, FAULT_OTHER, 0, f, 500);
	fixture_stacks(*state);
	text = fixture_report(*state, false, false);
	expect_text(text, "killed by SIGSEGV in 0xf01, thread 1001 (thread)");
	expect_text(text, "address 0x0 (no stack overflow)");
	expect_no_text(text, "stack overflow in");
}

/* What a handler of the program's own took did not kill it. (The records before 1.2, which
 * all the others here are, do not say.) */
static void what_was_handled_did_not_kill(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault_handled(chunk, 11, FAULT_OTHER);
	chunk_build_fault_handled(chunk, 11, FAULT_STACK_OVERFLOW);
	fixture_stacks(*state);
	text = fixture_report(*state, false, false);
	expect_text(text, "SIGSEGV in no function, thread 1001");
	expect_text(text, "stack overflow in thread 1001");
	expect_text(text, "the program's own handler took it, and ended the process");
	expect_no_text(text, "killed by");
	expect_text(fixture_report(*state, true, false), "\"handled\": true");
}

/* It called abort(); but the thread had another fault after that. */
static void what_was_outlived_is_not_reported(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault_aborted(chunk, 11);
	chunk_build_fault_aborted(chunk, 7);
	fixture_stacks(*state);
	text = fixture_report(*state, false, false);
	expect_text(text, "SIGBUS in");
	expect_text(text, "handler took it, and ended the process");
	expect_no_text(text, "SIGSEGV in");
}

static void what_was_sent_accessed_nothing(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault(chunk, 11, FAULT_SENT, 0, f, 500);
	chunk_build_fault(chunk, 11, FAULT_NO_ADDRESS, 0, f, 500);
	chunk_build_fault(chunk, 11, (enum fault_kind)77, 16, f, 500);
	fixture_stacks(*state);
	text = fixture_report(*state, false, false);
	expect_text(text, "sent by kill(), raise() or the like");
	expect_text(text, "an address that cannot exist");
	expect_text(text, "accessing address 0x10 ");
	expect_no_text(text, "address 0x0");
}

static void json_has_it_all(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const char *json;

	chunk_build_thread(chunk, 0, h, 0x7ffff000, 8 * MIB);
	overflow_build(chunk, 2000, true, true);
	fixture_stacks(*state);
	json = fixture_report(*state, true, false);
	expect_text(json, "\"stack_overflow\": true");
	expect_text(json, "\"rounds\": 1000");
	expect_text(json, "\"rounds_are\": \"exact\"");
	expect_text(json, "\"round_bytes\": 144");
	expect_text(json, "\"signal_name\": \"SIGSEGV\"");
	expect_text(json, "\"near_limit\": true");
	expect_text(json, "\"limit\": 8388608");
	expect_text(json, "\"left_out\": 1427");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(an_overflow_is_reported_with_its_path),
		FIXTURE_TEST(rounds_of_a_cut_stack_are_estimated),
		FIXTURE_TEST(rounds_without_sizes_are_estimated),
		FIXTURE_TEST(rounds_of_which_nothing_is_known_are_at_least),
		FIXTURE_TEST(another_fault_is_no_overflow),
		FIXTURE_TEST(what_was_handled_did_not_kill),
		FIXTURE_TEST(what_was_outlived_is_not_reported),
		FIXTURE_TEST(what_was_sent_accessed_nothing),
		FIXTURE_TEST(json_has_it_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

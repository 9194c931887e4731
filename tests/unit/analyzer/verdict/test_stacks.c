/* test_stacks.c - how deep stacks went, and what repeats in them. */
#include "profile_fixture.h"
#include "verdict/stack_functions.h"
#include "verdict/stack_order.h"
#include "verdict/recursion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)

/* ---- rounds ------------------------------------------------------------------------- */

static struct stack_rounds rounds_of(const char *functions, size_t noise)
{
	uint32_t numbers[4096];
	size_t i, count = strlen(functions);

	for (i = 0; i < count; i++)
		numbers[i] = (uint8_t)functions[i];
	return stack_rounds_find(numbers, count, noise);
}

static void finds_what_repeats(void **state)
{
	static const struct {
		const char *functions;
		size_t first, period, rounds;
	} cases[] = {
		{ "", 0, 0, 0 },
		{ "a", 0, 0, 0 },
		{ "abcdefgh", 0, 0, 0 },
		{ "aaaaaaaam", 0, 1, 8 },
		{ "ababababm", 0, 2, 4 },
		{ "xyabababababm", 2, 2, 5 },
		{ "abcabcabcabcabm", 0, 3, 4 },
		{ "aabaabaabaabm", 0, 3, 4 },
		{ "abmnopqrstuvw", 0, 0, 0 },
		/* of two repetitions the longer; more than half of all else */
		{ "zzzzababababababm", 4, 2, 6 },
		{ "zzzabcdefghijklmnopqrs", 0, 0, 0 },
	};
	struct stack_rounds rounds;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		rounds = rounds_of(cases[i].functions, 8);
		if (rounds.rounds != cases[i].rounds ||
		    (rounds.rounds &&
		     (rounds.first != cases[i].first || rounds.period != cases[i].period)))
			fail_msg("%s: %zu rounds of %zu from %zu on", cases[i].functions,
			         rounds.rounds, rounds.period, rounds.first);
	}
}

/* ---- depths -------------------------------------------------------------------------- */

static const uint64_t bottom[] = { 0xa00, 0xb00 };
static const uint64_t f = 0xf00, g = 0xf10, h = 0xf20;

/* Thread 1: samples of 2, 3 and 2 frames. */
static void counts_the_frames_of_samples(void **state)
{
	static const uint64_t two[] = { 100, 10 }, three[] = { 30, 5 };
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 1);
	const struct thread_depths *thread;
	const struct stack_depths *stacks;
	struct stack_functions functions;
	const struct stack_path *path;

	chunk_build_thread(chunk, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(chunk, 20, 0, &f, 1, 0x1000, 8);
	chunk_build_depth(chunk, 0, 0, 0, 880, 0, two);
	chunk_build_malloc(chunk, 30, 1, (uint64_t[]){ g, h }, 2, 0x2000, 8);
	chunk_build_depth(chunk, 0, 0, 0, 1080, 1, three);
	chunk_build_malloc(chunk, 40, 1, NULL, 0, 0x3000, 8);
	chunk_build_depth(chunk, 0, 0, 0, 1040, 2, NULL);
	chunk_build_touched(chunk, 8192);
	stacks = fixture_stacks(*state);
	thread = stack_depths_of(stacks, 0);
	assert_int_equal(thread->readings, 3);
	assert_int_equal(thread->own_samples, 3);
	assert_int_equal(thread->deepest.bytes, 1080);
	assert_int_equal(thread->deepest.frames, 3);
	assert_int_equal(thread->deepest.time, 30);
	assert_int_equal(thread->touched_bytes, 8192);
	assert_int_equal(thread->room_bytes, 8 * MIB);
	assert_int_equal(thread_depths_most(thread), 8192);
	path = &thread->deepest.path;
	assert_int_equal(path->count, 3);
	assert_int_equal(path->entries[0].words, 100);
	assert_int_equal(path->entries[1].words, 30);
	assert_int_equal(path->entries[2].words, 5);
	assert_int_equal(stacks->outermost.frames, 3);
	/* f in one sample, g in two, h in one; the outermost is nobody's */
	assert_int_equal(
		stack_functions_make(&functions, ((struct fixture *)*state)->profile,
	                         &((struct fixture *)*state)->classes->functions),
		0);
	assert_int_equal(functions.count, 3);
	assert_int_equal(functions.rows[0].bytes, 480);
	assert_int_equal(functions.rows[0].frames, 2);
	assert_int_equal(functions.rows[1].bytes, 80);
	assert_int_equal(functions.rows[2].bytes, 40);
	assert_int_equal(functions.bytes, 600);
	stack_functions_release(&functions);
}

/* What is new in another chunk is written again there; in between there may be a hole. */
static void a_run_begins_anew(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct chunk_build *other = fixture_chunk(*state, 1, 90, 50, &f, 1);
	const struct thread_depths *thread;

	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 880, 0, two);
	/* nothing was recorded of the outer frame */
	chunk_build_malloc(other, 95, 0, &g, 1, 0x2000, 8);
	chunk_build_depth(other, 0, 0, 0, 4000, 1, two);
	thread = stack_depths_of(fixture_stacks(*state), 0);
	assert_int_equal(thread->deepest.bytes, 4000);
	assert_int_equal(thread->deepest.path.count, 2);
	assert_int_equal(thread->deepest.path.entries[0].words, 0);
	assert_int_equal(thread->deepest.path.entries[1].words, 100);
	expect_text(fixture_report(*state, false, true), "deepest in thread 1001");
}

static void other_stacks_are_counted_apart(void **state)
{
	static const uint64_t own[] = { 100, 10 };
	static const uint64_t handler[] = { BUILD_UNKNOWN, 6, 4 };
	static const uint64_t coroutine[] = { 2, 30 };
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	const struct stack_depths *stacks;

	chunk_build_thread(chunk, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(chunk, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(chunk, STACK_OWN, 0, 0, 880, 0, own);
	chunk_build_malloc(chunk, 30, 0, (uint64_t[]){ f, g, h }, 3, 0x2000, 8);
	chunk_build_depth(chunk, STACK_SIGNAL, 0x10000, 64 * KIB, 1000, 2, handler);
	chunk_build_malloc(chunk, 40, 5, (uint64_t[]){ f, g }, 2, 0x3000, 8);
	chunk_build_depth(chunk, STACK_OTHER, 0x90000, 32 * KIB, 256, 0, coroutine);
	chunk_build_malloc(chunk, 50, 0, NULL, 0, 0x4000, 8);
	chunk_build_depth(chunk, STACK_OTHER, 0, 0, 0, 2, NULL);
	stacks = fixture_stacks(*state);
	assert_int_equal(stacks->threads[0].deepest.bytes, 880);
	assert_int_equal(stacks->threads[0].own_samples, 1);
	assert_int_equal(stacks->other_count, 3);
	assert_int_equal(stacks->others[0].kind, STACK_SIGNAL);
	assert_int_equal(stacks->others[0].deepest.bytes, 1000);
	assert_int_equal(stacks->others[0].deepest.path.count, 3);
	/* up to the end of that stack */
	assert_int_equal(stacks->others[0].deepest.path.entries[0].words, 125 - 10);
	assert_int_equal(stacks->others[1].kind, STACK_OTHER);
	/* the outermost frame's size is recorded, but not where that stack ends */
	assert_int_equal(stacks->others[1].deepest.bytes, 240);
	/* whose bounds nobody knows */
	assert_int_equal(stacks->others[2].deepest.bytes, 240);
	expect_text(fixture_report(*state, false, true), "signal stack of thread 1001");
	expect_text(fixture_report(*state, false, true), "coroutine or the like");
}

static void a_deep_stack_is_reported_on_the_overview(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = fixture_chunk(*state, 1, 10, 0, bottom, 2);
	struct chunk_build *other = fixture_chunk(*state, 2, 10, 0, bottom, 2);
	const char *text;

	chunk_build_thread(one, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 880, 0, two);
	chunk_build_thread(other, 1, f, 0x6ffff000, 256 * KIB);
	chunk_build_malloc(other, 20, 0, NULL, 0, 0x2000, 8);
	chunk_build_depth(other, 0, 0, 0, 210 * KIB, 0, two);
	fixture_stacks(*state);
	text = fixture_report(*state, false, false);
	expect_text(text, "thread 1002 (thread) used 82.0% of its 256 KiB stack");
	text = fixture_report(*state, false, true);
	expect_text(text, "near limit   thread 1002");
	expect_text(text, ", started by 1001");
	expect_no_text(text, "near limit   thread 1001");
}

static void a_shallow_stack_is_not(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = fixture_chunk(*state, 1, 10, 0, bottom, 2);

	chunk_build_thread(one, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 20 * KIB, 0, two);
	fixture_stacks(*state);
	expect_no_text(fixture_report(*state, false, false), "--stacks");
}

/* Many threads: the paths of the deepest stay, what all of them come to is whole. */
static void memory_does_not_grow_with_paths(void **state)
{
	enum { THREADS = 2000, FRAMES = 1200 };
	struct chunk_build *chunk = fixture_chunk(*state, 1, 10, 0, NULL, 0);
	const struct stack_depths *stacks;
	static uint64_t frames[FRAMES], words[FRAMES];
	uint64_t i;

	for (i = 0; i < FRAMES; i++) {
		frames[i] = 0x1000 + 16 * (i % 20);
		words[i] = 4;
	}
	for (i = 1; i <= THREADS; i++) {
		if (i > 1)
			chunk_build_run(chunk, (uint32_t)i, 10 + i, 0, NULL, 0);
		chunk_build_malloc(chunk, 10 + i, 0, frames, FRAMES, 0x1000 * i, 8);
		chunk_build_depth(chunk, 0, 0, 0, 32 * FRAMES + 8 * (i % 100), 0, words);
	}
	stacks = fixture_stacks(*state);
	assert_int_equal(stacks->readings, THREADS);
	assert_true(stacks->path_entries <= UINT64_C(1) << 20);
	assert_int_equal(stacks->threads[98].deepest.path.count, FRAMES);
	assert_int_equal(stacks->outermost.frames, THREADS);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(stacks->threads[i].deepest.bytes,
		                 32 * FRAMES + 8 * ((i + 1) % 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_repeats),
		FIXTURE_TEST(counts_the_frames_of_samples),
		FIXTURE_TEST(a_run_begins_anew),
		FIXTURE_TEST(other_stacks_are_counted_apart),
		FIXTURE_TEST(a_deep_stack_is_reported_on_the_overview),
		FIXTURE_TEST(a_shallow_stack_is_not),
		FIXTURE_TEST(memory_does_not_grow_with_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

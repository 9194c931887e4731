/* test_stacks.c - how deep stacks went, what repeats in them, and what a program died of. */
#include "classes.h"
#include "profile.h"
#include "report_json.h"
#include "report_text.h"
#include "stack_functions.h"
#include "stack_order.h"
#include "stack_rounds.h"
#include "trace_builder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)

/* A trace of one process without modules, and the profile that comes of it. */
struct fixture {
	struct trace_build trace;
	struct chunk_build chunks[4];
	size_t chunk_count;
	struct ring_header header;
	struct trace_reader *reader;
	struct profile *profile;
	struct classes *classes;
	char *text;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->header = build_header(1);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	size_t i;

	for (i = 0; i < fixture->chunk_count; i++)
		chunk_build_release(&fixture->chunks[i]);
	classes_free(fixture->classes);
	profile_free(fixture->profile);
	trace_reader_close(fixture->reader);
	bytes_release(&fixture->trace.bytes);
	free(fixture->text);
	free(fixture);
	return 0;
}

static struct chunk_build *chunk_add(struct fixture *fixture, uint32_t thread,
                                     uint64_t time, uint64_t before,
                                     const uint64_t *stack, uint32_t depth)
{
	struct chunk_build *chunk = &fixture->chunks[fixture->chunk_count++];

	chunk_build_begin(chunk, CHUNK_KIND_EVENTS, fixture->chunk_count, time);
	chunk_build_run(chunk, thread, time, before, stack, depth);
	return chunk;
}

static const struct stack_depths *stacks_of(struct fixture *fixture)
{
	struct error error = { "" };
	size_t i;

	trace_build_begin(&fixture->trace, fixture->header.session);
	trace_build_process(&fixture->trace, 0, &fixture->header);
	for (i = 0; i < fixture->chunk_count; i++)
		trace_build_chunk(&fixture->trace, 0, &fixture->chunks[i]);
	trace_build_end(&fixture->trace);
	fixture->reader = trace_reader_open_memory("memory", fixture->trace.bytes.data,
	                                           fixture->trace.bytes.count, &error);
	if (!fixture->reader)
		fail_msg("%s", error.message);
	fixture->profile = profile_read(fixture->reader, 0, NULL, NULL, &error);
	if (!fixture->profile)
		fail_msg("%s", error.message);
	fixture->classes = classes_new(fixture->profile, NULL, 0);
	assert_non_null(fixture->classes);
	return &fixture->profile->replay.stacks;
}

/* The report as text, or as JSON; --stacks if asked for. */
static const char *report_of(struct fixture *fixture, bool is_json, bool is_stacks)
{
	struct report_settings settings = { .is_stacks = is_stacks,
		                                .stacks_tid = STACKS_THREAD_UNSAID,
		                                .is_overview = !is_stacks,
		                                .top = 20 };
	size_t bytes;
	FILE *file;

	free(fixture->text);
	fixture->text = NULL;
	file = open_memstream(&fixture->text, &bytes);
	if (is_json)
		assert_int_equal(
			report_json(fixture->reader, fixture->profile, &settings, file), 0);
	else
		assert_int_equal(report_text(fixture->profile, &settings, file), 0);
	fclose(file);
	if (getenv("SHOW"))
		puts(fixture->text);
	return fixture->text;
}

static void expect_text(struct fixture *fixture, const char *text, const char *what)
{
	(void)fixture;
	if (!strstr(text, what))
		fail_msg("does not say '%s':\n%s", what, text);
}

static void expect_no_text(struct fixture *fixture, const char *text, const char *what)
{
	(void)fixture;
	if (strstr(text, what))
		fail_msg("says '%s':\n%s", what, text);
}

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
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 1);
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
	stacks = stacks_of(*state);
	thread = stack_depths_of(stacks, 0);
	assert_int_equal(thread->samples, 3);
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

/* What is new in another chunk is told again there; in between there may be a hole. */
static void a_run_begins_anew(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct chunk_build *other = chunk_add(*state, 1, 90, 50, &f, 1);
	const struct thread_depths *thread;

	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 880, 0, two);
	/* nothing was told of the outer frame */
	chunk_build_malloc(other, 95, 0, &g, 1, 0x2000, 8);
	chunk_build_depth(other, 0, 0, 0, 4000, 1, two);
	thread = stack_depths_of(stacks_of(*state), 0);
	assert_int_equal(thread->deepest.bytes, 4000);
	assert_int_equal(thread->deepest.path.count, 2);
	assert_int_equal(thread->deepest.path.entries[0].words, 0);
	assert_int_equal(thread->deepest.path.entries[1].words, 100);
	expect_text(*state, report_of(*state, false, true), "deepest in thread 1001");
}

static void other_stacks_are_counted_apart(void **state)
{
	static const uint64_t own[] = { 100, 10 };
	static const uint64_t handler[] = { BUILD_NOT_TOLD, 6, 4 };
	static const uint64_t coroutine[] = { 2, 30 };
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
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
	stacks = stacks_of(*state);
	assert_int_equal(stacks->threads[0].deepest.bytes, 880);
	assert_int_equal(stacks->threads[0].own_samples, 1);
	assert_int_equal(stacks->other_count, 3);
	assert_int_equal(stacks->others[0].kind, STACK_SIGNAL);
	assert_int_equal(stacks->others[0].deepest.bytes, 1000);
	assert_int_equal(stacks->others[0].deepest.path.count, 3);
	/* up to the end of that stack */
	assert_int_equal(stacks->others[0].deepest.path.entries[0].words, 125 - 10);
	assert_int_equal(stacks->others[1].kind, STACK_OTHER);
	/* the outermost frame's size is told, but not where that stack ends */
	assert_int_equal(stacks->others[1].deepest.bytes, 240);
	/* whose bounds nobody knows */
	assert_int_equal(stacks->others[2].deepest.bytes, 240);
	expect_text(*state, report_of(*state, false, true), "signal stack of thread 1001");
	expect_text(*state, report_of(*state, false, true), "coroutine or the like");
}

static void a_deep_stack_is_said_on_the_overview(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct chunk_build *other = chunk_add(*state, 2, 10, 0, bottom, 2);
	const char *text;

	chunk_build_thread(one, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 880, 0, two);
	chunk_build_thread(other, 1, f, 0x6ffff000, 256 * KIB);
	chunk_build_malloc(other, 20, 0, NULL, 0, 0x2000, 8);
	chunk_build_depth(other, 0, 0, 0, 210 * KIB, 0, two);
	stacks_of(*state);
	text = report_of(*state, false, false);
	expect_text(*state, text, "thread 1002 (thread) used 82.0% of its 256 KiB stack");
	text = report_of(*state, false, true);
	expect_text(*state, text, "near limit   thread 1002");
	expect_text(*state, text, ", made by 1001");
	expect_no_text(*state, text, "near limit   thread 1001");
}

static void a_shallow_stack_is_not(void **state)
{
	static const uint64_t two[] = { 100, 10 };
	struct chunk_build *one = chunk_add(*state, 1, 10, 0, bottom, 2);

	chunk_build_thread(one, 0, 0, 0x7ffff000, 8 * MIB);
	chunk_build_malloc(one, 20, 0, NULL, 0, 0x1000, 8);
	chunk_build_depth(one, 0, 0, 0, 20 * KIB, 0, two);
	stacks_of(*state);
	expect_no_text(*state, report_of(*state, false, false), "--stacks");
}

/* Many threads: the paths of the deepest stay, what all of them come to is whole. */
static void memory_does_not_grow_with_paths(void **state)
{
	enum { THREADS = 2000, FRAMES = 1200 };
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, NULL, 0);
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
	stacks = stacks_of(*state);
	assert_int_equal(stacks->samples, THREADS);
	assert_true(stacks->path_entries <= UINT64_C(1) << 20);
	assert_int_equal(stacks->threads[98].deepest.path.count, FRAMES);
	assert_int_equal(stacks->outermost.frames, THREADS);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(stacks->threads[i].deepest.bytes,
		                 32 * FRAMES + 8 * ((i + 1) % 100));
}

/* ---- faults -------------------------------------------------------------------------- */

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
	event.pops = chunk->depth;
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
	const struct stack_depths *stacks = stacks_of(fixture);

	assert_int_equal(stacks->fault_count, 1);
	assert_int_equal(
		fault_rounds_find(&rounds, &stacks->faults[0], &fixture->classes->functions),
		0);
	return &rounds;
}

static void an_overflow_is_told_with_its_path(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;
	const char *text;

	chunk_build_thread(chunk, 0, 0, 0x7ffff000, 8 * MIB);
	overflow_build(chunk, 2000, true, true);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->seen.period, 2);
	assert_int_equal(rounds->rounds, 1000);
	assert_int_equal(rounds->round_bytes, 144);
	assert_int_equal(rounds->precision, ROUNDS_EXACT);
	text = report_of(*state, false, false);
	expect_text(
		*state, text,
		"stack overflow in thread 1001 (thread): depth 8.00 MiB of 8.00 MiB, by ");
	assert_ptr_equal(strstr(text, "stack overflow"), text);
	expect_text(*state, text,
	            "the path that repeats: 1,000 rounds of 2 calls, 144 B each");
	expect_text(*state, text, "called from");
}

static void rounds_of_a_cut_stack_are_estimated(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, false, true);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->precision, ROUNDS_ABOUT);
	assert_int_equal(rounds->round_bytes, 144);
	assert_in_range(rounds->rounds, 8 * MIB / 144 - 3, 8 * MIB / 144 + 3);
	expect_text(*state, report_of(*state, false, false), "repeats: about 58,2");
}

static void rounds_without_sizes_are_estimated(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, true, false);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->rounds, 1000);
	assert_int_equal(rounds->precision, ROUNDS_ABOUT);
	assert_in_range(rounds->round_bytes, 8 * MIB / 1002, 8 * MIB / 999);
}

static void rounds_of_which_nothing_is_known_are_at_least(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	const struct fault_rounds *rounds;

	overflow_build(chunk, 2000, false, false);
	rounds = rounds_of_fault(*state);
	assert_int_equal(rounds->precision, ROUNDS_AT_LEAST);
	assert_in_range(rounds->rounds, 998, 1000);
	expect_text(*state, report_of(*state, false, false), "at least 999 rounds");
}

static void another_fault_is_no_overflow(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault(chunk, 11, FAULT_OTHER, 0, f, 500);
	stacks_of(*state);
	text = report_of(*state, false, false);
	expect_text(*state, text, "killed by SIGSEGV in 0xf01, thread 1001 (thread)");
	expect_text(*state, text, "address 0x0 (no stack overflow)");
	expect_no_text(*state, text, "stack overflow in");
}

/* What a handler of the program's own took did not kill it. (The records before 1.2, which
 * all the others here are, do not say.) */
static void what_was_handled_did_not_kill(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault_handled(chunk, 11, FAULT_OTHER);
	chunk_build_fault_handled(chunk, 11, FAULT_STACK_OVERFLOW);
	stacks_of(*state);
	text = report_of(*state, false, false);
	expect_text(*state, text, "SIGSEGV in no function, thread 1001");
	expect_text(*state, text, "stack overflow in thread 1001");
	expect_text(*state, text,
	            "the program's own handler took it, and ended the process");
	expect_no_text(*state, text, "killed by");
	expect_text(*state, report_of(*state, true, false), "\"handled\": true");
}

/* It called abort(); but the thread had another fault after that. */
static void what_was_outlived_is_not_told(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault_aborted(chunk, 11);
	chunk_build_fault_aborted(chunk, 7);
	stacks_of(*state);
	text = report_of(*state, false, false);
	expect_text(*state, text, "SIGBUS in");
	expect_text(*state, text, "handler took it, and ended the process");
	expect_no_text(*state, text, "SIGSEGV in");
}

static void what_was_sent_accessed_nothing(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	struct build_event event = {
		.op = OP_CONTROL, .time = 100, .frames = &f, .frame_count = 1
	};
	const char *text;

	chunk_build_event(chunk, &event);
	chunk_build_fault(chunk, 11, FAULT_SENT, 0, f, 500);
	chunk_build_fault(chunk, 11, FAULT_NO_ADDRESS, 0, f, 500);
	chunk_build_fault(chunk, 11, (enum fault_kind)77, 16, f, 500);
	stacks_of(*state);
	text = report_of(*state, false, false);
	expect_text(*state, text, "as kill() and raise() do");
	expect_text(*state, text, "an address that cannot be");
	expect_text(*state, text, "accessing address 0x10 ");
	expect_no_text(*state, text, "address 0x0");
}

static void json_has_it_all(void **state)
{
	struct chunk_build *chunk = chunk_add(*state, 1, 10, 0, bottom, 2);
	const char *json;

	chunk_build_thread(chunk, 0, h, 0x7ffff000, 8 * MIB);
	overflow_build(chunk, 2000, true, true);
	stacks_of(*state);
	json = report_of(*state, true, false);
	expect_text(*state, json, "\"stack_overflow\": true");
	expect_text(*state, json, "\"rounds\": 1000");
	expect_text(*state, json, "\"rounds_are\": \"exact\"");
	expect_text(*state, json, "\"round_bytes\": 144");
	expect_text(*state, json, "\"signal_name\": \"SIGSEGV\"");
	expect_text(*state, json, "\"near_limit\": true");
	expect_text(*state, json, "\"limit\": 8388608");
	expect_text(*state, json, "\"left_out\": 1427");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_repeats),
		TEST(counts_the_frames_of_samples),
		TEST(a_run_begins_anew),
		TEST(other_stacks_are_counted_apart),
		TEST(a_deep_stack_is_said_on_the_overview),
		TEST(a_shallow_stack_is_not),
		TEST(memory_does_not_grow_with_paths),
		TEST(an_overflow_is_told_with_its_path),
		TEST(rounds_of_a_cut_stack_are_estimated),
		TEST(rounds_without_sizes_are_estimated),
		TEST(rounds_of_which_nothing_is_known_are_at_least),
		TEST(another_fault_is_no_overflow),
		TEST(what_was_handled_did_not_kill),
		TEST(what_was_outlived_is_not_told),
		TEST(what_was_sent_accessed_nothing),
		TEST(json_has_it_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

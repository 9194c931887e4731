/* test_throws.c - exceptions in flight: which are known, and when one is taken to be over. */
#include "own_ring.h"
#include "ring/ring.h"
#include "stack/stub_pool.h"
#include "stack/throws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define FRAMES 6

static struct thread_state *state;
static int exceptions[THROWS_MAX + 2];

static int set_up(void **unused)
{
	if (own_ring_set_up(unused) || !stub_pool_start())
		return -1;
	state = thread_state_get();
	return state ? 0 : -1;
}

/* Frames of a stack that grows downwards, each with a stub that has not run. */
static int frames_set(void **unused)
{
	(void)unused;
	memset(&state->throwing, 0, sizeof(state->throwing));
	state->stack.depth = FRAMES;
	for (uint32_t i = 0; i < FRAMES; i++) {
		state->stack.frames[i] = (struct walk_frame){ .slot = 0x10000 - 16 * i };
		state->stack.frames[i].stub = (stub_id)(100 + i);
		outlive_stub_entries[100 + i].returned = 0;
	}
	return 0;
}

static int frames_forget(void **unused)
{
	(void)unused;
	state->stack.depth = 0;
	memset(&state->throwing, 0, sizeof(state->throwing));
	return 0;
}

static void begin(const void *exception, uint32_t keep, bool is_written,
                  bool patch_none)
{
	const struct walk_result walk = { .keep = keep };

	throws_begin(state, exception, &walk, is_written, patch_none);
}

/* A frame that stood at the throw returns: somebody has caught it without our knowing. */
static void is_over_when_a_frame_returns(void **unused)
{
	struct walk_result walk = { .keep = FRAMES - 2 };

	(void)unused;
	begin(&exceptions[0], FRAMES, true, true);
	assert_int_equal(state->throwing.ceiling, CEILING_ALL);
	throws_follow(state, &walk);
	assert_int_equal(state->throwing.count, 1);
	outlive_stub_entries[100 + FRAMES - 3].returned = 1;
	walk.keep = FRAMES - 3;
	throws_follow(state, &walk);
	assert_int_equal(state->throwing.count, 0);
	assert_int_equal(state->throwing.ceiling, 0);
}

/* The event of the throw was lost: the inner frames had returned long before. */
static void lost_event_says_nothing_of_frames(void **unused)
{
	struct walk_result walk = { .keep = 2 };

	(void)unused;
	for (uint32_t i = 2; i < FRAMES; i++)
		outlive_stub_entries[100 + i].returned = 1;
	begin(&exceptions[0], 2, false, true);
	throws_follow(state, &walk);
	assert_int_equal(state->throwing.count, 1);
	assert_int_equal(state->throwing.ceiling, CEILING_ALL);
	assert_false(throws_arrive(state, &exceptions[0]));
	throws_end(state, &exceptions[0]);
	assert_int_equal(state->throwing.ceiling, 0);
}

static void jump_ends_what_it_leaves(void **unused)
{
	(void)unused;
	state->stack.depth = 2;
	begin(&exceptions[0], 2, true, false);
	state->stack.depth = FRAMES;
	begin(&exceptions[1], FRAMES, true, false);
	throws_jump(state, state->stack.frames[2].slot);
	assert_int_equal(state->throwing.count, 1);
	assert_ptr_equal(state->throwing.exception, &exceptions[0]);
}

/* Where no frame is known to stand, a jump may have happened inside a cleanup. */
static void jump_ends_nothing_unknown(void **unused)
{
	(void)unused;
	begin(&exceptions[0], 0, false, true);
	throws_jump(state, 0x20000);
	assert_int_equal(state->throwing.count, 1);
	assert_int_equal(state->throwing.ceiling, CEILING_ALL);
}

/* Older than the recording: only if all that came since is known. */
static void older_is_what_was_never_seen(void **unused)
{
	(void)unused;
	assert_true(throws_is_older(state, &exceptions[0]));
	begin(&exceptions[0], FRAMES, true, false);
	assert_false(throws_is_older(state, &exceptions[0]));
	assert_true(throws_is_older(state, &exceptions[1]));
	throws_miss(state);
	assert_false(throws_is_older(state, &exceptions[1]));
}

static void too_many_are_not_all_known(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < THROWS_MAX + 1; i++)
		begin(&exceptions[i], FRAMES, true, false);
	assert_int_equal(state->throwing.count, THROWS_MAX);
	assert_false(throws_is_older(state, &exceptions[THROWS_MAX - 1]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, frames_set, frames_forget)
	const struct CMUnitTest tests[] = {
		TEST(is_over_when_a_frame_returns), TEST(lost_event_says_nothing_of_frames),
		TEST(jump_ends_what_it_leaves),     TEST(jump_ends_nothing_unknown),
		TEST(older_is_what_was_never_seen), TEST(too_many_are_not_all_known),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

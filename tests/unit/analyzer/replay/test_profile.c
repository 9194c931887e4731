/* test_profile.c - events of several threads, merged and replayed into call paths. */
#include "profile_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct totals *totals(const struct profile *profile)
{
	return &profile->replay.totals;
}

/* The call path whose innermost frame returns to `address`; NULL if there is none. */
static const struct call_path *path_at(const struct profile *profile, uint64_t address)
{
	const struct replay *replay = &profile->replay;
	const struct location *location;
	uint32_t i;

	for (i = 1; i < replay->paths.count; i++) {
		location = address_map_location(
			profile->map, replay->tree.nodes[replay->paths.paths[i].node].location);
		if (location->offset == address)
			return &replay->paths.paths[i];
	}
	return NULL;
}

static const uint64_t frame_a = 0xa0, frame_b = 0xb0;

static void counts_the_simple_things(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 100, 0, NULL, 0);
	struct profile *profile;
	uint64_t i;

	for (i = 0; i < 10; i++)
		chunk_build_malloc(chunk, 110 + 10 * i, i != 0, &frame_a, 1, 0x1000 * (i + 1),
		                   100);
	for (i = 0; i < 7; i++)
		chunk_build_free(chunk, 300 + i, 0x1000 * (i + 1));
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->allocations, 10);
	assert_int_equal(totals(profile)->bytes, 1000);
	assert_int_equal(totals(profile)->frees, 7);
	assert_int_equal(totals(profile)->events, 17);
	assert_int_equal(profile->replay.paths.live_blocks, 3);
	assert_int_equal(profile->replay.paths.live_bytes, 300);
	assert_int_equal(profile->replay.paths.peak_bytes, 1000);
	assert_int_equal(profile->replay.paths.peak_blocks, 10);
	assert_int_equal(profile->peak_ns, 200);
	assert_int_equal(profile->duration_ns, 306);
	assert_int_equal(profile->replay.paths.count, 2);
	assert_int_equal(path_at(profile, frame_a)->allocations, 10);
	assert_int_equal(path_at(profile, frame_a)->size_max, 100);
	assert_int_equal(profile->replay.size_histogram[7], 10);
	assert_int_equal(profile->lost.events, 0);
}

static void temporaries_are_freed_before_the_next(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 0, 0, NULL, 0);
	struct profile *profile;

	chunk_build_malloc(chunk, 1, 0, &frame_a, 1, 0x1000, 8);
	chunk_build_free(chunk, 2, 0x1000); /* temporary */
	chunk_build_malloc(chunk, 3, 0, NULL, 0, 0x1000, 8);
	chunk_build_malloc(chunk, 4, 1, &frame_b, 1, 0x2000, 8);
	chunk_build_free(chunk, 5, 0x1000); /* not: another came in between */
	chunk_build_free(chunk, 6, 0x2000); /* temporary */
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->temporary, 2);
	assert_int_equal(path_at(profile, frame_a)->temporary, 1);
	assert_int_equal(path_at(profile, frame_b)->temporary, 1);
}

/* Two threads pass one address back and forth; only the merge by time gets it right. */
static void threads_are_merged_by_time(void **state)
{
	struct chunk_build *one = fixture_chunk(*state, 1, 0, 0, &frame_a, 1);
	struct chunk_build *two = fixture_chunk(*state, 2, 5, 0, &frame_b, 1);
	struct profile *profile;
	uint64_t i;

	for (i = 0; i < 500; i++) {
		chunk_build_malloc(one, 100 * i + 10, 0, NULL, 0, 0x1000, 1);
		chunk_build_free(two, 100 * i + 20, 0x1000);
		chunk_build_malloc(two, 100 * i + 30, 0, NULL, 0, 0x1000, 2);
		chunk_build_free(one, 100 * i + 40, 0x1000);
	}
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->allocations, 1000);
	assert_int_equal(totals(profile)->crossed, 1000);
	assert_int_equal(totals(profile)->ends_unknown, 0);
	assert_int_equal(totals(profile)->ends_missed, 0);
	assert_int_equal(profile->replay.paths.live_blocks, 0);
	assert_int_equal(profile->replay.paths.peak_bytes, 2);
	assert_int_equal(profile->replay.threads.count, 2);
	assert_int_equal(profile->replay.threads.items[0]->allocations, 500);
}

/* At the same time a free comes before the allocation that got its address. */
static void ties_free_first(void **state)
{
	struct chunk_build *one = fixture_chunk(*state, 1, 0, 0, &frame_a, 1);
	struct chunk_build *two = fixture_chunk(*state, 2, 0, 0, &frame_b, 1);
	struct profile *profile;
	uint64_t i;

	for (i = 0; i < 100; i++) {
		chunk_build_malloc(one, 10 * i + 1, 0, NULL, 0, 0x1000, 1);
		chunk_build_free(two, 10 * i + 1, 0x2000);
		chunk_build_free(one, 10 * i + 3, 0x1000);
		chunk_build_malloc(two, 10 * i + 3, 0, NULL, 0, 0x1000, 1);
		chunk_build_malloc(one, 10 * i + 5, 0, NULL, 0, 0x2000, 1);
		chunk_build_free(two, 10 * i + 5, 0x1000);
	}
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->ends_missed, 0);
	assert_int_equal(totals(profile)->ends_unknown, 1); /* the very first of 0x2000 */
}

/* While a realloc moves its block, another thread gets the old address. */
static void a_moving_realloc_lets_others_in(void **state)
{
	struct chunk_build *one = fixture_chunk(*state, 1, 0, 0, &frame_a, 1);
	struct chunk_build *two = fixture_chunk(*state, 2, 0, 0, &frame_b, 1);
	struct build_event event = { .op = OP_REALLOC,
		                         .time = 20,
		                         .time_end = 40,
		                         .old_address = 0x1000,
		                         .address = 0x3000,
		                         .size = 50 };
	struct profile *profile;

	chunk_build_malloc(one, 10, 0, NULL, 0, 0x1000, 5);
	chunk_build_malloc(two, 15, 0, NULL, 0, 0x3000, 7);
	chunk_build_event(one, &event);
	chunk_build_malloc(two, 30, 0, NULL, 0, 0x1000, 100);
	chunk_build_free(two, 35, 0x3000);
	chunk_build_free(two, 50, 0x3000);
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->ends_missed, 0);
	assert_int_equal(totals(profile)->ends_unknown, 0);
	assert_int_equal(totals(profile)->reallocs, 1);
	assert_int_equal(totals(profile)->allocations, 4);
	assert_int_equal(totals(profile)->bytes, 162);
	assert_int_equal(totals(profile)->crossed, 1);
	assert_int_equal(profile->replay.paths.live_bytes, 100);
	assert_int_equal(totals(profile)->events, 6);
}

/* A thread whose chunks meet at the very same time still goes on in order. */
static void a_thread_keeps_its_order_across_chunks(void **state)
{
	const uint64_t stack[] = { 1, 2, 3 };
	struct chunk_build *one, *two, *three;
	struct profile *profile;

	one = fixture_chunk(*state, 1, 10, 0, NULL, 0);
	chunk_build_malloc(one, 20, 0, stack, 3, 0x1000, 8);
	chunk_build_malloc(one, 20, 0, NULL, 0, 0x2000, 8);
	two = fixture_chunk(*state, 1, 20, 2, stack, 3);
	chunk_build_free(two, 20, 0x2000);
	chunk_build_free(two, 20, 0x1000);
	chunk_build_malloc(two, 20, 3, NULL, 0, 0x2000, 8);
	three = fixture_chunk(*state, 1, 20, 5, NULL, 0);
	chunk_build_free(three, 20, 0x2000);
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->ends_unknown, 0);
	assert_int_equal(totals(profile)->ends_missed, 0);
	assert_int_equal(profile->replay.threads.items[0]->holes, 0);
	assert_int_equal(profile->replay.paths.live_blocks, 0);
	assert_int_equal(profile->lost.events, 0);
}

/* A thread that parked its chunk and another that went on in it. */
static void a_parked_chunk_has_two_runs(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 0, 0, &frame_a, 1);
	struct profile *profile;

	chunk_build_malloc(chunk, 5, 0, NULL, 0, 0x1000, 8);
	chunk_build_run(chunk, 2, 50, 0, &frame_b, 1);
	chunk_build_free(chunk, 60, 0x1000);
	chunk_build_malloc(chunk, 70, 0, NULL, 0, 0x2000, 8);
	profile = fixture_profile(*state);
	assert_int_equal(profile->replay.threads.count, 2);
	assert_int_equal(totals(profile)->crossed, 1);
	assert_int_equal(path_at(profile, frame_b)->allocations, 1);
}

/* Frames live on from chunk to chunk, but not across a hole. */
static void activations_end_at_holes(void **state)
{
	const uint64_t stack[] = { 1, 2 };
	struct chunk_build *chunk = fixture_chunk(*state, 1, 0, 0, NULL, 0);
	const struct thread *thread;
	struct profile *profile;

	chunk_build_malloc(chunk, 1, 0, stack, 2, 0x1000, 8);
	chunk = fixture_chunk(*state, 1, 10, 1, stack, 2);
	chunk_build_free(chunk, 11, 0x1000);
	profile = fixture_profile(*state);
	thread = profile->replay.threads.items[0];
	assert_int_equal(thread->depth, 2);
	assert_int_equal(thread->stack[0].sequence, 1); /* of the first event still */
	fixture_teardown(state);

	fixture_setup(state);
	chunk = fixture_chunk(*state, 1, 0, 0, NULL, 0);
	chunk_build_malloc(chunk, 1, 0, stack, 2, 0x1000, 8);
	chunk = fixture_chunk(*state, 1, 10, 5, stack, 2); /* four events are missing */
	chunk_build_free(chunk, 11, 0x1000);
	profile = fixture_profile(*state);
	thread = profile->replay.threads.items[0];
	assert_true(thread->stack[0].sequence > 1);
	assert_int_equal(thread->holes, 4);
	assert_int_equal(profile->lost.holes, 4);
	assert_int_equal(profile->lost.events, 4);
}

static void losses_are_not_counted_twice(void **state)
{
	struct fixture *fixture = *state;
	struct chunk_build *chunk = fixture_chunk(fixture, 1, 0, 100, NULL, 0);
	struct profile *profile;

	fixture->header.lost[LOST_OVERWRITTEN] = 100; /* they show as a hole, too */
	fixture->header.lost[LOST_RING_FULL] = 5;
	fixture->header.lost[LOST_STACKS_CUT] = 3; /* nothing is lost of these */
	chunk_build_free(chunk, 11, 0x1000);
	profile = fixture_profile(fixture);
	assert_int_equal(profile->lost.recorder, 105);
	assert_int_equal(profile->lost.holes, 0);
	assert_int_equal(profile->lost.events, 105);
	assert_int_equal(totals(profile)->ends_unknown, 1);
}

static void an_address_that_comes_twice_was_freed(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 0, 0, &frame_a, 1);
	struct profile *profile;

	chunk_build_malloc(chunk, 1, 0, NULL, 0, 0x1000, 8);
	chunk_build_malloc(chunk, 2, 0, NULL, 0, 0x1000, 20);
	profile = fixture_profile(*state);
	assert_int_equal(totals(profile)->ends_missed, 1);
	assert_int_equal(profile->replay.paths.live_bytes, 20);
	assert_int_equal(profile->replay.paths.live_blocks, 1);
}

static void who_made_the_peak(void **state)
{
	struct chunk_build *chunk = fixture_chunk(*state, 1, 0, 0, NULL, 0);
	struct profile *profile;

	chunk_build_malloc(chunk, 1, 0, &frame_a, 1, 0x1000, 1000);
	chunk_build_malloc(chunk, 2, 1, &frame_b, 1, 0x2000, 500);
	chunk_build_free(chunk, 3, 0x1000);
	chunk_build_malloc(chunk, 4, 0, NULL, 0, 0x1000, 800); /* b: 1300, no new peak */
	profile = fixture_profile(*state);
	assert_int_equal(profile->replay.paths.peak_bytes, 1500);
	assert_int_equal(path_at(profile, frame_a)->share.peak_bytes, 1000);
	assert_int_equal(path_at(profile, frame_b)->share.peak_bytes, 500);
	assert_int_equal(path_at(profile, frame_b)->share.live_bytes, 1300);
	assert_int_equal(profile->replay.threads.items[0]->share.peak_bytes, 1500);
}

/* What build_sample_trace() is to be read as. */
static void reads_the_sample(void **state)
{
	struct fixture *fixture = *state;
	struct error error;
	struct profile *profile;

	build_sample_trace(&fixture->trace);
	fixture->reader = trace_reader_open_memory("memory", fixture->trace.bytes.data,
	                                           fixture->trace.bytes.count, &error);
	assert_non_null(fixture->reader);
	profile = fixture->profile = profile_read(fixture->reader, 0, NULL, NULL, &error);
	assert_non_null(profile);
	assert_int_equal(trace_reader_problems(fixture->reader)->count, 0);
	assert_int_equal(totals(profile)->events, 14);
	assert_int_equal(totals(profile)->allocations, 9);
	assert_int_equal(totals(profile)->reallocs, 2);
	assert_int_equal(totals(profile)->callocs, 1);
	assert_int_equal(totals(profile)->aligned, 1);
	assert_int_equal(totals(profile)->failed, 1);
	assert_int_equal(totals(profile)->frees, 4);
	assert_int_equal(totals(profile)->crossed, 1);
	assert_int_equal(totals(profile)->ends_unknown, 1);
	assert_int_equal(totals(profile)->ends_missed, 0);
	assert_int_equal(profile->replay.paths.live_blocks, 4);
	assert_int_equal(profile->replay.paths.live_bytes, 24 + 300 + 4096 + 80);
	assert_int_equal(profile->lost.events, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(counts_the_simple_things),
		FIXTURE_TEST(temporaries_are_freed_before_the_next),
		FIXTURE_TEST(threads_are_merged_by_time),
		FIXTURE_TEST(ties_free_first),
		FIXTURE_TEST(a_moving_realloc_lets_others_in),
		FIXTURE_TEST(a_thread_keeps_its_order_across_chunks),
		FIXTURE_TEST(a_parked_chunk_has_two_runs),
		FIXTURE_TEST(activations_end_at_holes),
		FIXTURE_TEST(losses_are_not_counted_twice),
		FIXTURE_TEST(an_address_that_comes_twice_was_freed),
		FIXTURE_TEST(who_made_the_peak),
		FIXTURE_TEST(reads_the_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

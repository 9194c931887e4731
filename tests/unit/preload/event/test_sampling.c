/*
 * test_sampling.c - distances are drawn from the distribution that the analyzer assumes, and the
 * table of sampled blocks finds each of them, and no other, while threads change it.
 */
#include "own_ring.h"
#include "event/sampling.h"
#include "ring/ring.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MEAN 1000
#define DRAWS 200000
#define BIN 250

/* 1 - exp(-250 / 1000 * n) for n = 1 .. 8 */
static const double below[] = { 0.22119922, 0.39346934, 0.52763345, 0.63212056,
	                            0.71349520, 0.77686984, 0.82622606, 0.86466472 };
#define BINS (sizeof(below) / sizeof(below[0]))

static uint64_t random_next(void)
{
	static uint64_t x = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t mixed;

	x += UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
	mixed = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
	return mixed ^ mixed >> 31;
}

static void assert_near(double is, double wanted, double most)
{
	if (is < wanted - most || is > wanted + most)
		fail_msg("%g is not within %g of %g", is, most, wanted);
}

/* The draws are the same each time: the bounds are five standard errors. */
static void distances_are_exponential(void **state)
{
	double sum = 0, squares = 0, counts[BINS] = { 0 };
	uint64_t least = UINT64_MAX;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint64_t distance = sampling_distance(random_next(), MEAN);

		least = distance < least ? distance : least;
		/* a block is skipped if it is smaller: the continuous distance is from 0 to 1 less */
		sum += (double)distance - 0.5;
		squares += ((double)distance - 0.5) * ((double)distance - 0.5);
		for (size_t n = 0; n < BINS; n++)
			counts[n] += distance <= BIN * (n + 1);
	}
	assert_int_equal(least, 1);
	assert_near(sum / DRAWS, MEAN, 5 * MEAN / 447.2);
	assert_near(squares / DRAWS - sum / DRAWS * (sum / DRAWS), (double)MEAN * MEAN,
	            5 * 2.83 * MEAN * MEAN / 447.2);
	for (size_t n = 0; n < BINS; n++)
		assert_near(counts[n] / DRAWS, below[n], 5 * 0.5 / 447.2);
}

static void extreme_bits_are_extreme_distances(void **state)
{
	(void)state;
	assert_int_equal(sampling_distance(UINT64_MAX, SAMPLE_BYTES_MAX), 1);
	/* 64 ln 2 times the mean is the most there is */
	assert_near((double)sampling_distance(0, SAMPLE_BYTES_MAX) / SAMPLE_BYTES_MAX,
	            44.3614, 0.0001);
	assert_near((double)sampling_distance(UINT64_C(1) << 63, SAMPLE_BYTES_MAX) /
	                SAMPLE_BYTES_MAX,
	            0.693147, 0.000001);
	assert_in_range(sampling_distance(0, 1), 44, 46);
}

/* Blocks of one size are sampled with the probability that stands in the format. */
static void blocks_are_sampled_by_their_size(void **state)
{
	static const struct {
		uint64_t size;
		double probability;
	} cases[] = { { 100, 0.09516258 }, { 1000, 0.63212056 }, { 5000, 0.99326205 } };

	(void)state;
	recorder.session = 7;
	assert_true(sampling_start(MEAN, 0));
	assert_int_equal(recorder.sampling, 7);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double sampled = 0;

		for (int n = 0; n < DRAWS; n++)
			sampled += !sampling_skips(cases[i].size);
		/* seeded anew in each run: six standard errors, one run in 500 million */
		assert_near(sampled / DRAWS, cases[i].probability, 6 * 0.5 / 447.2);
	}
	for (int n = 0; n < DRAWS; n++)
		assert_true(sampling_skips(0));
	assert_false(sampling_skips(UINT64_MAX));
	/* a thread that has drawn for a recording draws nothing for one of all blocks */
	recorder.session = 8;
	assert_true(sampling_start(0, 0));
	for (int n = 0; n < 1000; n++)
		assert_false(sampling_skips(1));
}

/* ---- the table ---------------------------------------------------------------------------- */

static void holds_what_was_put_in(void **state)
{
	enum { COUNT = 20000 };
	uintptr_t address;

	(void)state;
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN));
	for (address = 1; address <= COUNT; address++)
		assert_true(sample_table_put(address * 48));
	assert_true(sample_table_put(48)); /* it is there already */
	for (address = 1; address <= COUNT; address++) {
		assert_true(sample_table_may_have(address * 48));
		assert_false(sample_table_take(address * 48 + 16));
		assert_true(sample_table_take(address * 48));
		assert_false(sample_table_take(address * 48));
	}
	/* nothing is left, no count either */
	for (size_t i = 0; i < SAMPLE_BUCKETS_MIN; i++) {
		assert_int_equal(sample_table_buckets(sample_table.word)[i].counts, 0);
		for (size_t n = 0; n < SAMPLE_BUCKET_ADDRESSES; n++)
			assert_int_equal(sample_table_buckets(sample_table.word)[i].addresses[n],
			                 0);
	}
}

static void is_empty_again_at_each_start(void **state)
{
	(void)state;
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN));
	assert_true(sample_table_put(64));
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN));
	assert_false(sample_table_may_have(64));
	assert_true(sample_table_put(64));
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN * 4));
	assert_false(sample_table_may_have(64));
}

/* A block that finds no room is not recorded, and counted. */
static void counts_what_it_has_no_room_for(void **state)
{
	const uint64_t *lost = &ring.header->lost[LOST_SAMPLES];
	uintptr_t address = 0, count = 0;

	(void)state;
	recorder.session = 9;
	assert_true(sampling_start(SAMPLE_BYTES_MAX, 0));
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN));
	sampling_skips(1);
	assert_int_equal(guard.sample_session, 9);
	while (!*lost) {
		address += 32;
		count += sampling_takes((void *)address, 1);
	}
	assert_int_equal(*lost, 1);
	assert_true(count > SAMPLE_BUCKETS_MIN * SAMPLE_BUCKET_ADDRESSES / 2);
	assert_true(sampling_passes((void *)address));
	for (address -= 32; address; address -= 32)
		assert_false(sampling_passes((void *)address));
	assert_int_equal(*lost, 1);
	assert_true(sampling_takes(NULL, 1)); /* that an allocation failed needs no room */
	sampling_start(0, 0);
}

#define THREADS 4
#define ROUNDS 30000
#define HELD 6000

/*
 * Each thread has addresses of its own, which it alone puts in and takes out; together they fill
 * most of the table.
 */
static void *change(void *argument)
{
	const uintptr_t base = (uintptr_t)argument << 32;
	static const char *const wrong = "wrong";
	bool *is_in = calloc(HELD, sizeof(*is_in));
	uint64_t random = base | 1;

	for (int i = 0; i < ROUNDS; i++) {
		uintptr_t address;
		size_t n;

		random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
		n = (random >> 33) % HELD;
		address = base + (n + 1) * 32;
		if (is_in[n] && !sample_table_may_have(address))
			return (void *)wrong;
		if (sample_table_take(address) != is_in[n])
			return (void *)wrong;
		is_in[n] = random >> 63 && sample_table_put(address);
	}
	for (size_t n = 0; n < HELD; n++) {
		if (sample_table_take(base + (n + 1) * 32) != is_in[n])
			return (void *)wrong;
	}
	free(is_in);
	return NULL;
}

static void threads_find_their_own(void **state)
{
	pthread_t threads[THREADS];
	void *wrong;

	(void)state;
	assert_true(sample_table_start(SAMPLE_BUCKETS_MIN));
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, change, (void *)(i + 1)), 0);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], &wrong), 0);
		assert_null(wrong);
	}
	for (size_t i = 0; i < SAMPLE_BUCKETS_MIN; i++)
		assert_int_equal(sample_table_buckets(sample_table.word)[i].counts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_are_exponential),
		cmocka_unit_test(extreme_bits_are_extreme_distances),
		cmocka_unit_test(blocks_are_sampled_by_their_size),
		cmocka_unit_test(holds_what_was_put_in),
		cmocka_unit_test(is_empty_again_at_each_start),
		cmocka_unit_test(counts_what_it_has_no_room_for),
		cmocka_unit_test(threads_find_their_own),
	};

	return cmocka_run_group_tests(tests, own_ring_set_up, own_ring_tear_down);
}

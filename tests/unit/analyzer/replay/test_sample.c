/*
 * test_sample.c - what sampled blocks stand for: probabilities, weights that add up, and errors.
 */
#include "replay/sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#define MEAN 524288

static void assert_close(double is, double wanted)
{
	if (is < wanted * (1 - 1e-9) || is > wanted * (1 + 1e-9))
		fail_msg("%.12g is not %.12g", is, wanted);
}

static void probabilities_are_those_of_the_format(void **state)
{
	(void)state;
	assert_close(sample_probability(MEAN, MEAN), 0.632120558828558);
	assert_close(sample_probability(16, MEAN), 3.0517112444e-05);
	assert_close(sample_probability(MEAN / 4, MEAN), 0.221199216928595);
	assert_close(sample_probability(MEAN * 3, MEAN), 0.950212931632136);
	assert_close(sample_probability(UINT64_MAX, MEAN), 1);
	assert_close(sample_probability(1, 1), 0.632120558828558);
	/* the recorder samples no block of 0 bytes; a damaged recording may have one */
	assert_close(sample_probability(0, MEAN), sample_probability(1, MEAN));
}

/* Of each call path, the weights add up to the sum of 1/p, to within one block. */
static void weights_add_up(void **state)
{
	static const uint64_t sizes[] = { 16, 100, 4096, 65536, 1 << 20, 1 << 24 };
	enum { SIZES = sizeof(sizes) / sizeof(sizes[0]), COUNT = 1000 };
	struct sample sample = { .mean_bytes = MEAN };
	uint64_t weights[8] = { 0 };
	double wanted[8] = { 0 };
	uint32_t i, path;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		path = 1 + i % 7;
		weights[path] += sample_weigh(&sample, path, sizes[i % SIZES]);
		wanted[path] += 1 / sample_probability(sizes[i % SIZES], MEAN);
	}
	for (path = 1; path < 8; path++) {
		assert_true((double)weights[path] > wanted[path] - 1);
		assert_true((double)weights[path] < wanted[path] + 1);
	}
	assert_int_equal(sample_weigh(&sample, 1, 1 << 28), 1);
	sample_release(&sample);
	/* where all blocks are recorded, each counts as one */
	assert_int_equal(sample_weigh(&sample, 1, 16), 1);
	assert_int_equal(sample.capacity, 0);
}

static void errors_are_roots(void **state)
{
	(void)state;
	assert_int_equal(sample_error(0), 0);
	assert_int_equal(sample_error(-1e9), 0);
	assert_int_equal(sample_error(1), 1);
	assert_int_equal(sample_error(9), 3);
	assert_int_equal(sample_error(1e12), 1000000);
	assert_int_equal(sample_error(1e30), 1000000000000000);
	assert_int_equal(sample_error(1e200), UINT64_MAX);
}

/* What is live has the variance of the blocks that are; what was made, of all. */
static void variances_follow_the_blocks(void **state)
{
	struct sample sample = { .mean_bytes = MEAN };
	double one;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		assert_in_range(sample_weigh(&sample, 3, 1024), 512, 513);
		sample_begin(&sample, 3, 1024);
	}
	for (i = 0; i < 6; i++)
		sample_end(&sample, 3, 1024);
	one = sample.made.blocks / 10;
	/* (1 - p) / p^2 of a small block is a little less than the square of the mean over the size */
	assert_true(one > 511 * 511 && one < 512 * 512);
	assert_int_equal(sample_error(sample.live.blocks), sample_error(4 * one));
	assert_int_equal(sample_error(sample.live.bytes),
	                 sample_error(4 * one * 1024 * 1024));
	assert_int_equal(sample_path_of(&sample, 3)->seen, 10);
	assert_int_equal(sample_error(sample_path_of(&sample, 3)->live.blocks),
	                 sample_error(4 * one));
	/* of a number of blocks, two more of the largest: what was missed may have been like it */
	assert_int_equal(sample_error_blocks(&sample.live), sample_error(6 * one));
	assert_int_equal(sample_error_blocks(&sample.made), sample_error(12 * one));
	assert_int_equal(sample_path_of(&sample, 2)->seen, 0);
	assert_int_equal(sample_path_of(&sample, 1000)->seen, 0);
	/* a larger block adds its own, and the largest stays that of the small one */
	assert_int_equal(sample_weigh(&sample, 4, 200 * MEAN), 1);
	sample_begin(&sample, 4, 200 * MEAN);
	assert_int_equal(sample_error_blocks(&sample.made), sample_error(12 * one));
	assert_int_equal(sample_error_blocks(&sample_path_of(&sample, 4)->made), 0);
	sample_release(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probabilities_are_those_of_the_format),
		cmocka_unit_test(weights_add_up),
		cmocka_unit_test(errors_are_roots),
		cmocka_unit_test(variances_follow_the_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_cut_words.c - cut stacks by kind are as many as there are, whoever has recorded them. */
#include "report/cut_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t sum(const struct cut_counts *cuts)
{
	uint64_t all = 0;

	for (enum cut_kind kind = CUT_NONE; kind < CUT_KINDS; kind++)
		all += cuts->counts[kind];
	return all;
}

static void counts_each_kind(void **state)
{
	static struct ring_header header;
	struct cut_counts cuts;

	(void)state;
	header.lost[LOST_STACKS_CUT] = 12;
	header.cuts[CUT_DEPTH] = 5;
	header.cuts[CUT_GO_C] = 7;
	cuts = cut_counts(&header);
	assert_int_equal(cuts.counts[CUT_DEPTH], 5);
	assert_int_equal(cuts.counts[CUT_GO_C], 7);
	assert_int_equal(cuts.counts[CUT_NONE], 0);
	assert_int_equal(sum(&cuts), 12);
}

/* An older recorder counted no kinds; a newer one has others; a damaged header has anything. */
static void adds_up_to_all(void **state)
{
	static struct ring_header header;
	struct cut_counts cuts;

	(void)state;
	header.lost[LOST_STACKS_CUT] = 12;
	cuts = cut_counts(&header);
	assert_int_equal(cuts.counts[CUT_NONE], 12);
	header.cuts[CUT_KINDS_MAX - 1] = 4;
	header.cuts[CUT_FAULT] = 8;
	cuts = cut_counts(&header);
	assert_int_equal(cuts.counts[CUT_NONE], 4);
	memset(header.cuts, 0xff, sizeof(header.cuts));
	cuts = cut_counts(&header);
	assert_int_equal(sum(&cuts), 12);
}

static void names_each_kind(void **state)
{
	(void)state;
	for (enum cut_kind kind = CUT_NONE; kind < CUT_KINDS; kind++) {
		assert_non_null(cut_name(kind));
		assert_non_null(cut_text(kind));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_kind),
		cmocka_unit_test(adds_up_to_all),
		cmocka_unit_test(names_each_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

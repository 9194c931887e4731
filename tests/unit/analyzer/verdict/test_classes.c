/* test_classes.c - what blocks outlive, against a model that knows every activation. */
#include "verdict/block_history.h"
#include "verdict_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t random_state = 20261122;

static uint64_t random_next(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* ---- against the truth ----------------------------------------------------------------- */

#define BLOCKS 200

struct truth {
	struct {
		uint64_t activations[MODEL_DEPTH_MAX];
		uint32_t functions[MODEL_DEPTH_MAX], depth; /* 0: not live */
	} blocks[BLOCKS];
	uint64_t depths[MODEL_DEPTH_MAX], owners[MODEL_FUNCTIONS], live;
};

static void truth_birth(struct truth *truth, const struct model_thread *thread,
                        unsigned i)
{
	memcpy(truth->blocks[i].activations, thread->activations,
	       sizeof(thread->activations));
	memcpy(truth->blocks[i].functions, thread->functions, sizeof(thread->functions));
	truth->blocks[i].depth = thread->depth;
	truth->live++;
}

static void truth_free(struct truth *truth, const struct model_thread *thread,
                       unsigned i)
{
	uint32_t running = 0;

	while (running < thread->depth && running < truth->blocks[i].depth &&
	       thread->activations[running] == truth->blocks[i].activations[running])
		running++;
	truth->depths[truth->blocks[i].depth - running]++;
	truth->owners[truth->blocks[i].functions[running - 1]]++;
	truth->blocks[i].depth = 0;
	truth->live--;
}

static void truth_step(struct truth *truth, struct model *model)
{
	struct model_thread *thread = &model->threads[0];
	unsigned i = (unsigned)random_next(BLOCKS);
	uint64_t address = 0x10000 + 64 * i;
	unsigned line = (unsigned)random_next(4);

	switch (random_next(8)) {
	case 0:
	case 1:
		if (thread->depth < 30)
			model_call(model, 0, line, (unsigned)random_next(6));
		return;
	case 2:
	case 3:
		if (thread->depth > 1)
			model_return(model, 0);
		return;
	case 4:
		model_event(model, 0, line,
		            (struct build_event){ .op = OP_CONTROL, .is_exact = true });
		return;
	case 5:
		if (truth->blocks[i].depth)
			model_realloc(model, line, address, address, 8 * random_next(100));
		return;
	}
	if (truth->blocks[i].depth) {
		truth_free(truth, thread, i);
		model_free(model, line, address);
	} else {
		truth_birth(truth, thread, i);
		model_malloc(model, line, address, 8 * random_next(100));
	}
}

/* Functions are "f0" ..; the blocks that the summary says one of them owned. */
static uint64_t owned_by(const struct classes *classes,
                         const struct life_summary *summary, const char *name)
{
	uint32_t i;

	for (i = 1; i < classes->functions.count; i++) {
		if (!strcmp(classes->functions.functions[i].name, name))
			return rank_of(&summary->owners, i);
	}
	return 0;
}

static void agrees_with_the_truth(void **state)
{
	static struct model model;
	static struct truth truth;
	struct profile *profile;
	struct classes *classes;
	struct life_summary summary;
	char name[8];
	unsigned i, round;

	(void)state;
	for (round = 0; round < 20; round++) {
		memset(&truth, 0, sizeof(truth));
		model_begin(&model);
		for (i = 0; i < 4000; i++)
			truth_step(&truth, &model);
		profile = model_profile(&model);
		classes = classes_new(profile, NULL);
		assert_non_null(classes);
		summary = summary_of_all(classes);
		for (i = 0; i < MODEL_DEPTH_MAX; i++)
			assert_int_equal(rank_of(&summary.depths, i), truth.depths[i]);
		for (i = 0; i < 6; i++) {
			name[0] = 'f';
			name[1] = (char)('0' + i);
			name[2] = 0;
			assert_int_equal(owned_by(classes, &summary, name), truth.owners[i]);
		}
		assert_int_equal(classes->all.shares[CLASS_LIVE].blocks +
		                     classes->all.shares[CLASS_STATIC].blocks,
		                 truth.live);
		assert_int_equal(classes->all.exact_blocks, classes->all.blocks);
		assert_int_equal(classes->all.blocks, profile->replay.totals.allocations -
		                                          profile->replay.totals.reallocs);
		life_summary_release(&summary);
		classes_free(classes);
		model_end(&model, profile);
	}
}

/* Call i allocates, call i + 1 of the same function frees it: the stacks look the same. */
static void two_calls_are_two_frames(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 100; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		if (i)
			model_free(&verdict_fixture.model, 2, 0x1000);
		model_malloc(&verdict_fixture.model, 3, 0x1000, 64);
		model_return(&verdict_fixture.model, 0);
	}
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 99, 0, 0, 1);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	assert_int_equal(verdict_fixture.findings.advice.items[0].kind, ADVICE_REUSE);
	verdict_fixture_release(&verdict_fixture);
}

/* A vector that grows by one realloc in each of many calls, and is freed outside. */
static void a_chain_of_reallocs_is_one_life(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct life_summary summary;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 50; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		if (i)
			model_realloc(&verdict_fixture.model, 2, 0x1000 + 0x100 * (i - 1),
			              0x1000 + 0x100 * i, 8 * (i + 1));
		else
			model_malloc(&verdict_fixture.model, 2, 0x1000, 8);
		model_return(&verdict_fixture.model, 0);
	}
	model_free(&verdict_fixture.model, 3, 0x1000 + 0x100 * 49);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 1, 0, 0, 0);
	assert_int_equal(verdict_fixture.findings.classes->all.shares[CLASS_ESCAPING].bytes,
	                 400);
	summary = summary_of_all(verdict_fixture.findings.classes);
	assert_int_equal(rank_of(&summary.depths, 1), 1);
	assert_int_equal(summary.chains, 1);
	assert_int_equal(summary.chain_reallocs, 49);
	life_summary_release(&summary);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	assert_int_equal(verdict_fixture.findings.advice.items[0].kind, ADVICE_RESERVE);
	assert_int_equal(verdict_fixture.findings.advice.items[0].saves.calls, 49);
	verdict_fixture_release(&verdict_fixture);
}

static void other_threads_cross(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 8);
	model_malloc(&verdict_fixture.model, 1, 0x2000, 8);
	model_malloc(&verdict_fixture.model, 1, 0x3000, 8);
	model_event(
		&verdict_fixture.model, 1, 1,
		(struct build_event){ .op = OP_FREE, .address = 0x1000, .is_exact = true });
	model_event(&verdict_fixture.model, 1, 2,
	            (struct build_event){ .op = OP_REALLOC,
	                                  .old_address = 0x2000,
	                                  .address = 0x2000,
	                                  .size = 9,
	                                  .is_exact = true });
	model_free(&verdict_fixture.model, 2, 0x2000);
	model_free(&verdict_fixture.model, 2, 0x3000);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 1, 0, 2, 0, 0);
	verdict_fixture_release(&verdict_fixture);
}

static void what_is_never_freed(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[2] = "main";
	for (i = 0; i < 3; i++) /* before main */
		model_malloc(&verdict_fixture.model, 1, 0x1000 + 64 * i, 8);
	model_call(&verdict_fixture.model, 0, 2, 2);
	model_malloc(&verdict_fixture.model, 1, 0x2000, 8); /* once */
	for (i = 0; i < 5; i++)
		model_malloc(&verdict_fixture.model, 2, 0x3000 + 64 * i, 8);
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 0, 0, 0, 4, 5);
	verdict_fixture_release(&verdict_fixture);
}

/* A plain event taints what is live, and nothing that is born later. */
static void plain_events_are_counted_apart(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct class_counts *all;

	(void)state;
	model_begin(&verdict_fixture.model);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 8);
	model_malloc(&verdict_fixture.model, 1, 0x2000, 8);
	model_free(&verdict_fixture.model, 1, 0x2000);
	model_malloc(&verdict_fixture.model, 1, 0x4000,
	             8); /* never freed: needs no frames */
	model_malloc(&verdict_fixture.model, 1, 0x5000,
	             8); /* freed by another thread: likewise */
	model_event(&verdict_fixture.model, 0, 1, (struct build_event){ .op = OP_CONTROL });
	model_event(&verdict_fixture.model, 1, 1,
	            (struct build_event){ .op = OP_FREE, .address = 0x5000 });
	model_malloc(&verdict_fixture.model, 1, 0x3000, 8);
	model_free(&verdict_fixture.model, 1, 0x1000);
	model_free(&verdict_fixture.model, 1, 0x3000);
	classify(&verdict_fixture);
	all = &verdict_fixture.findings.classes->all;
	expect_classes(&verdict_fixture, 2, 0, 1, 0, 1);
	assert_int_equal(all->inferred.blocks, 1);
	assert_int_equal(all->exact_blocks, 4);
	assert_int_equal(all->blocks, 5);
	assert_int_equal(verdict_fixture.findings.advice.count, 0);
	verdict_fixture_release(&verdict_fixture);
}

/* Without return stubs everything counts, and is marked. */
static void plain_recordings_are_inferred(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.header.flags &= ~(uint32_t)RING_FRAMES_EXACT;
	model_event(&verdict_fixture.model, 0, 1,
	            (struct build_event){ .op = OP_MALLOC, .address = 0x1000, .size = 8 });
	model_event(&verdict_fixture.model, 0, 1,
	            (struct build_event){ .op = OP_FREE, .address = 0x1000 });
	classify(&verdict_fixture);
	expect_classes(&verdict_fixture, 1, 0, 0, 0, 0);
	assert_false(verdict_fixture.findings.classes->has_exact_frames);
	assert_int_equal(verdict_fixture.findings.classes->all.exact_blocks, 0);
	assert_int_equal(verdict_fixture.findings.classes->all.inferred.blocks, 0);
	verdict_fixture_release(&verdict_fixture);
}

static void counts_pairs(void **state)
{
	static uint32_t truth[64][64];
	struct pair_counts counts = { .slots = NULL };
	unsigned i, one, two, used = 0;

	(void)state;
	assert_int_equal(pair_counts_get(&counts, 1, 2), 0);
	for (i = 0; i < 200000; i++) {
		one = (unsigned)random_next(64);
		two = (unsigned)random_next(64);
		if (random_next(2) && i < 150000) {
			used += !truth[one][two];
			truth[one][two] += 1 + i % 2;
			assert_int_equal(pair_counts_add(&counts, one, two, 1 + i % 2), 0);
		} else if (truth[one][two]) {
			used -= !--truth[one][two];
			pair_counts_subtract(&counts, one, two);
		}
		assert_int_equal(counts.used, used);
		assert_int_equal(pair_counts_get(&counts, one, two), truth[one][two]);
	}
	for (i = 0; i < 64 * 64; i++)
		assert_int_equal(pair_counts_get(&counts, i / 64, i % 64),
		                 truth[i / 64][i % 64]);
	pair_counts_release(&counts);
}

/* ---- single blocks ------------------------------------------------------------------- */

static void follows_one_block(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct block_history history;

	(void)state;
	model_begin(&verdict_fixture.model);
	model_call(&verdict_fixture.model, 0, 1, 1);
	model_call(&verdict_fixture.model, 0, 2, 2);
	model_malloc(&verdict_fixture.model, 3, 0x1000, 8);
	model_return(&verdict_fixture.model, 0);
	model_realloc(&verdict_fixture.model, 4, 0x1000, 0x2000, 24);
	model_return(&verdict_fixture.model, 0);
	model_malloc(&verdict_fixture.model, 5, 0x1000, 32);
	model_free(&verdict_fixture.model, 6, 0x2000);
	classify(&verdict_fixture);

	assert_int_equal(block_history_read(&history, verdict_fixture.model.reader,
	                                    verdict_fixture.profile, 0x1000, 0),
	                 0);
	assert_int_equal(history.count, 2);
	assert_int_equal(history.lives[0].birth.frames, 3);
	assert_int_equal(history.lives[0].move_count, 1);
	assert_int_equal(history.lives[0].moves[0].address, 0x2000);
	assert_int_equal(history.lives[0].end.op, OP_FREE);
	assert_int_equal(history.lives[0].kept, 0); /* f0 still runs, f1 and f2 ended */
	assert_int_equal(history.lives[0].proof, PROOF_PROVED);
	assert_int_equal(history.lives[1].number, 3);
	assert_int_equal(history.lives[1].end.op, OP_NONE);
	block_history_release(&history);

	assert_int_equal(block_history_read(&history, verdict_fixture.model.reader,
	                                    verdict_fixture.profile, 0, 3),
	                 0);
	assert_int_equal(history.count, 1);
	assert_int_equal(history.lives[0].birth.size, 32);
	assert_int_equal(history.realloc_number, 0);
	block_history_release(&history);

	/* The second allocation is a realloc of the first: that is where it was born. */
	assert_int_equal(block_history_read(&history, verdict_fixture.model.reader,
	                                    verdict_fixture.profile, 0, 2),
	                 0);
	assert_int_equal(history.count, 1);
	assert_int_equal(history.realloc_number, 2);
	assert_int_equal(history.lives[0].number, 1);
	assert_int_equal(history.lives[0].birth.size, 8);
	assert_int_equal(history.lives[0].birth.op, OP_MALLOC);
	assert_int_equal(history.lives[0].move_count, 1);
	assert_int_equal(history.lives[0].end.op, OP_FREE);
	assert_int_equal(history.lives[0].kept, 0);
	block_history_release(&history);
	verdict_fixture_release(&verdict_fixture);
}

/* ---- the youngest -------------------------------------------------------------------- */

static void knows_the_youngest(void **state)
{
	static struct birth_window window;
	static bool is_live[200000];
	uint32_t numbers[300] = { 0 }, born = 0, at, youngest;
	unsigned i, slot;

	(void)state;
	for (i = 0; i < 400000 && born < 190000; i++) {
		slot = (unsigned)random_next(random_next(20) ? 12 : 300);
		if (!numbers[slot]) {
			numbers[slot] = birth_window_add(&window);
			assert_int_equal(numbers[slot], ++born);
			is_live[born] = true;
			continue;
		}
		at = numbers[slot];
		for (youngest = born; youngest && !is_live[youngest]; youngest--)
			;
		assert_int_equal(birth_window_remove(&window, at),
		                 at == youngest && born - at < BIRTH_WINDOW);
		is_live[at] = false;
		numbers[slot] = 0;
	}
}

/* ---- in one word ------------------------------------------------------------------------ */

static void a_verdict_is_of_all_blocks(void **state)
{
	static const struct {
		uint64_t stack, live, inferred, unknown;
		const char *verdict;
	} cases[] = {
		{ 0, 300, 17000, 0, "inferred" }, { 0, 300, 0, 17000, "unknown" },
		{ 0, 300, 33, 0, "live" },        { 0, 300, 34, 0, "mixed" },
		{ 90, 10, 0, 0, "stack_like" },   { 89, 11, 0, 0, "mixed" },
		{ 50, 0, 25, 25, "mixed" },       { 0, 0, 1, 0, "inferred" },
		{ 0, 0, 0, 1, "unknown" },        { 1, 0, 0, 0, "stack_like" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct class_counts counts = { .inferred.blocks = cases[i].inferred,
			                           .unknown.blocks = cases[i].unknown };

		counts.shares[CLASS_STACK].blocks = cases[i].stack;
		counts.shares[CLASS_LIVE].blocks = cases[i].live;
		counts.blocks = cases[i].stack + cases[i].live + cases[i].inferred +
		                cases[i].unknown;
		assert_string_equal(verdict_key(class_counts_verdict(&counts, counts.blocks)),
		                    cases[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_of_all_blocks),
		cmocka_unit_test(agrees_with_the_truth),
		cmocka_unit_test(two_calls_are_two_frames),
		cmocka_unit_test(a_chain_of_reallocs_is_one_life),
		cmocka_unit_test(other_threads_cross),
		cmocka_unit_test(what_is_never_freed),
		cmocka_unit_test(plain_events_are_counted_apart),
		cmocka_unit_test(plain_recordings_are_inferred),
		cmocka_unit_test(counts_pairs),
		cmocka_unit_test(follows_one_block),
		cmocka_unit_test(knows_the_youngest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

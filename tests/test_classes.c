/* test_classes.c - what blocks outlive, against a model that knows every activation. */
#include "advice_words.h"
#include "block_story.h"
#include "findings.h"
#include "life_model.h"
#include "life_summary.h"

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

static uint64_t rank_of(const struct ranking *ranking, uint32_t key)
{
	size_t i;

	for (i = 0; i < ranking->count; i++) {
		if (ranking->ranks[i].key == key)
			return ranking->ranks[i].blocks;
	}
	return 0;
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

static struct life_summary summary_of_all(const struct classes *classes)
{
	struct life_summary summary = { .site_count = 0 };
	uint32_t i;

	for (i = 1; i < classes->profile->replay.sites.count; i++)
		assert_int_equal(life_summary_add(&summary, classes, i), 0);
	life_summary_sort(&summary, classes);
	return summary;
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
		classes = classes_new(profile, NULL, 0);
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

/* ---- one program for each thing to know -------------------------------------------------- */

/* The model is read and judged; asked for below. */
struct judged {
	struct model model;
	struct profile *profile;
	struct findings findings;
};

static void judge_with(struct judged *judged, const char *wrapper)
{
	judged->profile = model_profile(&judged->model);
	assert_int_equal(
		findings_make(&judged->findings, judged->profile, &wrapper, wrapper ? 1 : 0),
		0);
}

static void judge(struct judged *judged)
{
	judge_with(judged, NULL);
}

static void judged_release(struct judged *judged)
{
	findings_release(&judged->findings);
	model_end(&judged->model, judged->profile);
}

static uint64_t blocks_of(const struct judged *judged, enum life_class class)
{
	return judged->findings.classes->all.shares[class].blocks;
}

static void expect_classes(const struct judged *judged, uint64_t stack,
                           uint64_t escaping, uint64_t crossed, uint64_t fixed,
                           uint64_t live)
{
	assert_int_equal(blocks_of(judged, CLASS_STACK), stack);
	assert_int_equal(blocks_of(judged, CLASS_ESCAPING), escaping);
	assert_int_equal(blocks_of(judged, CLASS_CROSSED), crossed);
	assert_int_equal(blocks_of(judged, CLASS_STATIC), fixed);
	assert_int_equal(blocks_of(judged, CLASS_LIVE), live);
}

/* Call i allocates, call i + 1 of the same function frees it: the stacks look the same. */
static void two_calls_are_two_frames(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 100; i++) {
		model_call(&judged.model, 0, 1, 1);
		if (i)
			model_free(&judged.model, 2, 0x1000);
		model_malloc(&judged.model, 3, 0x1000, 64);
		model_return(&judged.model, 0);
	}
	judge(&judged);
	expect_classes(&judged, 0, 99, 0, 0, 1);
	assert_int_equal(judged.findings.advice.count, 1);
	assert_int_equal(judged.findings.advice.items[0].kind, ADVICE_REUSE);
	judged_release(&judged);
}

/* A vector that grows by one realloc in each of many calls, and is freed outside. */
static void a_chain_of_reallocs_is_one_life(void **state)
{
	static struct judged judged;
	struct life_summary summary;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 50; i++) {
		model_call(&judged.model, 0, 1, 1);
		if (i)
			model_realloc(&judged.model, 2, 0x1000 + 0x100 * (i - 1),
			              0x1000 + 0x100 * i, 8 * (i + 1));
		else
			model_malloc(&judged.model, 2, 0x1000, 8);
		model_return(&judged.model, 0);
	}
	model_free(&judged.model, 3, 0x1000 + 0x100 * 49);
	judge(&judged);
	expect_classes(&judged, 0, 1, 0, 0, 0);
	assert_int_equal(judged.findings.classes->all.shares[CLASS_ESCAPING].bytes, 400);
	summary = summary_of_all(judged.findings.classes);
	assert_int_equal(rank_of(&summary.depths, 1), 1);
	assert_int_equal(summary.chains, 1);
	assert_int_equal(summary.chain_reallocs, 49);
	life_summary_release(&summary);
	assert_int_equal(judged.findings.advice.count, 1);
	assert_int_equal(judged.findings.advice.items[0].kind, ADVICE_RESERVE);
	assert_int_equal(judged.findings.advice.items[0].saves_calls, 49);
	judged_release(&judged);
}

static void other_threads_cross(void **state)
{
	static struct judged judged;

	(void)state;
	model_begin(&judged.model);
	model_malloc(&judged.model, 1, 0x1000, 8);
	model_malloc(&judged.model, 1, 0x2000, 8);
	model_malloc(&judged.model, 1, 0x3000, 8);
	model_event(
		&judged.model, 1, 1,
		(struct build_event){ .op = OP_FREE, .address = 0x1000, .is_exact = true });
	model_event(&judged.model, 1, 2,
	            (struct build_event){ .op = OP_REALLOC,
	                                  .old_address = 0x2000,
	                                  .address = 0x2000,
	                                  .size = 9,
	                                  .is_exact = true });
	model_free(&judged.model, 2, 0x2000);
	model_free(&judged.model, 2, 0x3000);
	judge(&judged);
	expect_classes(&judged, 1, 0, 2, 0, 0);
	judged_release(&judged);
}

static void what_is_never_freed(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	judged.model.names[2] = "main";
	for (i = 0; i < 3; i++) /* before main */
		model_malloc(&judged.model, 1, 0x1000 + 64 * i, 8);
	model_call(&judged.model, 0, 2, 2);
	model_malloc(&judged.model, 1, 0x2000, 8); /* once */
	for (i = 0; i < 5; i++)
		model_malloc(&judged.model, 2, 0x3000 + 64 * i, 8);
	judge(&judged);
	expect_classes(&judged, 0, 0, 0, 4, 5);
	judged_release(&judged);
}

/* A plain event taints what is live, and nothing that is born later. */
static void plain_events_are_counted_apart(void **state)
{
	static struct judged judged;
	const struct class_counts *all;

	(void)state;
	model_begin(&judged.model);
	model_malloc(&judged.model, 1, 0x1000, 8);
	model_malloc(&judged.model, 1, 0x2000, 8);
	model_free(&judged.model, 1, 0x2000);
	model_event(&judged.model, 0, 1, (struct build_event){ .op = OP_CONTROL });
	model_malloc(&judged.model, 1, 0x3000, 8);
	model_free(&judged.model, 1, 0x1000);
	model_free(&judged.model, 1, 0x3000);
	judge(&judged);
	all = &judged.findings.classes->all;
	expect_classes(&judged, 2, 0, 0, 0, 0);
	assert_int_equal(all->inferred.blocks, 1);
	assert_int_equal(all->exact_blocks, 2);
	assert_int_equal(all->blocks, 3);
	assert_int_equal(judged.findings.advice.count, 0);
	judged_release(&judged);
}

/* Without return stubs everything counts, and is marked. */
static void plain_recordings_are_inferred(void **state)
{
	static struct judged judged;

	(void)state;
	model_begin(&judged.model);
	judged.model.header.flags &= ~(uint32_t)RING_FRAMES_EXACT;
	model_event(&judged.model, 0, 1,
	            (struct build_event){ .op = OP_MALLOC, .address = 0x1000, .size = 8 });
	model_event(&judged.model, 0, 1,
	            (struct build_event){ .op = OP_FREE, .address = 0x1000 });
	judge(&judged);
	expect_classes(&judged, 1, 0, 0, 0, 0);
	assert_false(judged.findings.classes->has_exact_frames);
	assert_int_equal(judged.findings.classes->all.exact_blocks, 0);
	assert_int_equal(judged.findings.classes->all.inferred.blocks, 0);
	judged_release(&judged);
}

/* ---- peeling ------------------------------------------------------------------------- */

/* Callers 10, 11, .. each get blocks from function 1 and free them themselves. */
static void wrapper_act(struct model *model, unsigned callers, unsigned blocks)
{
	unsigned i;

	for (i = 0; i < blocks; i++) {
		model_call(model, 0, 1, 10 + i % callers);
		model_call(model, 0, 2, 1);
		model_malloc(model, 3, 0x1000, 16);
		model_return(model, 0);
		model_free(model, 4, 0x1000);
		model_return(model, 0);
	}
}

static void peels_what_it_is_told(void **state)
{
	static struct judged judged;

	(void)state;
	model_begin(&judged.model);
	wrapper_act(&judged.model, 2, 40);
	judge(&judged);
	expect_classes(&judged, 0, 40, 0, 0, 0);
	judged_release(&judged);

	model_begin(&judged.model);
	judged.model.names[1] = "get_(int)";
	wrapper_act(&judged.model, 2, 40);
	judge_with(&judged, "get_*");
	expect_classes(&judged, 40, 0, 0, 0, 0);
	judged_release(&judged);

	model_begin(&judged.model);
	judged.model.names[1] = "operator new(unsigned long)";
	wrapper_act(&judged.model, 2, 40);
	judge(&judged);
	expect_classes(&judged, 40, 0, 0, 0, 0);
	judged_release(&judged);
}

static void peels_what_escapes_every_time(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	wrapper_act(&judged.model, PEEL_CALLERS_MIN, PEEL_BLOCKS_MIN);
	judge(&judged);
	expect_classes(&judged, PEEL_BLOCKS_MIN, 0, 0, 0, 0);
	for (i = 1; i < judged.findings.classes->functions.count; i++) {
		assert_int_equal(
			judged.findings.classes->peeling.functions[i].reason,
			strcmp(judged.findings.classes->functions.functions[i].name, "f1")
				? PEEL_NOT
				: PEEL_AUTOMATIC);
	}
	judged_release(&judged);

	model_begin(&judged.model);
	wrapper_act(&judged.model, PEEL_CALLERS_MIN - 1, 2 * PEEL_BLOCKS_MIN);
	judge(&judged);
	expect_classes(&judged, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	judged_release(&judged);

	/* One block that it kept to itself, and it is no wrapper. */
	model_begin(&judged.model);
	wrapper_act(&judged.model, PEEL_CALLERS_MIN, 2 * PEEL_BLOCKS_MIN);
	model_call(&judged.model, 0, 1, 1);
	model_malloc(&judged.model, 3, 0x1000, 16);
	model_free(&judged.model, 4, 0x1000);
	judge(&judged);
	expect_classes(&judged, 1, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	judged_release(&judged);
}

/*
 * Function 5, which function 1 alone calls, makes the blocks that `callers` get from 1. With
 * `stays`, 1 frees one of them itself.
 */
static void part_act(struct model *model, unsigned callers, bool stays)
{
	unsigned i;

	for (i = 0; i < 2 * PEEL_BLOCKS_MIN; i++) {
		model_call(model, 0, 1, 10 + i % callers);
		model_call(model, 0, 2, 1);
		model_call(model, 0, 3, 5);
		model_malloc(model, 3, 0x1000, 16);
		model_return(model, 0);
		if (stays && !i)
			model_free(model, 4, 0x1000);
		model_return(model, 0);
		if (!stays || i)
			model_free(model, 4, 0x1000);
		model_return(model, 0);
	}
}

static void peels_parts_of_wrappers(void **state)
{
	static struct judged judged;
	const struct function_table *functions;
	enum peel_reason expected;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	part_act(&judged.model, PEEL_CALLERS_MIN, false);
	judge(&judged);
	expect_classes(&judged, 2 * PEEL_BLOCKS_MIN, 0, 0, 0, 0);
	functions = &judged.findings.classes->functions;
	for (i = 1; i < functions->count; i++) {
		expected = !strcmp(functions->functions[i].name, "f1")   ? PEEL_AUTOMATIC
		           : !strcmp(functions->functions[i].name, "f5") ? PEEL_PART
		                                                         : PEEL_NOT;
		assert_int_equal(judged.findings.classes->peeling.functions[i].reason,
		                 expected);
	}
	judged_release(&judged);

	/* It is no part of what is no wrapper. */
	model_begin(&judged.model);
	part_act(&judged.model, PEEL_CALLERS_MIN - 1, false);
	judge(&judged);
	expect_classes(&judged, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	judged_release(&judged);

	model_begin(&judged.model);
	part_act(&judged.model, PEEL_CALLERS_MIN, true);
	judge(&judged);
	expect_classes(&judged, 0, 2 * PEEL_BLOCKS_MIN, 0, 0, 0);
	judged_release(&judged);
}

/* ---- advice ---------------------------------------------------------------------------- */

static void expect_advice(struct judged *judged, enum advice_kind kind,
                          const char *says)
{
	struct text text = { NULL, 0, 0 };

	judge(judged);
	assert_int_equal(judged->findings.advice.count, 1);
	assert_int_equal(judged->findings.advice.items[0].kind, kind);
	assert_int_equal(advice_text(&text, &judged->findings.advice.items[0],
	                             judged->findings.classes, &judged->findings.places),
	                 0);
	if (!strstr(text.data, says))
		fail_msg("'%s' does not say '%s'", text.data, says);
	text_release(&text);
	judged_release(judged);
}

static void local_act(struct model *model, unsigned blocks, uint64_t size)
{
	unsigned i;

	for (i = 0; i < blocks; i++) {
		model_call(model, 0, 1, 1);
		model_malloc(model, 2, 0x1000, size);
		model_free(model, 3, 0x1000);
		model_return(model, 0);
	}
}

static void advises_what_the_evidence_carries(void **state)
{
	static struct judged judged;
	unsigned i, j;

	(void)state;
	model_begin(&judged.model);
	local_act(&judged.model, ADVICE_BLOCKS_MIN, 4096);
	expect_advice(&judged, ADVICE_LOCAL, "a local variable in f1()");

	model_begin(&judged.model);
	wrapper_act(&judged.model, 1, 20);
	expect_advice(&judged, ADVICE_CALLER, "let f10() own the buffer");

	model_begin(&judged.model);
	wrapper_act(&judged.model, 2, 20);
	expect_advice(&judged, ADVICE_CALLER, "let the caller own the buffer");

	model_begin(&judged.model);
	for (i = 0; i < 5; i++) {
		model_call(&judged.model, 0, 1, 9);
		for (j = 0; j < 20; j++) {
			model_call(&judged.model, 0, 2, 1);
			model_malloc(&judged.model, 3, 0x1000 + 64 * j, 8 + j % 4);
			model_return(&judged.model, 0);
		}
		for (j = 0; j < 20; j++)
			model_free(&judged.model, 4, 0x1000 + 64 * j);
		model_return(&judged.model, 0);
	}
	expect_advice(&judged, ADVICE_ARENA,
	              "an arena in f9() for the blocks of f1(): 100");

	model_begin(&judged.model);
	judged.model.names[9] = "main";
	for (i = 0; i < 16; i++)
		model_malloc(&judged.model, 1, 0x1000 + 64 * i, 40);
	model_call(&judged.model, 0, 1, 9);
	model_malloc(&judged.model, 1, 0x8000, 8);
	model_free(&judged.model, 1, 0x8000);
	expect_advice(&judged, ADVICE_STATIC, "globals for what f0() allocates");
}

static void expect_none(struct judged *judged, const char *because)
{
	struct text text = { NULL, 0, 0 };

	judge(judged);
	assert_int_equal(judged->findings.advice.count, 0);
	assert_int_equal(advice_refusal_text(&text, judged->findings.classes,
	                                     &judged->findings.places.places[0]),
	                 0);
	if (!strstr(text.data, because))
		fail_msg("'%s' does not say '%s'", text.data, because);
	text_release(&text);
	judged_release(judged);
}

static void advises_nothing_more(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	local_act(&judged.model, ADVICE_BLOCKS_MIN - 1, 8);
	expect_none(&judged, "too few");

	model_begin(&judged.model);
	local_act(&judged.model, 100, 4097);
	expect_none(&judged, "too large");

	/* One of a hundred escapes. */
	model_begin(&judged.model);
	local_act(&judged.model, 99, 8);
	model_call(&judged.model, 0, 1, 1);
	model_malloc(&judged.model, 2, 0x1000, 8);
	model_return(&judged.model, 0);
	model_free(&judged.model, 3, 0x1000);
	expect_none(&judged, "2 classes");

	/* One is not exact. */
	model_begin(&judged.model);
	local_act(&judged.model, 99, 8);
	model_call(&judged.model, 0, 1, 1);
	model_malloc(&judged.model, 2, 0x1000, 8);
	model_event(&judged.model, 0, 3,
	            (struct build_event){ .op = OP_FREE, .address = 0x1000 });
	expect_none(&judged, "not exact");

	/* A local of 256 bytes in a recursion of 20. */
	model_begin(&judged.model);
	for (i = 0; i < 20; i++) {
		model_call(&judged.model, 0, 1, 1);
		model_malloc(&judged.model, 2, 0x1000 + 0x200 * i, 256);
	}
	for (i = 20; i-- > 0; model_return(&judged.model, 0))
		model_free(&judged.model, 3, 0x1000 + 0x200 * i);
	expect_none(&judged, "too large, or too many");
}

/* A block of 16 bytes that the next line makes a large one, is a large one. */
static void judges_by_what_a_block_grew_to(void **state)
{
	static struct judged judged;
	const struct life_summary *summary;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 100; i++) {
		model_call(&judged.model, 0, 1, 1);
		model_malloc(&judged.model, 2, 0x1000, 16);
		model_realloc(&judged.model, 3, 0x1000, 0x2000, 100000);
		model_free(&judged.model, 4, 0x2000);
		model_return(&judged.model, 0);
	}
	expect_none(&judged, "too large");

	/* And so does what reserving would save: all that was asked for on the way. */
	model_begin(&judged.model);
	for (i = 0; i < 100; i++) {
		if (i % 5 == 0)
			model_malloc(&judged.model, 2, 0x1000, 16);
		model_realloc(&judged.model, 3, 0x1000, 0x1000, 100 * (i % 5 + 1));
		if (i % 5 == 4)
			model_free(&judged.model, 4, 0x1000);
	}
	judge(&judged);
	assert_int_equal(judged.findings.advice.count, 2);
	assert_int_equal(judged.findings.advice.items[0].kind, ADVICE_RESERVE);
	assert_int_equal(judged.findings.advice.items[0].saves_bytes,
	                 20 * (16 + 100 + 200 + 300 + 400));
	assert_int_equal(judged.findings.advice.items[1].kind, ADVICE_LOCAL);
	summary = &judged.findings.places.places[0].summary;
	assert_int_equal(summary->largest_min, 500);
	assert_int_equal(summary->largest_max, 500);
	assert_int_equal(summary->size_kind, SIZE_CONSTANT);
	judged_release(&judged);
}

/* f1's blocks in f9, `slots` of them, each freed to make the next: an arena would hold all. */
static void window_act(struct model *model, unsigned blocks, unsigned slots)
{
	unsigned i;

	model_call(model, 0, 1, 9);
	for (i = 0; i < blocks + slots; i++) {
		if (i >= slots)
			model_free(model, 4, 0x1000 + 64 * (i % slots));
		if (i >= blocks)
			continue;
		model_call(model, 0, 2, 1);
		model_malloc(model, 3, 0x1000 + 64 * (i % slots), 64);
		model_return(model, 0);
	}
	model_return(model, 0);
}

static void arenas_are_for_what_goes_together(void **state)
{
	static struct judged judged;
	unsigned i, j;

	(void)state;
	model_begin(&judged.model);
	window_act(&judged.model, 2000, 20);
	expect_none(&judged, "one by one");

	/* In batches, but many for one activation of their owner. */
	model_begin(&judged.model);
	model_call(&judged.model, 0, 1, 9);
	for (i = 0; i < 10; i++) {
		for (j = 0; j < 20; j++) {
			model_call(&judged.model, 0, 2, 1);
			model_malloc(&judged.model, 3, 0x1000 + 64 * j, 64);
			model_return(&judged.model, 0);
		}
		for (j = 0; j < 20; j++)
			model_free(&judged.model, 4, 0x1000 + 64 * j);
	}
	model_return(&judged.model, 0);
	expect_none(&judged, "one by one");
}

static void thread_event(struct judged *judged, unsigned thread, unsigned line,
                         unsigned op, uint64_t address)
{
	model_event(&judged->model, thread, line,
	            (struct build_event){ .op = (uint8_t)op,
	                                  .address = address,
	                                  .size = op == OP_FREE ? 0 : 3000,
	                                  .is_exact = true });
}

/* Two threads, each with one block at a time: a local variable that fits. */
static void at_once_is_of_one_thread(void **state)
{
	static struct judged judged;
	unsigned i, j;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 20; i++) {
		for (j = 0; j < 2; j++) {
			model_call(&judged.model, j, 1, 1);
			thread_event(&judged, j, 2, OP_MALLOC, 0x1000 + 0x1000 * j);
		}
		for (j = 0; j < 2; j++) {
			thread_event(&judged, j, 3, OP_FREE, 0x1000 + 0x1000 * j);
			model_return(&judged.model, j);
		}
	}
	expect_advice(&judged, ADVICE_LOCAL, "a local variable in f1(): 40 blocks");
}

/* f1 called on two ways, and both of its blocks are live: not one at a time. */
static void at_once_is_of_all_ways(void **state)
{
	static struct judged judged;
	unsigned i, j;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 20; i++) {
		model_call(&judged.model, 0, 1, 9);
		for (j = 0; j < 2; j++) {
			model_call(&judged.model, 0, 2 + j, 2 + j);
			model_call(&judged.model, 0, 2, 1);
			model_malloc(&judged.model, 3, 0x1000 + 64 * j, 64);
			model_return(&judged.model, 0);
			model_return(&judged.model, 0);
		}
		for (j = 0; j < 2; j++)
			model_free(&judged.model, 4, 0x1000 + 64 * j);
		model_return(&judged.model, 0);
	}
	judge(&judged);
	assert_int_equal(judged.findings.places.places[0].summary.at_once, 2);
	assert_int_equal(judged.findings.advice.count, 0);
	judged_release(&judged);
}

static void owners_must_be_changeable(void **state)
{
	static struct judged judged;

	(void)state;
	model_begin(&judged.model);
	judged.model.names[10] = "__libc_start_call_main";
	wrapper_act(&judged.model, 1, 20);
	expect_none(&judged, "who owns them is not yours");
}

/* What frees in the next call what it made in the last is a cache, not a wrapper. */
static void caches_are_no_wrappers(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 2 * PEEL_BLOCKS_MIN; i++) {
		model_call(&judged.model, 0, 1, 10 + i % PEEL_CALLERS_MIN);
		model_call(&judged.model, 0, 2, 1);
		if (i)
			model_free(&judged.model, 4, 0x1000);
		model_malloc(&judged.model, 3, 0x1000, 16);
		model_return(&judged.model, 0);
		model_return(&judged.model, 0);
	}
	judge(&judged);
	for (i = 1; i < judged.findings.classes->functions.count; i++)
		assert_int_equal(judged.findings.classes->peeling.functions[i].reason,
		                 PEEL_NOT);
	judged_release(&judged);
}

static void sizes_are_bounded_or_not(void **state)
{
	static struct judged judged;
	unsigned i;

	(void)state;
	model_begin(&judged.model);
	for (i = 0; i < 100; i++) {
		model_call(&judged.model, 0, 1, 1);
		model_malloc(&judged.model, 2, 0x1000, 8 + i % 40);
		model_free(&judged.model, 3, 0x1000);
		model_return(&judged.model, 0);
	}
	judge(&judged);
	assert_int_equal(judged.findings.places.places[0].summary.size_kind, SIZE_BOUNDED);
	assert_int_equal(judged.findings.places.places[0].summary.settled, 60);
	assert_int_equal(judged.findings.advice.count, 1);
	judged_release(&judged);

	model_begin(&judged.model);
	for (i = 0; i < 100; i++) {
		model_call(&judged.model, 0, 1, 1);
		model_malloc(&judged.model, 2, 0x1000, 8 + i);
		model_free(&judged.model, 3, 0x1000);
		model_return(&judged.model, 0);
	}
	expect_none(&judged, "nothing bounds them");

	/* One size at each depth of a recursion, and ever deeper. */
	model_begin(&judged.model);
	for (i = 0; i < 40; i++) {
		model_call(&judged.model, 0, 1, 1);
		model_malloc(&judged.model, 2, 0x1000, 8 * i);
		model_free(&judged.model, 3, 0x1000);
	}
	expect_none(&judged, "nothing bounds them");

	/* One block, as large as it happened to be. */
	model_begin(&judged.model);
	model_malloc(&judged.model, 1, 0x1000, 300000000);
	expect_none(&judged, "nothing tells that the next run has as many, as large");
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
	static struct judged judged;
	struct block_story story;

	(void)state;
	model_begin(&judged.model);
	model_call(&judged.model, 0, 1, 1);
	model_call(&judged.model, 0, 2, 2);
	model_malloc(&judged.model, 3, 0x1000, 8);
	model_return(&judged.model, 0);
	model_realloc(&judged.model, 4, 0x1000, 0x2000, 24);
	model_return(&judged.model, 0);
	model_malloc(&judged.model, 5, 0x1000, 32);
	model_free(&judged.model, 6, 0x2000);
	judge(&judged);

	assert_int_equal(
		block_story_read(&story, judged.model.reader, judged.profile, 0x1000, 0), 0);
	assert_int_equal(story.count, 2);
	assert_int_equal(story.lives[0].birth.frames, 3);
	assert_int_equal(story.lives[0].move_count, 1);
	assert_int_equal(story.lives[0].moves[0].address, 0x2000);
	assert_int_equal(story.lives[0].end.op, OP_FREE);
	assert_int_equal(story.lives[0].kept, 0); /* f0 still runs, f1 and f2 ended */
	assert_true(story.lives[0].is_exact);
	assert_int_equal(story.lives[1].number, 3);
	assert_int_equal(story.lives[1].end.op, OP_NONE);
	block_story_release(&story);

	assert_int_equal(
		block_story_read(&story, judged.model.reader, judged.profile, 0, 3), 0);
	assert_int_equal(story.count, 1);
	assert_int_equal(story.lives[0].birth.size, 32);
	assert_int_equal(story.realloc_number, 0);
	block_story_release(&story);

	/* The second allocation is a realloc of the first: that is where it was born. */
	assert_int_equal(
		block_story_read(&story, judged.model.reader, judged.profile, 0, 2), 0);
	assert_int_equal(story.count, 1);
	assert_int_equal(story.realloc_number, 2);
	assert_int_equal(story.lives[0].number, 1);
	assert_int_equal(story.lives[0].birth.size, 8);
	assert_int_equal(story.lives[0].birth.op, OP_MALLOC);
	assert_int_equal(story.lives[0].move_count, 1);
	assert_int_equal(story.lives[0].end.op, OP_FREE);
	assert_int_equal(story.lives[0].kept, 0);
	block_story_release(&story);
	judged_release(&judged);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_truth),
		cmocka_unit_test(two_calls_are_two_frames),
		cmocka_unit_test(a_chain_of_reallocs_is_one_life),
		cmocka_unit_test(other_threads_cross),
		cmocka_unit_test(what_is_never_freed),
		cmocka_unit_test(plain_events_are_counted_apart),
		cmocka_unit_test(plain_recordings_are_inferred),
		cmocka_unit_test(peels_what_it_is_told),
		cmocka_unit_test(peels_what_escapes_every_time),
		cmocka_unit_test(peels_parts_of_wrappers),
		cmocka_unit_test(advises_what_the_evidence_carries),
		cmocka_unit_test(advises_nothing_more),
		cmocka_unit_test(judges_by_what_a_block_grew_to),
		cmocka_unit_test(arenas_are_for_what_goes_together),
		cmocka_unit_test(at_once_is_of_one_thread),
		cmocka_unit_test(at_once_is_of_all_ways),
		cmocka_unit_test(owners_must_be_changeable),
		cmocka_unit_test(caches_are_no_wrappers),
		cmocka_unit_test(sizes_are_bounded_or_not),
		cmocka_unit_test(counts_pairs),
		cmocka_unit_test(follows_one_block),
		cmocka_unit_test(knows_the_youngest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

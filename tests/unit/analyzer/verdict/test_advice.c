/*
 * test_advice.c - what is advised, on what evidence, and what is not.
 * Long, because every rule has its cases.
 */
#include "report/advice_words.h"
#include "verdict_fixture.h"
#include "symbols/module_origin.h"
#include "verdict/own_code.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void expect_advice(struct verdict_fixture *verdict_fixture,
                          enum advice_kind kind, const char *says)
{
	struct text text = { NULL, 0, 0 };

	classify(verdict_fixture);
	assert_int_equal(verdict_fixture->findings.advice.count, 1);
	assert_int_equal(verdict_fixture->findings.advice.items[0].kind, kind);
	assert_int_equal(advice_text(&text, &verdict_fixture->findings.advice.items[0],
	                             verdict_fixture->findings.classes,
	                             &verdict_fixture->findings.call_sites),
	                 0);
	if (!strstr(text.data, says))
		fail_msg("'%s' does not say '%s'", text.data, says);
	text_release(&text);
	verdict_fixture_release(verdict_fixture);
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
	static struct verdict_fixture verdict_fixture;
	unsigned i, j;

	(void)state;
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, ADVICE_BLOCKS_MIN, 4096);
	expect_advice(&verdict_fixture, ADVICE_LOCAL, "a local variable in f1()");

	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, 1, 20);
	expect_advice(&verdict_fixture, ADVICE_CALLER, "let f10() own the buffer");

	model_begin(&verdict_fixture.model);
	wrapper_act(&verdict_fixture.model, 2, 20);
	expect_advice(&verdict_fixture, ADVICE_CALLER, "let the caller own the buffer");

	model_begin(&verdict_fixture.model);
	for (i = 0; i < 5; i++) {
		model_call(&verdict_fixture.model, 0, 1, 9);
		for (j = 0; j < 20; j++) {
			model_call(&verdict_fixture.model, 0, 2, 1);
			model_malloc(&verdict_fixture.model, 3, 0x1000 + 64 * j, 8 + j % 4);
			model_return(&verdict_fixture.model, 0);
		}
		for (j = 0; j < 20; j++)
			model_free(&verdict_fixture.model, 4, 0x1000 + 64 * j);
		model_return(&verdict_fixture.model, 0);
	}
	expect_advice(&verdict_fixture, ADVICE_ARENA,
	              "an arena in f9() for the blocks of f1(): 100");

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[9] = "main";
	for (i = 0; i < 16; i++)
		model_malloc(&verdict_fixture.model, 1, 0x1000 + 64 * i, 40);
	model_call(&verdict_fixture.model, 0, 1, 9);
	model_malloc(&verdict_fixture.model, 1, 0x8000, 8);
	model_free(&verdict_fixture.model, 1, 0x8000);
	expect_advice(&verdict_fixture, ADVICE_STATIC, "globals for what f0() allocates");
}

/* An arena asks for the same bytes in fewer calls: at least one for each call of its owner. */
static void arenas_save_calls_only(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct advice *advice = NULL;
	unsigned i, j;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 5; i++) {
		model_call(&verdict_fixture.model, 0, 1, 9);
		for (j = 0; j < 20; j++) {
			model_call(&verdict_fixture.model, 0, 2, 1);
			model_malloc(&verdict_fixture.model, 3, 0x1000 + 64 * j, 8 + j % 4);
			model_return(&verdict_fixture.model, 0);
		}
		for (j = 0; j < 20; j++)
			model_free(&verdict_fixture.model, 4, 0x1000 + 64 * j);
		model_return(&verdict_fixture.model, 0);
	}
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	advice = &verdict_fixture.findings.advice.items[0];
	assert_int_equal(advice->kind, ADVICE_ARENA);
	assert_int_equal(advice->saves.calls, 100 - 5);
	assert_int_equal(advice->saves.bytes, 0);
	assert_true(advice->saves.ns_least &&
	            advice->saves.ns_least <= advice->saves.ns_most);
	verdict_fixture_release(&verdict_fixture);
}

static void expect_none(struct verdict_fixture *verdict_fixture, const char *because)
{
	struct text text = { NULL, 0, 0 };

	classify(verdict_fixture);
	assert_int_equal(verdict_fixture->findings.advice.count, 0);
	assert_int_equal(
		advice_refusal_text(&text, verdict_fixture->findings.classes,
	                        &verdict_fixture->findings.call_sites.call_sites[0]),
		0);
	if (!strstr(text.data, because))
		fail_msg("'%s' does not say '%s'", text.data, because);
	text_release(&text);
	verdict_fixture_release(verdict_fixture);
}

/* f1 has a local block a hundred times; the largest is the one with that number. */
static void largest_act(struct model *model, unsigned largest)
{
	unsigned i;

	for (i = 0; i < 100; i++) {
		model_call(model, 0, 1, 1);
		model_malloc(model, 2, 0x1000, i == largest ? 200 : 100 + i % 7);
		model_free(model, 3, 0x1000);
		model_return(model, 0);
	}
}

/* Where in a run the largest of many sizes comes is chance, but for its very end. */
static void sizes_settle_before_the_end(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	largest_act(&verdict_fixture.model, 80);
	expect_advice(&verdict_fixture, ADVICE_LOCAL, "a local buffer of 200 B in f1()");
	model_begin(&verdict_fixture.model);
	largest_act(&verdict_fixture.model, 95);
	expect_none(&verdict_fixture, "their sizes grew to the end");
}

static void advises_nothing_more(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, ADVICE_BLOCKS_MIN - 1, 8);
	expect_none(&verdict_fixture, "too few");

	/* One of a hundred escapes. */
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, 99, 8);
	model_call(&verdict_fixture.model, 0, 1, 1);
	model_malloc(&verdict_fixture.model, 2, 0x1000, 8);
	model_return(&verdict_fixture.model, 0);
	model_free(&verdict_fixture.model, 3, 0x1000);
	expect_none(&verdict_fixture, "2 classes");

	/* One is not exact. */
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, 99, 8);
	model_call(&verdict_fixture.model, 0, 1, 1);
	model_malloc(&verdict_fixture.model, 2, 0x1000, 8);
	model_event(&verdict_fixture.model, 0, 3,
	            (struct build_event){ .op = OP_FREE, .address = 0x1000 });
	expect_none(&verdict_fixture, "not exact");

	/* A local of 256 bytes in a recursion of 20. */
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 20; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000 + 0x200 * i, 256);
	}
	for (i = 20; i-- > 0; model_return(&verdict_fixture.model, 0))
		model_free(&verdict_fixture.model, 3, 0x1000 + 0x200 * i);
	expect_none(&verdict_fixture,
	            "its function calls itself: 20 at once would need 256 B each");
}

/* f1 keeps so many blocks at once until it returns, in each of some calls. */
static void heap_act(struct model *model, unsigned calls, unsigned blocks,
                     uint64_t size)
{
	unsigned i, j;

	for (i = 0; i < calls; i++) {
		model_call(model, 0, 1, 1);
		for (j = 0; j < blocks; j++)
			model_malloc(model, 2, 0x1000 + size * j, size);
		for (j = 0; j < blocks; j++)
			model_free(model, 3, 0x1000 + size * j);
		model_return(model, 0);
	}
}

/*
 * f9 runs once, and is handed up one block at a time by f1, through f10; f20, called much later,
 * frees them. The last one may be left.
 */
static void alone_act(struct model *model, unsigned alive, bool is_last_freed)
{
	unsigned i;

	model_call(model, 0, 1, 9);
	for (i = 0; i < 100; i++) {
		model_call(model, 0, 2, 10);
		model_call(model, 0, 3, 1);
		model_malloc(model, 4, 0x1000 + 0x100 * (i % alive), 192);
		model_return(model, 0);
		model_return(model, 0);
		if (i + 1 < alive || (i == 99 && !is_last_freed))
			continue;
		model_call(model, 0, 5, 20);
		model_free(model, 6, 0x1000 + 0x100 * ((i + 1) % alive));
		model_return(model, 0);
	}
	model_return(model, 0);
}

/* One block that is kept would do where there never were two. */
static void keeps_what_is_alone(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	alone_act(&verdict_fixture.model, 1, false);
	expect_advice(
		&verdict_fixture, ADVICE_REUSE,
		"keep the block in f1() and use it again: 100 of 192 B, never more than "
		"one alive; they belong to f9(); f20() must no longer free them");
	model_begin(&verdict_fixture.model);
	alone_act(&verdict_fixture.model, 1, true);
	expect_advice(&verdict_fixture, ADVICE_REUSE, "never more than one alive");
	model_begin(&verdict_fixture.model);
	alone_act(&verdict_fixture.model, 2, true);
	expect_none(&verdict_fixture, "");
}

/*
 * Blocks too large for a variable need one buffer, unless nested calls have one each, or one block
 * is larger than all others together.
 */
static void keeps_large_buffers(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, 100, 4097);
	expect_advice(
		&verdict_fixture, ADVICE_KEEP,
		"keep one buffer of 4.00 KiB between the calls of f1(), in its caller or in "
		"a static variable: 100 blocks of 4.00 KiB, one at a time, each freed");

	model_begin(&verdict_fixture.model);
	model_call(&verdict_fixture.model, 0, 1, 1);
	for (i = 0; i < 100; i++) {
		model_malloc(&verdict_fixture.model, 2, 0x1000, 8192);
		model_free(&verdict_fixture.model, 3, 0x1000);
	}
	model_return(&verdict_fixture.model, 0);
	expect_advice(
		&verdict_fixture, ADVICE_KEEP,
		"allocate one buffer of 8.00 KiB in f1(), before its loop: 100 blocks");

	model_begin(&verdict_fixture.model);
	for (i = 0; i < 20; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x10000 + 0x4000 * i, 8192);
	}
	for (i = 20; i-- > 0; model_return(&verdict_fixture.model, 0))
		model_free(&verdict_fixture.model, 3, 0x10000 + 0x4000 * i);
	expect_none(&verdict_fixture, "too large");

	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, 10, 100);
	local_act(&verdict_fixture.model, 1, 1 << 20);
	local_act(&verdict_fixture.model, 10, 100);
	expect_none(&verdict_fixture, "too large");
}

/* f10 is handed up so many blocks at once by f1. */
static void handed_act(struct model *model, unsigned calls, unsigned blocks,
                       uint64_t size)
{
	unsigned i, j;

	for (i = 0; i < calls; i++) {
		model_call(model, 0, 1, 10);
		for (j = 0; j < blocks; j++) {
			model_call(model, 0, 2, 1);
			model_malloc(model, 3, 0x1000 + size * j, size);
			model_return(model, 0);
		}
		for (j = 0; j < blocks; j++)
			model_free(model, 4, 0x1000 + size * j);
		model_return(model, 0);
	}
}

/* What is reported is the rule that decided. */
static void refuses_for_the_true_reason(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	heap_act(&verdict_fixture.model, 10, 5, 1024);
	expect_none(&verdict_fixture,
	            "its blocks are too many: 5 of 1.00 KiB at once, with 4.00 KiB");

	/* Always 128 B, one owner, one at a time in each activation. */
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 40; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000 + 0x100 * i, 128);
	}
	for (i = 40; i-- > 0; model_return(&verdict_fixture.model, 0))
		model_free(&verdict_fixture.model, 3, 0x1000 + 0x100 * i);
	expect_none(&verdict_fixture,
	            "its function calls itself: 40 at once would need 128 B each");

	model_begin(&verdict_fixture.model);
	handed_act(&verdict_fixture.model, 20, 1, 70000);
	expect_none(&verdict_fixture,
	            "too large: 68.4 KiB, with 64.0 KiB at most for a buffer of");
	model_begin(&verdict_fixture.model);
	handed_act(&verdict_fixture.model, 20, 1, 8000);
	expect_none(&verdict_fixture, "would need a new one in each of its calls");
	model_begin(&verdict_fixture.model);
	handed_act(&verdict_fixture.model, 20, 2, 64);
	expect_none(&verdict_fixture,
	            "up to 2 of its blocks are live at once: too many for one");
	model_begin(&verdict_fixture.model);
	handed_act(&verdict_fixture.model, 2, 20, 2048);
	expect_none(&verdict_fixture, "too large for an arena: 2.00 KiB, with 1.00 KiB");

	/* The free of one was missed: another block came to its address. */
	model_begin(&verdict_fixture.model);
	local_act(&verdict_fixture.model, 20, 128);
	for (i = 0; i < 2; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000, 128);
		model_return(&verdict_fixture.model, 0);
	}
	expect_none(&verdict_fixture, "the end of 4.5% of its blocks was not seen");

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[9] = "main";
	for (i = 0; i < 16; i++)
		model_malloc(&verdict_fixture.model, 1, 0x1000 + 5000 * i, 5000);
	model_call(&verdict_fixture.model, 0, 1, 9);
	model_malloc(&verdict_fixture.model, 1, 0x80000, 8);
	model_free(&verdict_fixture.model, 1, 0x80000);
	expect_none(&verdict_fixture,
	            "too large for globals: 78.1 KiB together, with 64.0 KiB");
}

static void every_rule_has_a_reason(void **state)
{
	struct life_summary summary = { .recursion = 2 };
	struct text text = { NULL, 0, 0 };
	unsigned refusal;

	(void)state;
	for (refusal = REFUSE_NOT + 1; refusal < REFUSALS; refusal++) {
		text.bytes = 0;
		assert_int_equal(refusal_text(&text, (enum refusal)refusal, &summary, "thread"),
		                 0);
		if (!text.bytes)
			fail_msg("rule %u says nothing", refusal);
	}
	text_release(&text);
}

/* A block of 16 bytes that the next line makes a large one, is a large one. */
static void judges_by_what_a_block_grew_to(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct life_summary *summary;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 100; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000, 16);
		model_realloc(&verdict_fixture.model, 3, 0x1000, 0x2000, 100000);
		model_free(&verdict_fixture.model, 4, 0x2000);
		model_return(&verdict_fixture.model, 0);
	}
	expect_advice(&verdict_fixture, ADVICE_KEEP, "keep one buffer of 97.7 KiB");

	/* And so does what a local variable would save: all that was asked for on the way. */
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 100; i++) {
		if (i % 5 == 0)
			model_malloc(&verdict_fixture.model, 2, 0x1000, 16);
		model_realloc(&verdict_fixture.model, 3, 0x1000, 0x1000, 100 * (i % 5 + 1));
		if (i % 5 == 4)
			model_free(&verdict_fixture.model, 4, 0x1000);
	}
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	assert_int_equal(verdict_fixture.findings.advice.items[0].kind, ADVICE_LOCAL);
	assert_int_equal(verdict_fixture.findings.advice.items[0].saves.calls, 20 * 6);
	assert_int_equal(verdict_fixture.findings.advice.items[0].saves.bytes,
	                 20 * (16 + 100 + 200 + 300 + 400 + 500));
	summary = &verdict_fixture.findings.call_sites.call_sites[0].summary;
	assert_int_equal(summary->largest_min, 500);
	assert_int_equal(summary->largest_max, 500);
	assert_int_equal(summary->size_kind, SIZE_CONSTANT);
	verdict_fixture_release(&verdict_fixture);
}

/* A block that grows by 10 bytes at a time. */
static void grow_act(struct model *model, unsigned most)
{
	unsigned size;

	model_call(model, 0, 1, 1);
	model_malloc(model, 2, 0x1000, 10);
	for (size = 20; size <= most; size += 10)
		model_realloc(model, 3, 0x1000, 0x1000, size);
	model_free(model, 4, 0x1000);
	model_return(model, 0);
}

/*
 * Where no size would do for all blocks, growing by half at a time saves those reallocs that find
 * room then: 30 of 30, 40; and of 20 to 400 all but 20, 40, 70, 110, 170, 260 and 400.
 */
static void uneven_blocks_grow_by_half(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct advice *advice;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 30; i++)
		grow_act(&verdict_fixture.model, 40);
	grow_act(&verdict_fixture.model, 400);
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	advice = &verdict_fixture.findings.advice.items[0];
	assert_int_equal(advice->kind, ADVICE_RESERVE);
	assert_int_equal(advice->saves.calls, 30 + 32);
	assert_int_equal(advice->saves.bytes, 7120 - 535);
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	for (i = 0; i < 30; i++)
		grow_act(&verdict_fixture.model, 40);
	grow_act(&verdict_fixture.model, 400);
	expect_advice(&verdict_fixture, ADVICE_RESERVE,
	              "let the blocks of f1() grow by half at a time: 129 reallocs");
}

/* Blocks that lived long, in a program that fills the caches, may cost misses of their own. */
static void cold_blocks_cost_their_misses(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct allocator_costs *costs;
	struct life_summary summary;
	struct saving hot, cold;
	uint64_t miss_ns;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 20; i++)
		model_malloc(&verdict_fixture.model, 1, 0x1000 + 64 * i, 40);
	for (i = 0; i < 20; i++)
		model_free(&verdict_fixture.model, 2, 0x1000 + 64 * i);
	classify(&verdict_fixture);
	costs = &verdict_fixture.profile->costs;
	summary = summary_of_all(verdict_fixture.findings.classes);
	hot = saving_of_blocks(verdict_fixture.findings.classes, &summary, 0);
	assert_int_equal(hot.calls, 20);

	/* the last block is the youngest when it is freed: that one is in a cache */
	memset(summary.ages, 0, sizeof(summary.ages));
	summary.ages[AGE_CLASSES - 1] = summary.ended;
	miss_ns = 19 * costs->memory.miss / 1000;
	cold = saving_of_blocks(verdict_fixture.findings.classes, &summary, 0);
	assert_int_equal(cold.ns_most, hot.ns_most);
	costs->memory.cache_bytes = 20 * 40;
	cold = saving_of_blocks(verdict_fixture.findings.classes, &summary, 0);
	assert_int_equal(cold.ns_least, hot.ns_least); /* they may just have been read */
	assert_in_range(cold.ns_most - hot.ns_most, 3 * miss_ns - 1, 3 * miss_ns + 1);
	life_summary_release(&summary);
	verdict_fixture_release(&verdict_fixture);
}

/* A time of less than a hundredth of what the process took of the processor is not promised. */
static void small_and_wide_times_are_not_promised(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct trace_process process;
	struct saving saving = { .calls = 1, .ns_least = 10, .ns_most = 50 };

	(void)state;
	model_begin(&verdict_fixture.model);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 40);
	model_free(&verdict_fixture.model, 2, 0x1000);
	classify(&verdict_fixture);
	process = *verdict_fixture.profile->process;
	verdict_fixture.profile->process = &process;
	process.header.processor_ns = 5000;
	assert_true(saving_has_time(&saving, verdict_fixture.findings.classes));
	process.header.processor_ns = 5100;
	assert_false(saving_has_time(&saving, verdict_fixture.findings.classes));
	/* nor is a range of more than 1:40, however long */
	saving.ns_most = 409;
	assert_true(saving_has_time(&saving, verdict_fixture.findings.classes));
	saving.ns_most = 440;
	assert_false(saving_has_time(&saving, verdict_fixture.findings.classes));
	verdict_fixture_release(&verdict_fixture);
}

/* 110,000 bytes for each of two owners are seven pieces of 16 KiB, one of them half used. */
static void arenas_consist_of_pieces(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct life_summary summary = { .begun = 200, .asked = 220000, .activations = 2 };
	struct saving saving;

	(void)state;
	model_begin(&verdict_fixture.model);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 40);
	model_free(&verdict_fixture.model, 2, 0x1000);
	classify(&verdict_fixture);
	saving = saving_of(verdict_fixture.findings.classes, &summary, ADVICE_ARENA, 0);
	assert_int_equal(saving.calls, 200 - 2 * 7);
	assert_int_equal(saving.bytes, 0);
	summary.excess = 20000; /* of reallocs: 100,000 remain for each */
	saving = saving_of(verdict_fixture.findings.classes, &summary, ADVICE_ARENA, 0);
	assert_int_equal(saving.calls, 200 - 2 * 7);
	assert_int_equal(saving.bytes, 20000 - 2 * 8192);
	verdict_fixture_release(&verdict_fixture);
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
	static struct verdict_fixture verdict_fixture;
	unsigned i, j;

	(void)state;
	model_begin(&verdict_fixture.model);
	window_act(&verdict_fixture.model, 2000, 20);
	expect_none(&verdict_fixture, "one by one");

	/* In batches, but many for one activation of their owner. */
	model_begin(&verdict_fixture.model);
	model_call(&verdict_fixture.model, 0, 1, 9);
	for (i = 0; i < 10; i++) {
		for (j = 0; j < 20; j++) {
			model_call(&verdict_fixture.model, 0, 2, 1);
			model_malloc(&verdict_fixture.model, 3, 0x1000 + 64 * j, 64);
			model_return(&verdict_fixture.model, 0);
		}
		for (j = 0; j < 20; j++)
			model_free(&verdict_fixture.model, 4, 0x1000 + 64 * j);
	}
	model_return(&verdict_fixture.model, 0);
	expect_none(&verdict_fixture, "in batches of up to 20");
}

static void thread_event(struct verdict_fixture *verdict_fixture, unsigned thread,
                         unsigned line, unsigned op, uint64_t address)
{
	model_event(&verdict_fixture->model, thread, line,
	            (struct build_event){ .op = (uint8_t)op,
	                                  .address = address,
	                                  .size = op == OP_FREE ? 0 : 3000,
	                                  .is_exact = true });
}

/* Two threads, each with one block at a time: a local variable that fits. */
static void at_once_is_of_one_thread(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i, j;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 20; i++) {
		for (j = 0; j < 2; j++) {
			model_call(&verdict_fixture.model, j, 1, 1);
			thread_event(&verdict_fixture, j, 2, OP_MALLOC, 0x1000 + 0x1000 * j);
		}
		for (j = 0; j < 2; j++) {
			thread_event(&verdict_fixture, j, 3, OP_FREE, 0x1000 + 0x1000 * j);
			model_return(&verdict_fixture.model, j);
		}
	}
	expect_advice(&verdict_fixture, ADVICE_LOCAL,
	              "a local variable in f1(): 40 blocks");
}

/* f1 called on two ways, and both of its blocks are live: not one at a time. */
static void at_once_is_of_all_ways(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i, j;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 20; i++) {
		model_call(&verdict_fixture.model, 0, 1, 9);
		for (j = 0; j < 2; j++) {
			model_call(&verdict_fixture.model, 0, 2 + j, 2 + j);
			model_call(&verdict_fixture.model, 0, 2, 1);
			model_malloc(&verdict_fixture.model, 3, 0x1000 + 64 * j, 64);
			model_return(&verdict_fixture.model, 0);
			model_return(&verdict_fixture.model, 0);
		}
		for (j = 0; j < 2; j++)
			model_free(&verdict_fixture.model, 4, 0x1000 + 64 * j);
		model_return(&verdict_fixture.model, 0);
	}
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.call_sites.call_sites[0].summary.at_once,
	                 2);
	assert_int_equal(verdict_fixture.findings.advice.count, 0);
	verdict_fixture_release(&verdict_fixture);
}

static void owners_must_be_changeable(void **state)
{
	static struct verdict_fixture verdict_fixture;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[10] = "__libc_start_call_main";
	wrapper_act(&verdict_fixture.model, 1, 20);
	expect_none(&verdict_fixture,
	            "some are freed after main() returned: no function of yours owns them");
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.names[10] = "start_thread";
	wrapper_act(&verdict_fixture.model, 1, 20);
	expect_none(&verdict_fixture, "the function that owns them is not yours");
}

/* f`function` has a local block so many times. */
static void local_act_of(struct model *model, unsigned function, unsigned blocks)
{
	unsigned i;

	for (i = 0; i < blocks; i++) {
		model_call(model, 0, function % 16, function);
		model_malloc(model, 2, 0x1000, 64);
		model_free(model, 3, 0x1000);
		model_return(model, 0);
	}
}

static void libraries_of_the_system_are_named(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = "/lib/x86_64-linux-gnu/libz.so.1";
	local_act_of(&verdict_fixture.model, MODEL_LIBRARY + 1, 20);
	expect_advice(
		&verdict_fixture, ADVICE_LOCAL,
		"in libz.so.1 (not this program's code): a local variable in f21(): 20");

	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = "/home/me/project/lib/libz.so.1";
	local_act_of(&verdict_fixture.model, MODEL_LIBRARY + 1, 20);
	expect_advice(&verdict_fixture, ADVICE_LOCAL, "a local variable in f21(): 20");

	/* It is the owner who would have to change, too. */
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = "/usr/lib/libowner.so";
	for (i = 0; i < 20; i++) {
		model_call(&verdict_fixture.model, 0, 1, MODEL_LIBRARY + 1);
		model_call(&verdict_fixture.model, 0, 2, 1);
		model_malloc(&verdict_fixture.model, 3, 0x1000, 16);
		model_return(&verdict_fixture.model, 0);
		model_free(&verdict_fixture.model, 4, 0x1000);
		model_return(&verdict_fixture.model, 0);
	}
	expect_advice(
		&verdict_fixture, ADVICE_CALLER,
		"in libowner.so (not this program's code): let f21() own the buffer and pass "
		"it down to f1()");
}

/* `alive` of more blocks of the same call are alive at the end of the recording. */
static void let_go_act(struct model *model, unsigned blocks, unsigned alive)
{
	unsigned i;

	model_begin(model);
	model->header.flags &= ~(uint32_t)RING_FINISHED;
	model->header.flags |= RING_DETACHED;
	local_act(model, blocks, 16);
	for (i = 0; i < alive; i++) {
		model_call(model, 0, 1, 1);
		model_malloc(model, 2, 0x2000 + 64 * i, 16);
		if (i + 1 < alive)
			model_return(model, 0);
	}
}

/* The process ran on: what was alive then is no reason against what ended. */
static void rests_on_what_ended(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct findings *findings = &verdict_fixture.findings;
	struct text text = { NULL, 0, 0 };

	(void)state;
	let_go_act(&verdict_fixture.model, 40, 1);
	expect_advice(&verdict_fixture, ADVICE_LOCAL,
	              "a local variable in f1(): 40 blocks");

	let_go_act(&verdict_fixture.model, 40, 1);
	classify(&verdict_fixture);
	assert_int_equal(findings->advice.count, 1);
	assert_int_equal(advice_basis_text(&text, &findings->advice.items[0],
	                                   findings->classes, &findings->call_sites),
	                 0);
	assert_non_null(strstr(text.data, "1 of them was alive when the recording ended"));
	text_release(&text);
	verdict_fixture_release(&verdict_fixture);

	/* more than a few, and more than one activation had: they may be kept */
	let_go_act(&verdict_fixture.model, 40, 9);
	classify(&verdict_fixture);
	assert_int_equal(findings->advice.count, 0);
	verdict_fixture_release(&verdict_fixture);

	/* a process that was killed had not gone on */
	let_go_act(&verdict_fixture.model, 40, 1);
	verdict_fixture.model.header.flags &= ~(uint32_t)RING_DETACHED;
	classify(&verdict_fixture);
	assert_int_equal(findings->advice.count, 0);
	verdict_fixture_release(&verdict_fixture);
}

/* `maker` allocates what `owner`, its caller, frees. */
static void passed_up_act(struct model *model, unsigned owner, unsigned maker)
{
	unsigned i;

	for (i = 0; i < 20; i++) {
		model_call(model, 0, 1, owner);
		model_call(model, 0, 2, maker);
		model_malloc(model, 3, 0x1000, 16);
		model_return(model, 0);
		model_free(model, 4, 0x1000);
		model_return(model, 0);
	}
}

/* No one changes two libraries of the system; but the program's own code is among the others. */
static void libraries_are_not_changed_together(void **state)
{
	static struct verdict_fixture verdict_fixture;
	struct model *model = &verdict_fixture.model;
	struct text reason = { NULL, 0, 0 };

	(void)state;
	model_begin(model);
	model->library = "/usr/lib/libmaker.so";
	model->other = "/usr/lib/libowner.so";
	passed_up_act(model, MODEL_OTHER + 1, MODEL_LIBRARY + 1);
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.advice.count, 0);
	assert_int_equal(
		advice_refusal_text(&reason, verdict_fixture.findings.classes,
	                        &verdict_fixture.findings.call_sites.call_sites[0]),
		0);
	assert_non_null(strstr(reason.data, "one library allocates them and another owns"));
	text_release(&reason);
	verdict_fixture_release(&verdict_fixture);

	/* one library */
	model_begin(model);
	model->library = "/usr/lib/libmaker.so";
	model->other = "/usr/lib/libowner.so";
	passed_up_act(model, MODEL_LIBRARY + 2, MODEL_LIBRARY + 1);
	expect_advice(&verdict_fixture, ADVICE_CALLER,
	              "in libmaker.so (not this program's code): let f22()");

	/* the program's own */
	model_begin(model);
	model->library = "/usr/lib/libmaker.so";
	model->other = "/home/me/project/lib/libowner.so";
	passed_up_act(model, MODEL_OTHER + 1, MODEL_LIBRARY + 1);
	expect_advice(&verdict_fixture, ADVICE_CALLER,
	              "in libmaker.so (not this program's code): let f31()");

	/* the executable, which is below /usr, too */
	model_begin(model);
	model->library = "/usr/lib/libmaker.so";
	passed_up_act(model, 1, MODEL_LIBRARY + 1);
	expect_advice(&verdict_fixture, ADVICE_CALLER,
	              "in libmaker.so (not this program's code): let f1()");
}

static void own_code_comes_first(void **state)
{
	static struct verdict_fixture verdict_fixture;
	const struct advice *items;
	const struct call_sites *call_sites;
	const struct function *functions;

	(void)state;
	model_begin(&verdict_fixture.model);
	verdict_fixture.model.library = "/usr/lib/libz.so";
	local_act_of(&verdict_fixture.model, MODEL_LIBRARY + 1, 30 * OWN_CODE_TIMES);
	local_act_of(&verdict_fixture.model, MODEL_LIBRARY + 2, 20 * OWN_CODE_TIMES);
	local_act_of(&verdict_fixture.model, 1, 20);
	local_act_of(&verdict_fixture.model, 2, 25);
	classify(&verdict_fixture);
	assert_int_equal(verdict_fixture.findings.advice.count, 4);
	items = verdict_fixture.findings.advice.items;
	call_sites = &verdict_fixture.findings.call_sites;
	functions = verdict_fixture.findings.classes->functions.functions;
	assert_string_equal(
		functions[call_sites->call_sites[items[0].call_site].function].name, "f21");
	assert_string_equal(
		functions[call_sites->call_sites[items[1].call_site].function].name, "f2");
	assert_string_equal(
		functions[call_sites->call_sites[items[2].call_site].function].name, "f1");
	assert_string_equal(
		functions[call_sites->call_sites[items[3].call_site].function].name, "f22");
	assert_string_equal(items[0].library, "/usr/lib/libz.so");
	assert_null(items[1].library);
	verdict_fixture_release(&verdict_fixture);
}

static void knows_what_the_system_brought(void **state)
{
	static const struct {
		const char *module, *executable;
		bool is_of_system;
	} cases[] = {
		{ "/usr/bin/git", "/usr/bin/git", false },
		{ "/lib/x86_64-linux-gnu/libz.so.1", "/usr/bin/git", true },
		{ "/usr/lib/x86_64-linux-gnu/libpcre2-8.so.0", "/usr/bin/git", true },
		{ "/usr/lib/libz.so.1", "/home/me/build/app", true },
		{ "/home/me/build/libapp.so", "/home/me/build/app", false },
		{ "/home/me/zlib/libz.so.1", "/home/me/build/app", false },
		{ "/usr/local/lib/libapp.so", "/usr/local/bin/app", false },
		{ "/usr/local/lib/libapp.so", "/usr/bin/app", true },
		{ "/opt/app/lib/libapp.so", "/opt/app/bin/app", false },
		{ "/opt/app/lib/libapp.so", "/opt/other/bin/app", true },
		{ "/usr/lib/app/libapp.so", "/usr/lib/app/app", false },
		{ "/usr/lib/app/libapp.so", "/usr/lib/apple/app", true },
		{ "/usr/lib/libz.so", "", true },
		{ "libz.so", "app", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (module_is_of_system(cases[i].module, cases[i].executable) !=
		    cases[i].is_of_system)
			fail_msg("%s of %s", cases[i].module, cases[i].executable);
	}
}

static void sizes_are_bounded_or_not(void **state)
{
	static struct verdict_fixture verdict_fixture;
	unsigned i;

	(void)state;
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 100; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000, 8 + i % 40);
		model_free(&verdict_fixture.model, 3, 0x1000);
		model_return(&verdict_fixture.model, 0);
	}
	classify(&verdict_fixture);
	assert_int_equal(
		verdict_fixture.findings.call_sites.call_sites[0].summary.size_kind,
		SIZE_BOUNDED);
	assert_int_equal(verdict_fixture.findings.call_sites.call_sites[0].summary.settled,
	                 60);
	assert_int_equal(verdict_fixture.findings.advice.count, 1);
	verdict_fixture_release(&verdict_fixture);

	model_begin(&verdict_fixture.model);
	for (i = 0; i < 100; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000, 8 + i);
		model_free(&verdict_fixture.model, 3, 0x1000);
		model_return(&verdict_fixture.model, 0);
	}
	expect_none(&verdict_fixture, "nothing bounds them");

	/* One size at each depth of a recursion, and ever deeper. */
	model_begin(&verdict_fixture.model);
	for (i = 0; i < 40; i++) {
		model_call(&verdict_fixture.model, 0, 1, 1);
		model_malloc(&verdict_fixture.model, 2, 0x1000, 8 * i);
		model_free(&verdict_fixture.model, 3, 0x1000);
	}
	expect_none(&verdict_fixture, "nothing bounds them");

	/* One block, as large as it happened to be. */
	model_begin(&verdict_fixture.model);
	model_malloc(&verdict_fixture.model, 1, 0x1000, 300000000);
	expect_none(&verdict_fixture, "the next run may not have as many, or as large");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advises_what_the_evidence_carries),
		cmocka_unit_test(arenas_save_calls_only),
		cmocka_unit_test(sizes_settle_before_the_end),
		cmocka_unit_test(advises_nothing_more),
		cmocka_unit_test(keeps_what_is_alone),
		cmocka_unit_test(keeps_large_buffers),
		cmocka_unit_test(refuses_for_the_true_reason),
		cmocka_unit_test(every_rule_has_a_reason),
		cmocka_unit_test(judges_by_what_a_block_grew_to),
		cmocka_unit_test(uneven_blocks_grow_by_half),
		cmocka_unit_test(cold_blocks_cost_their_misses),
		cmocka_unit_test(small_and_wide_times_are_not_promised),
		cmocka_unit_test(arenas_consist_of_pieces),
		cmocka_unit_test(arenas_are_for_what_goes_together),
		cmocka_unit_test(at_once_is_of_one_thread),
		cmocka_unit_test(at_once_is_of_all_ways),
		cmocka_unit_test(owners_must_be_changeable),
		cmocka_unit_test(sizes_are_bounded_or_not),
		cmocka_unit_test(libraries_of_the_system_are_named),
		cmocka_unit_test(rests_on_what_ended),
		cmocka_unit_test(libraries_are_not_changed_together),
		cmocka_unit_test(own_code_comes_first),
		cmocka_unit_test(knows_what_the_system_brought),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

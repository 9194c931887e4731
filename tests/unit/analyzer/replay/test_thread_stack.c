/*
 * test_thread_stack.c - what is called exact is true, whatever events that are not exact
 * say of the frames in doubt; against a model that knows every activation.
 */
#include "replay/thread_stack.h"
#include "trace/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DEPTH_MAX 24
#define BLOCKS 200

static uint64_t random_state = 20261129;

static uint32_t random_next(uint32_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)(random_state % below);
}

/* A block, and the calls that were in progress at its birth. */
struct born {
	uint64_t calls[DEPTH_MAX], sequence;
	uint32_t frames; /* 0: it is not live */
};

struct model {
	struct thread thread;
	uint64_t calls[DEPTH_MAX], call_last; /* each has a number of its own */
	uint32_t depth, doubts_in;            /* one event in so many is not exact */
	struct born blocks[BLOCKS];
	uint32_t exact, exact_in_doubt, inferred;
};

static uint32_t least(uint32_t one, uint32_t two)
{
	return one < two ? one : two;
}

/* The next event: what is true of it, and what it says. */
static void step(struct model *model)
{
	static const uint32_t locations[DEPTH_MAX];
	struct thread *thread = &model->thread;
	uint32_t popped = random_next(random_next(8) ? 3 : DEPTH_MAX), keep, claimed, i;
	uint32_t sure, pushed = random_next(4);
	struct event event = { .op = OP_MALLOC };

	keep = model->depth > popped ? model->depth - popped : model->depth != 0;
	pushed = least(pushed + !keep, DEPTH_MAX - keep);
	event.is_plain = random_next(model->doubts_in) == 0;
	sure = event.is_plain ? random_next(keep + 1) : keep;
	if (random_next(2) && keep) /* as a rule much is known */
		sure = keep;
	claimed = keep;
	if (event.is_plain)
		claimed = sure + random_next(least(model->depth, keep + pushed) - sure + 1);
	for (i = keep; i < keep + pushed; i++)
		model->calls[i] = ++model->call_last;
	event.popped = model->depth - claimed;
	event.pushed = keep + pushed - claimed;
	event.sure = least(sure, claimed);
	thread->sequence++;
	if (event_is_doubted(&event, false))
		assert_int_equal(
			thread_stack_doubt(thread, &thread->doubts, event.sure, event.popped), 0);
	assert_int_equal(thread_stack_push(thread, thread->depth - event.popped, locations,
	                                   event.pushed),
	                 0);
	model->depth = keep + pushed;
	assert_int_equal(thread->depth, model->depth);
}

static void birth(struct model *model, struct born *block)
{
	*block = (struct born){ .sequence = model->thread.sequence,
		                    .frames = model->depth };
	memcpy(block->calls, model->calls, sizeof(block->calls));
}

static void end(struct model *model, struct born *block)
{
	uint32_t outer = block->frames - 1, running = 0, depth;

	while (running < outer && running < model->depth &&
	       model->calls[running] == block->calls[running])
		running++;
	depth = thread_escape_depth(&model->thread, block->frames, block->sequence);
	if (!thread_stack_is_exact(&model->thread, &model->thread.doubts, block->frames,
	                           block->sequence, depth)) {
		model->inferred++;
	} else {
		assert_int_equal(depth, outer - running);
		model->exact++;
		model->exact_in_doubt += model->thread.doubts.last > block->sequence;
	}
	block->frames = 0;
}

static void model_run(struct model *model, uint32_t steps)
{
	struct born *block;

	while (steps-- > 0) {
		step(model);
		block = &model->blocks[random_next(BLOCKS)];
		if (block->frames)
			end(model, block);
		else if (model->depth)
			birth(model, block);
	}
	free(model->thread.stack);
	free(model->thread.doubts.items);
}

static void what_is_exact_is_true(void **state)
{
	static const uint32_t often[] = { 2, 5, 30, 300 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(often) / sizeof(*often); i++) {
		struct model *model = calloc(1, sizeof(*model));

		model->doubts_in = often[i];
		model_run(model, 300000);
		assert_true(model->inferred > 0);
		assert_true(model->exact_in_doubt > 1000);
		free(model);
	}
}

/* Where stacks are copied, less is known; where nothing is proved, nothing. */
static void copies_leave_less(void **state)
{
	static const uint32_t locations[8];
	struct thread thread = { .sequence = 1 };

	(void)state;
	assert_int_equal(thread_stack_push(&thread, 0, locations, 6), 0);
	thread.sequence++;
	assert_int_equal(thread_stack_doubt(&thread, &thread.doubts, 3, 3), 0);
	assert_int_equal(thread_stack_push(&thread, 3, locations, 1), 0);
	/* Of four frames only the innermost, which has ended, is in doubt. */
	assert_true(thread_stack_is_exact(&thread, &thread.doubts, 4, 1, 0));
	assert_false(thread_stack_is_exact(&thread, &thread.doubts, 6, 1, 2));
	assert_true(thread_stack_is_exact(&thread, &thread.doubts, 6, 1, 3));
	assert_true(thread_stack_is_exact(&thread, &thread.doubts, 6, 2, 2));
	thread.copies_stacks = true;
	assert_true(thread_stack_is_exact(&thread, &thread.doubts, 4, 1, 0));
	assert_false(thread_stack_is_exact(&thread, &thread.doubts, 6, 1, 3));
	free(thread.stack);
	free(thread.doubts.items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_exact_is_true),
		cmocka_unit_test(copies_leave_less),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

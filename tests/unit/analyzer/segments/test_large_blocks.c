/*
 * test_large_blocks.c - large blocks by address, against a model that looks at every page.
 */
#include "replay/live_probes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PAGE 4096u
#define PAGES 4096u /* of the model */
#define BASE UINT64_C(0x7f0000000000)
#define BLOCKS 64u

/* The pages glibc takes for a block are whole, and one word more than the block may need one. */
static void pages_of_a_block(void **state)
{
	uint64_t end;

	(void)state;
	assert_int_equal(large_block_pages(BASE + 16, (1 << 20) - 24, &end), BASE);
	assert_int_equal(end, BASE + (1 << 20));
	large_block_pages(BASE + 16, (1 << 20) - 16, &end);
	assert_int_equal(end, BASE + (1 << 20) + PAGE);
	assert_int_equal(large_block_pages(BASE, 1 << 20, &end), BASE);
	assert_int_equal(end, BASE + (1 << 20));
	assert_int_equal(chunk_more(BASE + 16, (1 << 20) - 24),
	                 (1 << 20) - chunk_bytes((1 << 20) - 24));
	assert_int_equal(chunk_more(BASE + 32, 1 << 20), 0);
}

/* No address and no size makes it go round. */
static void the_end_of_all_addresses(void **state)
{
	static const uint64_t values[] = { 0,
		                               1,
		                               16,
		                               4095,
		                               UINT64_MAX,
		                               UINT64_MAX - 15,
		                               UINT64_MAX - 4095,
		                               UINT64_MAX / 2,
		                               UINT64_MAX - 4096 + 17 };
	struct large_span span = { .start = 0, .end = UINT64_MAX };
	const struct large_spans spans = { &span, 1 };
	struct live_large large = { .count = 0 };
	uint64_t end, start;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		for (j = 0; j < sizeof(values) / sizeof(*values); j++) {
			start = large_block_pages(values[i], values[j], &end);
			assert_true(start <= values[i] && start < end);
			live_large_set(&large, values[i], values[j]);
		}
		live_large_measure(&large, &spans);
	}
	live_large_release(&large);
}

struct model {
	uint64_t sizes[BLOCKS]; /* each has 64 pages of its own to be in; 0: not live */
	uint64_t starts[BLOCKS];
};

static void model_check(const struct model *model, struct live_large *large,
                        const struct large_spans *spans)
{
	static bool taken[PAGES];
	uint64_t at, end, bytes;
	size_t i;

	memset(taken, 0, sizeof(taken));
	for (i = 0; i < BLOCKS; i++) {
		if (!model->sizes[i])
			continue;
		at = large_block_pages(model->starts[i], model->sizes[i], &end);
		for (; at < end; at += PAGE)
			taken[(at - BASE) / PAGE] = true;
	}
	live_large_measure(large, spans);
	for (i = 0; i < spans->count; i++) {
		bytes = 0;
		for (at = spans->spans[i].start; at < spans->spans[i].end; at += PAGE)
			bytes += taken[(at - BASE) / PAGE] ? PAGE : 0;
		assert_int_equal(spans->spans[i].block_bytes, bytes);
	}
}

static void like_a_model(void **state)
{
	struct live_large large = { .count = 0 };
	struct model model = { .sizes = { 0 } };
	struct large_span list[8];
	struct large_spans spans = { list, 0 };
	uint64_t at;
	size_t i, which;

	(void)state;
	srand(1);
	for (i = 0; i < 200000; i++) {
		which = (size_t)rand() % BLOCKS;
		if (model.sizes[which]) {
			live_large_set(&large, model.starts[which], 0);
			model.sizes[which] = 0;
		} else {
			model.starts[which] = BASE + which * 64 * PAGE +
			                      (uint64_t)(rand() % 3) * 16 +
			                      (uint64_t)(rand() % 16) * PAGE;
			model.sizes[which] = LARGE_BLOCK_BYTES + (uint64_t)rand() % (30 * PAGE);
			live_large_set(&large, model.starts[which], model.sizes[which]);
		}
		if (rand() % 100)
			continue;
		spans.count = 0;
		for (at = 0; spans.count < 8; spans.count++) {
			at += (uint64_t)rand() % 300;
			list[spans.count].start = BASE + at * PAGE;
			at += 1 + (uint64_t)rand() % 200;
			list[spans.count].end = BASE + at * PAGE;
			if (at > PAGES)
				break;
		}
		model_check(&model, &large, &spans);
	}
	assert_true(large.count <= BLOCKS);
	assert_true(large.change_room <= 1024);
	live_large_release(&large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_a_block),
		cmocka_unit_test(the_end_of_all_addresses),
		cmocka_unit_test(like_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

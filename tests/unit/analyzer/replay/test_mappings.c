/*
 * test_mappings.c - the bookkeeping of mappings agrees with a model that has an owner for each
 * page: whatever is mapped over, unmapped in part, moved or resized.
 */
#include "replay/mappings.h"

#include "segments/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#define PAGES 200
#define BASE UINT64_C(0x7f0000000000)
#define PATHS 5

static uint64_t address_of(unsigned page)
{
	return BASE + (uint64_t)page * MAPPING_PAGE_BYTES;
}

static struct stack_record call_of(enum mapping_call call, unsigned page,
                                   unsigned pages)
{
	return (struct stack_record){ .kind = CONTROL_MAPPING,
		                          .mapping = { .call = call,
		                                       .address = address_of(page),
		                                       .bytes = pages * MAPPING_PAGE_BYTES - 1,
		                                       .protection = PROT_READ | PROT_WRITE,
		                                       .flags = MAP_PRIVATE | MAP_ANONYMOUS } };
}

struct model {
	uint32_t owner[PAGES];                        /* 0: not mapped */
	uint64_t mapped[PATHS + 1], ended[PATHS + 1]; /* pages */
	uint64_t most[PATHS + 1], total_most, unknown;
};

static void model_end(struct model *model, unsigned page, unsigned pages, bool counts)
{
	for (; pages; pages--, page++) {
		if (model->owner[page])
			model->ended[model->owner[page]]++;
		else
			model->unknown += counts;
		model->owner[page] = 0;
	}
}

static void model_begin(struct model *model, uint32_t path, unsigned page,
                        unsigned pages)
{
	uint64_t live = 0;
	uint32_t i;

	model_end(model, page, pages, false);
	for (i = 0; i < pages; i++)
		model->owner[page + i] = path;
	model->mapped[path] += pages;
	if (model->mapped[path] - model->ended[path] > model->most[path])
		model->most[path] = model->mapped[path] - model->ended[path];
	for (i = 1; i <= PATHS; i++)
		live += model->mapped[i] - model->ended[i];
	if (live > model->total_most)
		model->total_most = live;
}

static void check_against(const struct mappings *mappings, const struct model *model)
{
	uint64_t mapped = 0, ended = 0;
	uint32_t i;

	for (i = 1; i <= PATHS; i++) {
		assert_int_equal(mappings->paths[i].bytes,
		                 model->mapped[i] * MAPPING_PAGE_BYTES);
		assert_int_equal(mappings->paths[i].ended,
		                 model->ended[i] * MAPPING_PAGE_BYTES);
		assert_int_equal(mappings->paths[i].most, model->most[i] * MAPPING_PAGE_BYTES);
		mapped += mappings->paths[i].bytes;
		ended += mappings->paths[i].ended;
	}
	assert_int_equal(mappings->totals.bytes, mapped);
	assert_int_equal(mappings->totals.ended, ended);
	assert_int_equal(mappings->totals.most, model->total_most * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings->totals.unknown, model->unknown * MAPPING_PAGE_BYTES);
}

static void agrees_with_a_model(void **state)
{
	static struct model model;
	struct mappings mappings;
	uint32_t moving = 0, path, round;
	unsigned page, pages, to;
	struct stack_record record;

	(void)state;
	assert_int_equal(mappings_init(&mappings), 0);
	for (path = 1; path <= PATHS; path++)
		assert_int_equal(mappings_path(&mappings, 100 + path), path);
	assert_int_equal(mappings_path(&mappings, 103), 3);
	srand(7);
	for (round = 0; round < 20000; round++) {
		path = 1 + (uint32_t)rand() % PATHS;
		page = (unsigned)rand() % (PAGES - 20);
		pages = 1 + (unsigned)rand() % 20;
		switch (rand() % 4) {
		case 0:
		case 1:
			record = call_of(MAPPING_MMAP, page, pages);
			model_begin(&model, path, page, pages);
			break;
		case 2:
			record = call_of(MAPPING_MUNMAP, page, pages);
			model_end(&model, page, pages, true);
			break;
		default:
			to = (unsigned)rand() % (PAGES - 20);
			record = call_of(MAPPING_MREMAP_FROM, page, pages);
			assert_int_equal(mappings_record(&mappings, path, &record, round, &moving),
			                 0);
			model_end(&model, page, pages, false);
			pages = 1 + (unsigned)rand() % 20;
			record = call_of(MAPPING_MREMAP_TO, to, pages);
			model_begin(&model, path, to, pages);
		}
		assert_int_equal(mappings_record(&mappings, path, &record, round, &moving), 0);
		if (round % 64 == 0)
			check_against(&mappings, &model);
	}
	check_against(&mappings, &model);
	mappings_release(&mappings);
}

static void counts_calls_that_failed(void **state)
{
	struct stack_record record = call_of(MAPPING_MMAP, 1, 5);
	struct mappings mappings;
	uint32_t moving = 0;

	(void)state;
	assert_int_equal(mappings_init(&mappings), 0);
	assert_int_equal(mappings_path(&mappings, 9), 1);
	record.mapping.error = 12;
	assert_int_equal(mappings_record(&mappings, 1, &record, 1, &moving), 0);
	assert_int_equal(mappings.totals.failed, 1);
	assert_int_equal(mappings.totals.calls, 0);
	assert_int_equal(mappings.totals.bytes, 0);
	mappings_release(&mappings);
}

/* A call path that is not counted still owns its mappings: they are not unknown. */
static void leaves_out_what_was_not_chosen(void **state)
{
	struct stack_record map = call_of(MAPPING_MMAP, 0, 10);
	struct stack_record unmap = call_of(MAPPING_MUNMAP, 2, 10);
	struct mappings mappings;
	uint32_t moving = 0;

	(void)state;
	assert_int_equal(mappings_init(&mappings), 0);
	assert_int_equal(mappings_path(&mappings, 9), 1);
	assert_int_equal(mappings_record(&mappings, 0, &map, 1, &moving), 0);
	assert_int_equal(mappings_record(&mappings, 1, &unmap, 2, &moving), 0);
	assert_int_equal(mappings.totals.bytes, 0);
	assert_int_equal(mappings.totals.ended, 0);
	assert_int_equal(mappings.paths[1].unmapped, 8 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.totals.unknown, 2 * MAPPING_PAGE_BYTES);
	mappings_release(&mappings);
}

static void ends_a_shared_segment_by_its_address(void **state)
{
	struct stack_record at = call_of(MAPPING_SHMAT, 4, 3);
	struct stack_record out = call_of(MAPPING_SHMDT, 4, 0);
	struct mappings mappings;
	uint32_t moving = 0;

	(void)state;
	out.mapping.bytes = 0;
	assert_int_equal(mappings_init(&mappings), 0);
	assert_int_equal(mappings_path(&mappings, 9), 1);
	assert_int_equal(mappings_record(&mappings, 1, &at, 1, &moving), 0);
	assert_int_equal(mappings.paths[1].anonymous, 0);
	assert_int_equal(mappings_record(&mappings, 1, &out, 2, &moving), 0);
	assert_int_equal(mappings.totals.ended, 3 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.totals.unknown, 0);
	mappings_release(&mappings);
}

/* The kernel joined three mappings of two call paths with one that nobody recorded. */
static void does_not_share_out_what_is_resident(void **state)
{
	struct large_span span = { .start = address_of(0),
		                       .end = address_of(40),
		                       .rss = 20 * MAPPING_PAGE_BYTES,
		                       .segment = SEGMENT_OTHER };
	const struct large_spans spans = { &span, 1 };
	struct stack_record record;
	struct mappings mappings;
	uint32_t moving = 0;

	(void)state;
	assert_int_equal(mappings_init(&mappings), 0);
	assert_int_equal(mappings_path(&mappings, 8), 1);
	assert_int_equal(mappings_path(&mappings, 9), 2);
	mappings_probe(&mappings.highest, 10, &spans);
	record = call_of(MAPPING_MMAP, 0, 10);
	assert_int_equal(mappings_record(&mappings, 1, &record, 1, &moving), 0);
	record = call_of(MAPPING_MMAP, 30, 20);
	assert_int_equal(mappings_record(&mappings, 2, &record, 2, &moving), 0);
	record = call_of(MAPPING_MUNMAP, 0, 50); /* after the snapshot */
	assert_int_equal(mappings_record(&mappings, 2, &record, 11, &moving), 0);
	mappings_finish(&mappings);
	assert_int_equal(mappings.paths[1].highest.bytes, 10 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.paths[1].highest.resident, 0);
	assert_int_equal(mappings.paths[1].highest.unsure, 10 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.paths[2].highest.bytes, 20 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.paths[2].highest.writable, 10 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.paths[2].highest.other, 10 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.totals.highest.resident, 0);
	assert_int_equal(mappings.totals.highest.unsure, 20 * MAPPING_PAGE_BYTES);
	assert_int_equal(mappings.totals.last.bytes, 0);
	mappings_release(&mappings);
}

static void remembers_files(void **state)
{
	struct stack_record record = call_of(MAPPING_MMAP, 0, 1);
	struct mappings mappings;
	uint32_t moving = 0;

	(void)state;
	assert_int_equal(mappings_init(&mappings), 0);
	assert_int_equal(mappings_path(&mappings, 9), 1);
	record.mapping.flags = MAP_SHARED;
	record.mapping.path = "/one\0no more";
	record.mapping.path_bytes = 8;
	assert_int_equal(mappings_record(&mappings, 1, &record, 1, &moving), 0);
	assert_int_equal(mappings_record(&mappings, 1, &record, 2, &moving), 0);
	assert_string_equal(mappings.files[mappings.paths[1].file], "/one");
	assert_false(mappings.paths[1].has_more_files);
	record.mapping.path = "/two";
	record.mapping.path_bytes = 4;
	assert_int_equal(mappings_record(&mappings, 1, &record, 3, &moving), 0);
	assert_true(mappings.paths[1].has_more_files);
	assert_int_equal(mappings.file_count, 3);
	assert_int_equal(mappings.paths[1].anonymous, 0);
	mappings_release(&mappings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(counts_calls_that_failed),
		cmocka_unit_test(leaves_out_what_was_not_chosen),
		cmocka_unit_test(ends_a_shared_segment_by_its_address),
		cmocka_unit_test(does_not_share_out_what_is_resident),
		cmocka_unit_test(remembers_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

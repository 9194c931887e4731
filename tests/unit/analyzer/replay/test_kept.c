/* test_kept.c - what the pages of a heap hold, against a model that looks at every byte. */
#include "replay/kept_group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define PAGE UINT64_C(4096)
#define HEAP UINT64_C(0x550000000000)
#define ARENA UINT64_C(0x7f0004000000) /* a multiple of 64 MiB */
#define PAGES 96u
#define PATHS 5u

/* ---- maps and blocks ---- */

static void part_add(struct heap_map *map, uint64_t start, uint64_t arena, uint64_t top,
                     const uint32_t *runs, uint32_t count)
{
	struct heap_part part = {
		.start = start, .end = start, .arena = arena, .top = top, .run_count = count
	};
	struct error error;

	for (uint32_t i = 0; i < count; i++)
		part.end += runs[i] * PAGE;
	assert_int_equal(heap_map_add(map, &part, (const uint8_t *)runs, &error), 0);
}

static void block_add(struct live_table *live, uint64_t address, uint64_t size,
                      uint32_t path)
{
	bool is_new;
	struct block *block = live_table_add(live, address, &is_new);

	assert_non_null(block);
	*block = (struct block){ .size = size, .path = path };
}

static void adds_up(const struct kept *kept)
{
	const struct kept_bytes *all = &kept->all;

	assert_int_equal(all->resident,
	                 all->live + all->overhead + all->whole + all->pinned);
}

static struct kept measure(struct heap_map *map, struct live_table *live)
{
	struct thread_caches caches = { .count = 0 };
	struct kept kept = { .time = 0 };

	assert_int_equal(kept_measure(&kept, map, live, &caches), 0);
	adds_up(&kept);
	heap_map_release(map);
	live_table_release(live);
	return kept;
}

/* ---- by hand ---- */

/* Two pages are not in memory, then ten are, then four are not. */
static struct kept known_heap(void)
{
	static const uint32_t runs[] = { 2, 10, 4 };
	struct heap_map map = { .time = 7 };
	struct live_table live;

	assert_int_equal(live_table_init(&live), 0);
	part_add(&map, HEAP, 0, 0, runs, 3);
	block_add(&live, HEAP + 3 * PAGE + 16, 24, 1); /* alone on page 3 */
	block_add(&live, HEAP + 5 * PAGE + 16, 100, 1);
	block_add(&live, HEAP + 5 * PAGE + 528, 100, 2);
	block_add(&live, HEAP + 5 * PAGE + 1040, 100, 1);
	block_add(&live, HEAP + 6 * PAGE + 16, 2 * PAGE, 2); /* pages 6, 7 and 8 */
	block_add(&live, HEAP + 16, 50, 3);                  /* not in memory */
	block_add(&live, UINT64_C(0x7f1000000010), 1 << 20, 4);
	block_add(&live, UINT64_C(0x7f2000000020), 40, 4);
	return measure(&map, &live);
}

static void parts_of_a_heap(void **state)
{
	struct kept kept = known_heap();

	(void)state;
	assert_int_equal(kept.all.resident, 10 * PAGE);
	assert_int_equal(kept.all.live, 24 + 300 + 2 * PAGE);
	/* chunks of 32, 112 and 8208 bytes */
	assert_int_equal(kept.all.overhead, 8 + 3 * 12 + 16);
	assert_int_equal(kept.all.whole, 5 * PAGE);
	assert_int_equal(kept.all.blocks, 6);
	assert_int_equal(kept.absent, 50);
	assert_int_equal(kept.mapped_blocks, 1);
	assert_int_equal(kept.mapped_bytes, 1 << 20);
	assert_int_equal(kept.mapped_overhead, PAGE);
	assert_int_equal(kept.other_blocks, 1);
	assert_int_equal(kept.other_bytes, 40);
	assert_int_equal(kept.pinned_own, 0);
	assert_int_equal(kept.arena_count, 1);
	kept_release(&kept);
}

/* Each block on a page pins as much of it as the others. */
static void shares_of_pages(void **state)
{
	static const uint32_t group_of[PATHS] = { 0, 1, 2, 3, 4 };
	static const uint32_t together[PATHS] = { 0, 1, 1, 1, 1 };
	const uint64_t third = PAGE - 32, fifth = PAGE - 336, sixth = 8, eighth = PAGE - 24;
	struct kept_row rows[PATHS] = { { .blocks = 0 } }, one[PATHS] = { { .blocks = 0 } };
	struct kept kept = known_heap();

	(void)state;
	kept_group(&kept, group_of, rows);
	assert_int_equal(rows[1].blocks, 3);
	assert_int_equal(rows[1].bytes, 224);
	assert_int_equal(rows[1].pages, 2);
	assert_int_equal(rows[1].pinned, third + fifth * 2 / 3);
	assert_int_equal(rows[1].alone, third);
	assert_int_equal(rows[1].alone_pages, 1);
	assert_int_equal(rows[2].pinned, fifth - fifth * 2 / 3 + sixth + eighth);
	assert_int_equal(rows[2].alone, sixth + eighth);
	assert_int_equal(rows[2].pages, 3); /* page 7 is full */
	assert_int_equal(rows[3].blocks, 1);
	assert_int_equal(rows[3].pinned, 0);
	assert_int_equal(rows[1].pinned + rows[2].pinned, kept.all.pinned);
	kept_group(&kept, together, one);
	assert_int_equal(one[1].pinned, kept.all.pinned);
	assert_int_equal(one[1].alone, kept.all.pinned);
	assert_int_equal(one[1].pages, 4);
	kept_release(&kept);
}

/* An arena of two heaps: its own data, its top chunk, and what malloc_trim() would leave. */
static void arenas_are_counted_apart(void **state)
{
	static const uint32_t main_runs[] = { 0, 4 }, runs[] = { 0, 8 };
	struct heap_map map = { .time = 7 };
	struct live_table live;
	struct kept kept;

	(void)state;
	assert_int_equal(live_table_init(&live), 0);
	part_add(&map, HEAP, 0, 0, main_runs, 2);
	part_add(&map, ARENA, ARENA + 48, 0, runs, 2);
	part_add(&map, ARENA + (64 << 20), ARENA + 48, ARENA + (64 << 20) + 3 * PAGE - 96,
	         runs, 2);
	block_add(&live, ARENA + (64 << 20) + 2 * PAGE + 16, 1000, 1);
	kept = measure(&map, &live);
	assert_int_equal(kept.arena_count, 2);
	assert_int_equal(kept.arenas[0].address, 0);
	assert_int_equal(kept.arenas[0].bytes.resident, 4 * PAGE);
	assert_int_equal(kept.arenas[0].bytes.whole, 3 * PAGE);
	assert_int_equal(kept.arenas[1].areas, 2);
	assert_int_equal(kept.arenas[1].bytes.resident, 16 * PAGE);
	assert_int_equal(kept.arenas[1].bytes.whole, 13 * PAGE);
	/* above page 2 of the second heap, whatever its top chunk was before malloc_trim() */
	assert_int_equal(kept.arenas[1].bytes.top, 5 * PAGE);
	assert_int_equal(kept_trimmable(&kept.arenas[1].bytes), 8 * PAGE);
	assert_int_equal(kept.arenas[1].bytes.blocks, 1);
	/* on the first page of each area there is no block, but malloc's own data */
	assert_int_equal(kept.pinned_own, 3 * PAGE - 0x290 - (48 + 2200 + 0x290) - 48);
	kept_release(&kept);
}

/* Freed blocks that wait in a cache hold their pages, and what is below them in an arena. */
static void caches_hold_pages(void **state)
{
	static const uint32_t main_runs[] = { 0, 4 }, runs[] = { 0, 8 };
	struct thread_caches caches = { .count = 0 };
	struct heap_map map = { .time = 7 };
	struct kept kept = { .time = 0 };
	struct live_table live;
	uint64_t i;

	(void)state;
	assert_int_equal(live_table_init(&live), 0);
	part_add(&map, HEAP, 0, 0, main_runs, 2);
	part_add(&map, ARENA, ARENA + 48, ARENA + 5 * PAGE, runs, 2);
	/* seven of a size wait, the eighth does not; nor do large blocks, or those of the past */
	for (i = 0; i < 8; i++)
		thread_caches_put(&caches, 2, ARENA + 4 * PAGE + 512 + i * 512, 48);
	thread_caches_put(&caches, 2, ARENA + 6 * PAGE + 16, 1056);
	thread_caches_put(&caches, 0, ARENA + 7 * PAGE + 16, 1040);
	thread_caches_take(&caches, 0, ARENA + 7 * PAGE + 16, 1040);
	thread_caches_put(&caches, 0, HEAP + 2 * PAGE + 16, 32);
	thread_caches_put(&caches, 1, HEAP + 3 * PAGE + 16, 32);
	thread_caches_end(&caches, 1);
	assert_int_equal(kept_measure(&kept, &map, &live, &caches), 0);
	adds_up(&kept);
	assert_int_equal(kept.all.live, 0);
	assert_int_equal(kept.all.whole, 10 * PAGE);
	assert_int_equal(kept.all.cached, 2 * PAGE);
	assert_int_equal(kept.arenas[1].bytes.cached, PAGE);
	assert_int_equal(kept.arenas[1].bytes.top, 3 * PAGE);
	assert_int_equal(kept_trimmable(&kept.arenas[1].bytes), 3 * PAGE);
	heap_map_release(&map);
	live_table_release(&live);
	thread_caches_release(&caches);
	kept_release(&kept);
}

/* ---- against a model ---- */

static uint64_t random_state = 7654321;

static uint64_t random_next(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

enum { BYTE_FREE, BYTE_ASKED, BYTE_OVERHEAD };

struct model {
	uint8_t bytes[PAGES * PAGE];
	bool is_present[PAGES];
	uint32_t blocks[PAGES][PATHS]; /* by path */
};

static void model_block(struct model *model, uint64_t at, uint64_t chunk, uint64_t size,
                        uint32_t path)
{
	for (uint64_t i = 0; i < chunk; i++)
		model->bytes[at + i] = i >= 8 && i < 8 + size ? BYTE_ASKED : BYTE_OVERHEAD;
	for (uint64_t page = at / PAGE; page <= (at + chunk - 1) / PAGE; page++)
		model->blocks[page][path]++;
}

static void model_fill(struct model *model, struct live_table *live)
{
	uint64_t at = PAGE + 8, size, chunk;
	uint32_t path;

	while (at < PAGES * PAGE) {
		size = random_next(20) ? random_next(300) : random_next(3 * PAGE);
		chunk = size < 25 ? 32 : (size + 23) & ~UINT64_C(15);
		path = 1 + (uint32_t)random_next(PATHS - 1);
		if (at + chunk > PAGES * PAGE)
			break;
		if (!random_next(6)) {
			model_block(model, at, chunk, size, path);
			block_add(live, HEAP + at + 8, size, path);
		}
		at += chunk + 16 * random_next(100);
	}
}

static void model_check(const struct model *model, const struct kept *kept)
{
	static const uint32_t group_of[PATHS] = { 0, 1, 2, 3, 4 };
	struct kept_row rows[PATHS] = { { .blocks = 0 } };
	uint64_t sums[3] = { 0 }, page_sums[3], whole = 0, pinned = 0, alone[PATHS] = { 0 };
	uint64_t shares = 0;
	uint32_t page, path, all, kinds;

	for (page = 0; page < PAGES; page++) {
		if (!model->is_present[page])
			continue;
		memset(page_sums, 0, sizeof(page_sums));
		for (uint64_t i = 0; i < PAGE; i++)
			page_sums[model->bytes[page * PAGE + i]]++;
		sums[BYTE_ASKED] += page_sums[BYTE_ASKED];
		sums[BYTE_OVERHEAD] += page_sums[BYTE_OVERHEAD];
		for (path = all = kinds = 0; path < PATHS; path++) {
			all += model->blocks[page][path];
			kinds += !!model->blocks[page][path];
		}
		if (!all)
			whole += PAGE;
		else
			pinned += page_sums[BYTE_FREE];
		for (path = 0; kinds == 1 && path < PATHS; path++)
			alone[path] += model->blocks[page][path] ? page_sums[BYTE_FREE] : 0;
	}
	assert_int_equal(kept->all.live, sums[BYTE_ASKED]);
	assert_int_equal(kept->all.overhead, sums[BYTE_OVERHEAD]);
	assert_int_equal(kept->all.whole, whole);
	assert_int_equal(kept->all.pinned, pinned);
	kept_group(kept, group_of, rows);
	for (path = 1; path < PATHS; path++) {
		assert_int_equal(rows[path].alone, alone[path]);
		shares += rows[path].pinned;
	}
	assert_int_equal(shares, pinned);
}

static void agrees_with_a_model(void **state)
{
	static struct model model;
	uint32_t runs[PAGES + 1];

	(void)state;
	for (int round = 0; round < 50; round++) {
		struct heap_map map = { .time = 7 };
		struct live_table live;
		uint32_t count = 0, page = 1;
		struct kept kept;

		memset(&model, 0, sizeof(model));
		/* the first page is not in memory: what malloc has there does not count */
		runs[count++] = 1;
		while (page < PAGES) {
			runs[count] = 1 + (uint32_t)random_next(7);
			if (runs[count] > PAGES - page)
				runs[count] = PAGES - page;
			for (uint32_t i = 0; i < runs[count]; i++)
				model.is_present[page++] = count % 2;
			count++;
		}
		assert_int_equal(live_table_init(&live), 0);
		part_add(&map, HEAP, 0, 0, runs, count);
		model_fill(&model, &live);
		kept = measure(&map, &live);
		model_check(&model, &kept);
		kept_release(&kept);
	}
}

/* Addresses and sizes come from the trace: blocks overlap, or are as large as can be. */
static void damaged_blocks_add_up_too(void **state)
{
	static const uint32_t runs[] = { 0, PAGES };
	static const uint64_t sizes[] = {
		0, 1, PAGE, 1 << 20, 1ull << 40, 1ull << 63, UINT64_MAX, UINT64_MAX - 23
	};
	struct heap_map map = { .time = 7 };
	struct live_table live;
	struct kept kept;

	(void)state;
	assert_int_equal(live_table_init(&live), 0);
	part_add(&map, HEAP, 0, 0, runs, 2);
	for (uint64_t i = 0; i < 2 * PAGE; i += 8)
		block_add(&live, HEAP + i, sizes[i / 8 % 8], i / 8 % PATHS);
	block_add(&live, 8, UINT64_MAX, 1);
	block_add(&live, UINT64_MAX, UINT64_MAX, 1);
	kept = measure(&map, &live);
	assert_int_equal(kept.all.resident, PAGES * PAGE);
	kept_release(&kept);
}

/*
 * Blocks that each cover the whole heap: each would be followed over all of its pages, which are
 * the square of what the trace has.
 */
static void blocks_that_overlap_end(void **state)
{
	static const uint32_t runs[] = { 0, 1u << 20 };
	struct heap_map map = { .time = 7 };
	struct timespec used;
	struct live_table live;
	struct kept kept;
	uint64_t i;

	(void)state;
	assert_int_equal(live_table_init(&live), 0);
	part_add(&map, HEAP, 0, 0, runs, 2);
	for (i = 1; i <= 10000; i++)
		block_add(&live, HEAP + i * 16, UINT64_C(1) << 32, 1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	i = (uint64_t)used.tv_sec;
	kept = measure(&map, &live);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	assert_true((uint64_t)used.tv_sec - i < 5);
	assert_int_equal(kept.all.resident, (UINT64_C(1) << 20) * PAGE);
	assert_true(kept.all.live > kept.all.resident / 2);
	kept_release(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_of_a_heap),
		cmocka_unit_test(shares_of_pages),
		cmocka_unit_test(arenas_are_counted_apart),
		cmocka_unit_test(caches_hold_pages),
		cmocka_unit_test(agrees_with_a_model),
		cmocka_unit_test(damaged_blocks_add_up_too),
		cmocka_unit_test(blocks_that_overlap_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

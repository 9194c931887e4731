/*
 * test_goroutines.c - spans, goroutines and threads of a Go runtime, here made in our own
 * memory: what is right is counted, and no word that is wrong leads astray or on without end.
 */
#include "segments/goroutines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GO_PAGE UINT64_C(8192)
#define ARENA UINT64_C(0xc000000000)
#define START 0x4000
#define GOROUTINES 6

/* As Go 1.26 has them; the arena itself is never read. */
struct world {
	uint64_t spans[8192];
	struct {
		uint8_t bytes[160];
	} mspans[4];
	uint64_t goroutine[GOROUTINES + 2][64];
	uint64_t thread[2][256];
	uint64_t list[GOROUTINES];
	uint64_t slice[3], first_thread;
};

static struct world world;
static struct process_memory memory;

static uint64_t address(const void *of)
{
	return (uint64_t)(uintptr_t)of;
}

static void span_make(size_t i, uint64_t page, uint64_t pages, uint8_t state,
                      uint64_t element)
{
	uint64_t start = ARENA + page * GO_PAGE;

	memcpy(world.mspans[i].bytes + 24, &start, 8);
	memcpy(world.mspans[i].bytes + 32, &pages, 8);
	memcpy(world.mspans[i].bytes + 104, &element, 8);
	world.mspans[i].bytes[99] = state;
	for (uint64_t at = page; at < page + pages; at++)
		world.spans[at] = address(&world.mspans[i]);
}

static void goroutine_make(size_t i, uint64_t low, uint64_t bytes, uint64_t depth,
                           uint32_t status)
{
	uint64_t *g = world.goroutine[i];

	g[0] = low;
	g[1] = low + bytes;
	g[7] = low + bytes - depth;
	g[18] = status;
	g[19] = i + 1;
	g[38] = START + 0x100 * (i > 1);
}

/* Four spans: for objects, for stacks, for the runtime's work, and one that was freed. */
static void world_make(void)
{
	memset(&world, 0, sizeof(world));
	span_make(0, 0, 2, 1, 48);
	span_make(1, 2, 8, 2, 4096);
	span_make(2, 10, 4, 2, 0);
	span_make(3, 20, 1, 0, 0);
	for (size_t i = 0; i < GOROUTINES; i++) {
		goroutine_make(i, ARENA + 2 * GO_PAGE + i * 4096, 4096, 100 * (i + 1), 4);
		world.list[i] = address(world.goroutine[i]);
	}
	/* a g0 in Go's memory for one thread, and a gsignal for both */
	for (size_t i = 0; i < 2; i++) {
		world.thread[i][0] = address(world.goroutine[GOROUTINES]);
		world.thread[i][9] = address(world.goroutine[GOROUTINES + 1]);
	}
	goroutine_make(GOROUTINES, ARENA + 8 * GO_PAGE, 8192, 0, 0);
	goroutine_make(GOROUTINES + 1, ARENA + 9 * GO_PAGE, 8192, 0, 0);
	world.goroutine[GOROUTINES][6] = address(world.thread[0]);
	world.goroutine[GOROUTINES + 1][6] = address(world.thread[0]);
	world.slice[0] = address(world.list);
	world.slice[1] = GOROUTINES;
	world.slice[2] = GOROUTINES + 10;
	world.first_thread = address(world.thread[0]);
}

static void spans_take(struct go_spans *spans)
{
	struct go_arena arena = { ARENA, address(world.spans) };
	struct go_arenas arenas = { &arena, 1, 1 };
	struct memory_pages pages = { .memory = &memory };

	*spans = (struct go_spans){ .heap = 0 };
	assert_int_equal(go_spans_read(spans, &pages, &arenas, go_span_layout(26)), 0);
	memory_pages_release(&pages);
}

static void goroutines_take(struct goroutines *goroutines, unsigned minor)
{
	struct go_runtime runtime = { .minor = minor,
		                          .variables = {
									  .goroutines = address(world.slice),
									  .threads = address(&world.first_thread),
									  .thread_next = 8,
									  .main = START } };
	struct memory_pages pages = { .memory = &memory };
	struct go_spans spans;

	spans_take(&spans);
	*goroutines = (struct goroutines){ .count = 0 };
	assert_int_equal(goroutines_read(goroutines, &pages, &runtime, &spans), 0);
	memory_pages_release(&pages);
	go_spans_release(&spans);
}

static void each_page_is_counted_once(void **state)
{
	struct go_spans spans;

	(void)state;
	world_make();
	spans_take(&spans);
	assert_int_equal(spans.heap, 2 * GO_PAGE);
	assert_int_equal(spans.stack, 8 * GO_PAGE);
	assert_int_equal(spans.work, 4 * GO_PAGE);
	assert_int_equal(spans.spans, 3);
	assert_int_equal(spans.odd, 0);
	assert_int_equal(spans.stack_count, 1);
	assert_int_equal(spans.stacks[0].start, ARENA + 2 * GO_PAGE);
	assert_int_equal(spans.stacks[0].end, ARENA + 10 * GO_PAGE);
	go_spans_release(&spans);
}

static void damaged_spans_are_counted(void **state)
{
	struct go_spans spans;

	(void)state;
	world_make();
	world.spans[100] = 0x123456789;            /* not aligned */
	world.spans[101] = UINT64_C(0xdead) << 48; /* no address */
	world.spans[102] = 0x10000;                /* nothing is there */
	span_make(3, 200, 1, 7, 0);                /* no such state */
	span_make(0, 0, 1, 1, 48);
	memset(world.mspans[0].bytes + 32, 0xff, 8); /* too many pages */
	spans_take(&spans);
	assert_int_equal(spans.odd, 5);
	assert_int_equal(spans.heap, 0);
	assert_int_equal(spans.stack, 8 * GO_PAGE);
	go_spans_release(&spans);
}

static void goroutines_are_counted(void **state)
{
	struct goroutines goroutines;

	(void)state;
	world_make();
	goroutine_make(4, ARENA + 2 * GO_PAGE + 4 * 4096, 4096, 100, 2); /* runs */
	goroutine_make(5, ARENA + 2 * GO_PAGE + 5 * 4096, 4096, 100,
	               6 | 0x1000); /* ended */
	goroutines_take(&goroutines, 26);
	assert_true(goroutines.is_known);
	assert_int_equal(goroutines.count, 2);
	assert_int_equal(goroutines.rows[0].start, START);
	assert_int_equal(goroutines.rows[0].count, 2);
	assert_int_equal(goroutines.rows[0].depth, 300);
	assert_int_equal(goroutines.rows[0].deepest, 200);
	assert_int_equal(goroutines.rows[0].goid, 2);
	assert_int_equal(goroutines.rows[1].count, 3);
	assert_int_equal(goroutines.rows[1].unseen, 1);
	assert_int_equal(goroutines.rows[1].committed, 3 * 4096);
	assert_int_equal(goroutines.dead.count, 1);
	assert_int_equal(goroutines.system.count, 1);
	assert_int_equal(goroutines.signal.bytes, 8192);
	assert_int_equal(goroutines.odd, 0);
	goroutines_release(&goroutines);
}

/* The layout of 1.26 fits only where goroutine 1 runs runtime.main. */
static void an_unknown_version_must_fit(void **state)
{
	struct goroutines goroutines;

	(void)state;
	world_make();
	goroutines_take(&goroutines, 99);
	assert_true(goroutines.is_known);
	goroutines_release(&goroutines);
	world.goroutine[0][38]++;
	goroutines_take(&goroutines, 99);
	assert_false(goroutines.is_known);
	goroutines_release(&goroutines);
}

static void a_damaged_list_is_not_believed(void **state)
{
	const uint64_t slices[][3] = {
		{ 0, 5, 5 },
		{ address(world.list), 5, 4 },
		{ address(world.list), 0, 5 },
		{ address(world.list), UINT64_MAX, UINT64_MAX },
		{ address(world.list) + 1, 1, 1 },
		{ UINT64_C(0x7ffffffff000), 5, 5 },
		{ address(world.list), UINT64_C(1) << 24, UINT64_C(1) << 24 },
	};
	struct goroutines goroutines;

	(void)state;
	for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
		world_make();
		memcpy(world.slice, slices[i], sizeof(world.slice));
		goroutines_take(&goroutines, 26);
		assert_false(goroutines.is_known);
		assert_int_equal(goroutines.count, 0);
		goroutines_release(&goroutines);
	}
}

static void damaged_goroutines_are_counted(void **state)
{
	struct goroutines goroutines;

	(void)state;
	world_make();
	world.list[2] = 0x10000;                 /* nothing is there */
	world.goroutine[3][0] = ARENA + GO_PAGE; /* its stack is among objects */
	goroutines_take(&goroutines, 26);
	assert_int_equal(goroutines.odd, 2);
	assert_false(goroutines.is_known);
	goroutines_release(&goroutines);
	world_make();
	world.list[2] = 0;
	goroutines_take(&goroutines, 26);
	assert_int_equal(goroutines.odd, 1);
	assert_true(goroutines.is_known);
	goroutines_release(&goroutines);
}

/* A list of threads that is a circle, or leads to none, is not believed. */
static void a_circle_of_threads_ends(void **state)
{
	struct goroutines goroutines;

	(void)state;
	world_make();
	world.thread[0][1] = address(world.thread[0]);
	goroutines_take(&goroutines, 26);
	assert_true(goroutines.is_known);
	assert_int_equal(goroutines.signal.count, 0);
	assert_int_equal(goroutines.odd, 1);
	goroutines_release(&goroutines);
	world.thread[0][1] = 0x10000;
	goroutines_take(&goroutines, 26);
	assert_int_equal(goroutines.signal.count, 0);
	assert_int_equal(goroutines.odd, 1);
	goroutines_release(&goroutines);
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/*
 * Words of all kinds are wrong, of each version's layout: no more goroutines than the lists have
 * are counted, no stack outside the spans, and nothing crashes.
 */
static void any_word_may_be_wrong(void **state)
{
	static const unsigned versions[] = { 19, 21, 22, 23, 26, 99 };
	uint64_t *words = (uint64_t *)(void *)&world, seed = 1, kinds[5], *word;
	const size_t list = offsetof(struct world, mspans) / 8;
	struct goroutines goroutines;
	struct go_spans spans;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		world_make();
		for (uint64_t i = random_next(&seed) % 8; i < 8; i++) {
			word = &words[i % 2
			                  ? random_next(&seed) % 16
			                  : list + random_next(&seed) % (sizeof(world) / 8 - list)];
			kinds[0] = random_next(&seed);
			kinds[1] = address(&words[random_next(&seed) % (sizeof(world) / 8)]);
			kinds[2] = random_next(&seed) % 4096;
			kinds[3] = UINT64_MAX;
			kinds[4] = ARENA + random_next(&seed) % (16 * GO_PAGE);
			*word = kinds[random_next(&seed) % 5];
		}
		spans_take(&spans);
		assert_true(spans.stack_count <= 8192);
		go_spans_release(&spans);
		goroutines_take(&goroutines, versions[round % 6]);
		for (size_t i = 0; i < goroutines.count; i++)
			assert_true(goroutines.rows[i].depth <= goroutines.rows[i].committed);
		goroutines_release(&goroutines);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_word_may_be_wrong),
		cmocka_unit_test(each_page_is_counted_once),
		cmocka_unit_test(damaged_spans_are_counted),
		cmocka_unit_test(goroutines_are_counted),
		cmocka_unit_test(an_unknown_version_must_fit),
		cmocka_unit_test(a_damaged_list_is_not_believed),
		cmocka_unit_test(damaged_goroutines_are_counted),
		cmocka_unit_test(a_circle_of_threads_ends),
	};
	int failed;

	memory = process_memory_open(getpid());
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	process_memory_close(&memory);
	return failed;
}

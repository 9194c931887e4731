/* test_live_table.c - the live table against a plain array, and the tables beside it. */
#include "replay/call_tree.h"
#include "replay/live_table.h"
#include "replay/call_paths.h"
#include "replay/timeline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ADDRESSES 50000

static uint64_t random_state = 1234567;

static uint64_t random_next(uint64_t below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % below;
}

/* Dense and clustered addresses, grown and emptied: never a wrong answer. */
static void agrees_with_an_array(void **state)
{
	static uint64_t sizes[ADDRESSES]; /* 0: not live */
	struct live_table table;
	struct block *block, gone;
	uint64_t i, at, address;
	size_t live = 0;
	bool is_new;

	(void)state;
	assert_int_equal(live_table_init(&table), 0);
	for (i = 0; i < 2000000; i++) {
		at = random_next(ADDRESSES);
		address = 0x10000 + at * (at % 2 ? 16 : 65536);
		if (random_next(100) < (i / 400000 % 2 ? 30 : 60)) {
			block = live_table_add(&table, address, &is_new);
			assert_non_null(block);
			assert_int_equal(is_new, !sizes[at]);
			live += is_new;
			if (!is_new)
				assert_int_equal(block->size, sizes[at]);
			block->size = sizes[at] = i + 1;
		} else {
			assert_int_equal(live_table_remove(&table, address, &gone), sizes[at] != 0);
			if (sizes[at]) {
				assert_int_equal(gone.size, sizes[at]);
				live--;
			}
			sizes[at] = 0;
		}
		assert_int_equal(table.count, live);
	}
	assert_false(live_table_remove(&table, 0, &gone));
	live_table_release(&table);
}

static void call_paths_are_kept_once(void **state)
{
	static uint32_t nodes[300][300];
	struct call_tree tree;
	uint64_t hash;
	uint32_t i, j;

	(void)state;
	assert_int_equal(call_tree_init(&tree), 0);
	assert_int_equal(call_tree_find(&tree, CALL_HASH_ROOT), CALL_ROOT);
	for (i = 1; i < 300; i++) {
		nodes[i][0] = call_tree_add(&tree, CALL_ROOT, i);
		for (j = 1; j < 300; j++) {
			hash = call_hash(call_hash(CALL_HASH_ROOT, i), j);
			assert_int_equal(call_tree_find(&tree, hash), CALL_NODE_NONE);
			nodes[i][j] = call_tree_add(&tree, nodes[i][0], j);
		}
	}
	assert_int_equal(tree.count, 1 + 299 + 299 * 299);
	for (i = 1; i < 300; i++) {
		for (j = 1; j < 300; j++) {
			hash = call_hash(call_hash(CALL_HASH_ROOT, i), j);
			assert_int_equal(call_tree_find(&tree, hash), nodes[i][j]);
			assert_int_equal(tree.nodes[nodes[i][j]].parent, nodes[i][0]);
			assert_int_equal(tree.nodes[nodes[i][j]].location, j);
		}
	}
	call_tree_release(&tree);
}

/* Shares of the peak found lazily are those that a snapshot would have. */
static void peak_shares_agree_with_snapshots(void **state)
{
	enum { SITES = 20 };
	uint64_t live[SITES + 1] = { 0 }, peak[SITES + 1] = { 0 }, total = 0, most = 0, i,
						  j;
	struct call_paths table;
	uint64_t time;

	(void)state;
	assert_int_equal(call_paths_init(&table), 0);
	for (i = 1; i <= SITES; i++)
		assert_int_equal(call_paths_add(&table, (uint32_t)i), i);
	for (time = 0; time < 100000; time++) {
		i = 1 + random_next(SITES);
		if (live[i] && random_next(2)) {
			live_share_shrink(&table, &table.paths[i].share, 1, 10);
			call_paths_shrink(&table, 1, 10);
			live[i] -= 10;
			total -= 10;
			continue;
		}
		live_share_grow(&table, &table.paths[i].share, 1, 10);
		call_paths_grow(&table, 1, 10, time);
		live[i] += 10;
		total += 10;
		if (total > most) {
			most = total;
			for (j = 1; j <= SITES; j++)
				peak[j] = live[j];
		}
	}
	assert_int_equal(table.peak_bytes, most);
	for (i = 1; i <= SITES; i++) {
		live_share_touch(&table, &table.paths[i].share);
		assert_int_equal(table.paths[i].share.peak_bytes, peak[i]);
		assert_int_equal(table.paths[i].share.live_bytes, live[i]);
	}
	call_paths_release(&table);
}

static void the_timeline_widens(void **state)
{
	struct timeline timeline;
	uint64_t time, most = 0;
	uint32_t i;

	(void)state;
	timeline_init(&timeline, 1000);
	timeline_advance(&timeline, 10, 0); /* before the start: no harm */
	for (time = 1000; time < 1000 + 100000; time += 10) {
		timeline_advance(&timeline, time, time - 1000);
		timeline_add(&timeline, time - 990);
	}
	assert_true(timeline.step < TIMELINE_STEPS);
	assert_true(((uint64_t)timeline.step + 1) << timeline.shift >= 99000);
	for (i = 0; i <= timeline.step; i++) {
		assert_true(timeline.bytes_max[i] >= most);
		most = timeline.bytes_max[i];
	}
	assert_int_equal(most, 100000);
	timeline_advance(&timeline, UINT64_MAX, 5); /* and no hang */
	assert_true(timeline.step < TIMELINE_STEPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_an_array),
		cmocka_unit_test(call_paths_are_kept_once),
		cmocka_unit_test(peak_shares_agree_with_snapshots),
		cmocka_unit_test(the_timeline_widens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

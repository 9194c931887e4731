/* test_ring_index.c - rings are found by name and pid, however many they are. */
#include "record/ring_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#define RINGS 65536   /* the drain's limit */
#define SECONDS_MAX 3 /* compared one by one they take far longer, hashed a fraction */

static void ring_make(struct drain_ring *ring, int number, pid_t pid, uint64_t start_ns)
{
	*ring = (struct drain_ring){ .pid = pid };
	snprintf(ring->ring.name, sizeof(ring->ring.name), "%d.1.ring", number);
	ring->ring.header.start_ns = start_ns;
}

static void many_rings_are_found(void **state)
{
	struct drain_ring *rings = calloc(RINGS, sizeof(*rings));
	struct ring_index index = { .by_name = NULL };
	clock_t begun = clock();
	bool is_exec;
	int i;

	(void)state;
	assert_non_null(rings);
	for (i = 0; i < RINGS; i++) {
		ring_make(&rings[i], i, i + 1, 1);
		assert_false(ring_index_has(&index, rings[i].ring.name));
		assert_int_equal(ring_index_add(&index, &rings[i], &is_exec), 0);
		assert_true(ring_index_has(&index, rings[i].ring.name));
		assert_false(is_exec || rings[i].has_ended);
	}
	assert_false(ring_index_has(&index, "777.2.ring"));
	for (i = 0; i < RINGS; i += 2)
		ring_index_remove(&index, &rings[i]);
	for (i = 0; i < RINGS; i++)
		assert_int_equal(ring_index_has(&index, rings[i].ring.name), i % 2);
	assert_true((clock() - begun) / CLOCKS_PER_SEC < SECONDS_MAX);
	ring_index_release(&index);
	assert_false(ring_index_has(&index, "1.1.ring"));
	free(rings);
}

static void an_exec_ends_the_one_before(void **state)
{
	struct ring_index index = { .by_name = NULL };
	struct drain_ring rings[6];
	bool is_exec;

	(void)state;
	ring_make(&rings[0], 0, 7, 20);
	assert_int_equal(ring_index_add(&index, &rings[0], &is_exec), 0);
	ring_make(&rings[1], 1, 8, 30); /* another process */
	assert_int_equal(ring_index_add(&index, &rings[1], &is_exec), 0);
	ring_make(&rings[2], 2, 7, 10); /* found late: it replaced nothing */
	assert_int_equal(ring_index_add(&index, &rings[2], &is_exec), 0);
	assert_false(is_exec || rings[0].has_ended || rings[1].has_ended);
	ring_make(&rings[3], 3, 7, 40);
	assert_int_equal(ring_index_add(&index, &rings[3], &is_exec), 0);
	assert_true(is_exec && rings[0].has_ended && !rings[1].has_ended);
	ring_index_remove(&index, &rings[0]); /* which does not take the new one away */
	ring_make(&rings[4], 4, 7, 50);
	assert_int_equal(ring_index_add(&index, &rings[4], &is_exec), 0);
	assert_true(is_exec && rings[3].has_ended && !rings[4].has_ended);
	ring_index_remove(&index, &rings[3]);
	ring_index_remove(&index, &rings[4]);
	ring_make(&rings[5], 5, 7, 60); /* the pid is used again */
	assert_int_equal(ring_index_add(&index, &rings[5], &is_exec), 0);
	assert_false(is_exec || rings[1].has_ended);
	ring_index_release(&index);
}

/* Pids of processes that had ended when they were found are all 0: they are not one process. */
static void the_gone_replace_nothing(void **state)
{
	struct ring_index index = { .by_name = NULL };
	struct drain_ring rings[2];
	bool is_exec;

	(void)state;
	ring_make(&rings[0], 0, 0, 1);
	ring_make(&rings[1], 1, 0, 2);
	assert_int_equal(ring_index_add(&index, &rings[0], &is_exec), 0);
	assert_int_equal(ring_index_add(&index, &rings[1], &is_exec), 0);
	assert_false(is_exec || rings[0].has_ended);
	ring_index_remove(&index, &rings[1]);
	assert_true(ring_index_has(&index, "0.1.ring"));
	ring_index_remove(&index, &rings[0]);
	assert_false(ring_index_has(&index, "0.1.ring"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_rings_are_found),
		cmocka_unit_test(an_exec_ends_the_one_before),
		cmocka_unit_test(the_gone_replace_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

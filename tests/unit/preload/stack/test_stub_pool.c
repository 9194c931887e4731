/*
 * test_stub_pool.c - the common pool of stubs, used by threads and signals at once.
 *
 * Whoever asks must get a stub for as long as there are any, however inconveniently the
 * others were stopped; and none may have two owners.
 */
#include "stack/stub_pool.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/time.h>

#include <cmocka.h>

#define HELD_MAX 100 /* more than a supply, so that the pool is asked */
#define THREADS 4
#define SIGNALS 400

static _Atomic unsigned char owned[STUB_COUNT];
static _Atomic unsigned long denied, shared, rounds;
static _Atomic int signals;

/* One who takes stubs and gives them back, in every way there is. */
struct owner {
	struct stub_supply supply;
	stub_id held[HELD_MAX];
	bool jumps;
};

static void owner_round(struct owner *owner)
{
	stub_supply_begin(&owner->supply);
	for (int i = 0; i < HELD_MAX; i++) {
		owner->held[i] = stub_take_other(&owner->supply);
		if (!owner->held[i])
			denied++;
		else if (atomic_fetch_add(&owned[owner->held[i]], 1))
			shared++;
	}
	for (int i = 0; i < HELD_MAX; i++) {
		stub_id stub = owner->held[i];

		if (!stub)
			continue;
		outlive_stub_entries[stub].return_address = (uintptr_t)i * 4096;
		atomic_fetch_sub(&owned[stub], 1);
		if (owner->jumps && i % 2)
			stub_give_jumped(stub);
		else
			stub_give_other(&owner->supply, stub);
	}
	stub_give_all(&owner->supply);
	rounds++;
}

static void *thread_run(void *argument)
{
	for (int i = 0; i < 3000; i++)
		owner_round(argument);
	return NULL;
}

static void interrupted(int number)
{
	static struct owner owner;

	(void)number;
	owner_round(&owner);
	/* One that waits is slow, and would be interrupted for ever. */
	if (++signals == SIGNALS || denied)
		setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
}

/* A signal comes while its thread is in the pool. */
static void test_signals_find_stubs(void **unused)
{
	static struct owner owner;
	struct itimerval often = { { 0, 100 }, { 0, 100 } };
	struct sigaction action = { .sa_handler = interrupted, .sa_flags = SA_RESTART };

	(void)unused;
	denied = shared = 0;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	while (signals < SIGNALS && !denied)
		owner_round(&owner);
	assert_int_equal(denied, 0);
	assert_int_equal(shared, 0);
}

/* Half of what is given back was jumped over: all 65,535 go through the queue, often. */
static void test_threads_share_none(void **unused)
{
	static struct owner owners[THREADS];
	pthread_t threads[THREADS];

	(void)unused;
	denied = shared = rounds = 0;
	for (int i = 0; i < THREADS; i++) {
		owners[i].jumps = true;
		assert_int_equal(pthread_create(&threads[i], NULL, thread_run, &owners[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_true(rounds == THREADS * 3000);
	assert_int_equal(denied, 0);
	assert_int_equal(shared, 0);
}

/* None is lost on the way: one owner can have all of them, and no more. */
static void test_all_come_back(void **unused)
{
	static struct stub_supply supply;
	static stub_id all[STUB_COUNT];
	uint32_t count = 0;

	(void)unused;
	shared = 0;
	stub_supply_begin(&supply);
	while (count < STUB_COUNT && (all[count] = stub_take_other(&supply)) != 0) {
		if (atomic_fetch_add(&owned[all[count++]], 1))
			shared++;
	}
	assert_int_equal(count, STUB_COUNT - 1);
	assert_int_equal(shared, 0);
	for (uint32_t i = 0; i < count; i++)
		stub_give_jumped(all[i]);
	for (uint32_t i = 0; i < count; i++)
		assert_int_equal(stub_take_other(&supply), all[i]);
	assert_int_equal(stub_take_other(&supply), 0);
}

#define PLACE(i) \
	(0x400000 +  \
	 (uintptr_t)((uint32_t)(i)*UINT32_C(2654435761) >> 12)) /* return addresses */
#define PLACES 3000

/* A larger table has what the first had; what lost its slot to another finds one there. */
static void test_larger_table(void **unused)
{
	static struct stub_supply supply;
	static uint16_t usual[1 << STUBS_USUAL_MORE_BITS];
	stub_id stubs[PLACES];
	bool is_kept[PLACES];
	int missed = 0, missed_again = 0;

	(void)unused;
	stub_supply_begin(&supply);
	for (int i = 0; i < PLACES; i++) {
		stubs[i] = (stub_id)i + 1;
		outlive_stub_entries[stubs[i]].return_address = PLACE(i);
		is_kept[i] = stub_give_usual(&supply, stubs[i]);
		missed += !is_kept[i];
	}
	stub_supply_grow(&supply, usual);
	for (int i = 0; i < PLACES; i++) {
		if (is_kept[i])
			assert_int_equal(stub_take_usual(&supply, PLACE(i)), stubs[i]);
		assert_int_equal(stub_take_usual(&supply, PLACE(i)), 0);
	}
	for (int i = 0; i < PLACES; i++)
		missed_again += !stub_give_usual(&supply, stubs[i]);
	assert_true(missed > 0);
	assert_true(missed_again < missed / 2);
}

static int pool_set_up(void **unused)
{
	(void)unused;
	return stub_pool_start() ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals_find_stubs),
		cmocka_unit_test(test_larger_table),
		cmocka_unit_test(test_threads_share_none),
		cmocka_unit_test(test_all_come_back),
	};

	return cmocka_run_group_tests(tests, pool_set_up, NULL);
}

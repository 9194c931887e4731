/* test_thread_state.c - what the state of a second thread tells the first. */
#include "own_ring.h"
#include "stack/thread_state.h"
#include "system/recorder.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void *make_state(void *made)
{
	*(struct thread_state **)made = thread_state_get();
	return NULL;
}

/* Allocations wait for the clock from the moment on when a second thread may free. */
static void shows_that_there_are_threads(void **unused)
{
	struct thread_state *other = NULL;
	pthread_t thread;

	(void)unused;
	assert_non_null(thread_state_get());
	assert_false(recorder.has_threads);
	assert_int_equal(pthread_create(&thread, NULL, make_state, &other), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_non_null(other);
	assert_true(recorder.has_threads);
}

static void shows_that_a_child_has_one(void **unused)
{
	(void)unused;
	thread_state_forked();
	assert_false(recorder.has_threads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_that_there_are_threads),
		cmocka_unit_test(shows_that_a_child_has_one),
	};

	return cmocka_run_group_tests(tests, own_ring_set_up, own_ring_tear_down);
}

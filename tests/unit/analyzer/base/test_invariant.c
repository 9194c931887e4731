/*
 * test_invariant.c - what is not true traps in builds with DEBUG=1; in others it costs nothing,
 * not even its evaluation.
 */
#include "invariant.h"

#include "replay/live_table.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef OUTLIVE_DEBUG
#define TRAPS true
#else
#define TRAPS false
#endif

static int evaluated;

static void nothing_is_violated(void)
{
	invariant(++evaluated);
}

static void violate(void)
{
	invariant(!++evaluated);
}

/* One of the analyzer's own: no block is at address 0, which stands for a free slot. */
static void violate_table(void)
{
	struct live_table table;
	bool is_new;

	if (live_table_init(&table))
		abort();
	live_table_add(&table, 0, &is_new);
	live_table_release(&table);
}

static bool is_trapped(void (*run)(void))
{
	const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		signal(SIGILL, SIG_DFL);
		setrlimit(RLIMIT_CORE, &no_core);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
	assert_true(!WIFSIGNALED(status) || WTERMSIG(status) == SIGILL);
	return WIFSIGNALED(status);
}

static void violations_trap(void **state)
{
	(void)state;
	assert_false(is_trapped(nothing_is_violated));
	assert_int_equal(is_trapped(violate), TRAPS);
	assert_int_equal(is_trapped(violate_table), TRAPS);
}

static void costs_nothing_elsewhere(void **state)
{
	(void)state;
	evaluated = 0;
	nothing_is_violated();
	assert_int_equal(evaluated, TRAPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(violations_trap),
		cmocka_unit_test(costs_nothing_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

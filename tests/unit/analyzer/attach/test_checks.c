/* test_checks.c - what /proc/PID/status says of a process. */
#include "attach/checks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct process_facts take(const char *const lines[])
{
	struct process_facts facts = { .state = '?', .is_kernel_thread = true };

	for (; *lines; lines++)
		process_facts_take(&facts, *lines);
	return facts;
}

static void usual_lines(void **unused)
{
	const struct process_facts facts = take((const char *const[]){
		"Name:\tState: Z\n", "State:\tT (stopped)\n", "PPid:\t12\n", "TracerPid:\t77\n",
		"Uid:\t1\t2\t3\t4\n", "NSpid:\t900\t31\t4\n", "VmSize:\t    4711 kB\n",
		"Threads:\t3\n", "Seccomp:\t2\n", "Seccomp_filters:\t1\n", NULL });

	(void)unused;
	assert_int_equal(facts.state, 'T');
	assert_int_equal(facts.parent, 12);
	assert_int_equal(facts.tracer, 77);
	assert_int_equal(facts.uid, 2);
	assert_int_equal(facts.inner_pid, 4);
	assert_int_equal(facts.threads, 3);
	assert_int_equal(facts.seccomp, 2);
	assert_false(facts.is_kernel_thread);
	assert_false(facts.has_shadow_stack);
}

/* No processor of the tests has one: as kernel 6.6 and later write it. */
static void shadow_stack(void **unused)
{
	(void)unused;
	assert_true(
		take((const char *const[]){ "x86_Thread_features:\tshstk wrss \n", NULL })
			.has_shadow_stack);
	assert_false(
		take((const char *const[]){ "x86_Thread_features:\t\n",
	                                "x86_Thread_features_locked:\tshstk \n", NULL })
			.has_shadow_stack);
}

static void of_ourselves(void **unused)
{
	struct process_facts facts;
	struct error error;

	(void)unused;
	assert_int_equal(process_facts_read(&facts, getpid(), &error), 0);
	assert_int_equal(facts.parent, getppid());
	assert_int_equal(facts.uid, geteuid());
	assert_true(facts.age_ns > 0);
	assert_int_equal(process_facts_read(&facts, 4194305, &error), -1);
	assert_string_equal(error.message, "4194305: no such process");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual_lines),
		cmocka_unit_test(shadow_stack),
		cmocka_unit_test(of_ourselves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

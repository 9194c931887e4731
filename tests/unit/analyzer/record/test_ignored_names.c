/* test_ignored_names.c - names of files that are not tried again, however many they are. */
#include "record/ignored_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#define NAMES 65536
#define SECONDS_MAX \
	3 /* compared one by one they take 6 or 7, with an index a tenth of one */

static void many_names_are_found(void **state)
{
	struct ignored_names ignored = { .count = 0 };
	char name[LIVE_RING_NAME_BYTES];
	clock_t begun = clock();
	int i;

	(void)state;
	for (i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "%d.1.ring", i);
		assert_false(ignored_names_has(&ignored, name));
		ignored_names_add(&ignored, name);
		assert_true(ignored_names_has(&ignored, name));
	}
	assert_true(ignored_names_has(&ignored, "0.1.ring"));
	assert_true(ignored_names_has(&ignored, "777.1.ring"));
	assert_false(ignored_names_has(&ignored, "777.2.ring"));
	assert_true((clock() - begun) / CLOCKS_PER_SEC < SECONDS_MAX);
	ignored_names_release(&ignored);
	assert_false(ignored_names_has(&ignored, "0.1.ring"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(many_names_are_found) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

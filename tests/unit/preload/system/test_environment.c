/*
 * test_environment.c - what an environment lacks, and what is made of it. The
 * functions that use it are held by tests/stress/exec_ways.c.
 */
#include "system/environment.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DIRECTORY "OUTLIVE_DIR=/rings"
#define SESSION "OUTLIVE_SESSION=12"

static char library[4096]; /* "LD_PRELOAD=" and this program: it holds handover.o */
static char library_kept[4096]; /* the same, another path to the file's name */

static enum environment_result check(char **environment)
{
	struct handover handover;

	return environment_check(&handover, environment, true);
}

/* Fill up `environment`, and hold it to the strings that follow it. */
static void becomes_as(enum environment_result result, char **environment,
                       const char *first, ...)
{
	struct handover handover;
	char *strings[64], preload[8192];
	const char *expected = first;
	va_list list;
	size_t i = 0;

	assert_int_equal(
		environment_check(&handover, environment, result == HANDOVER_LACKING), result);
	assert_true(handover.strings <= 64 && handover.preload_bytes <= sizeof(preload));
	memset(preload, '#', sizeof(preload));
	memset(strings, 0xff, sizeof(strings));
	assert_ptr_equal(environment_fill(&handover, strings, preload), strings);
	va_start(list, first);
	for (; expected; expected = va_arg(list, const char *)) {
		assert_non_null(strings[i]);
		assert_string_equal(strings[i++], expected);
	}
	va_end(list);
	assert_null(strings[i]);
	assert_int_equal(handover.strings, i + 1);
	assert_int_equal(preload[handover.preload_bytes], '#');
	if (handover.preload_bytes && result == HANDOVER_LACKING)
		assert_int_equal(strlen(preload), handover.preload_bytes - 1);
}

#define becomes(...) becomes_as(HANDOVER_LACKING, __VA_ARGS__)

static void nothing_is_handed_on_before_the_start(void **state)
{
	(void)state;
	environment_keep("OUTLIVE_DIR", "/older");
	environment_keep("OUTLIVE_SESSION", "12");
	environment_keep("OUTLIVE_DIR", "/rings"); /* the last one of a name counts */
	environment_keep("PATH", "/bin");
	environment_keep("OUTLIVE", "no name of ours");
	assert_int_equal(check(NULL), HANDOVER_NONE);
	environment_start();
}

static void what_is_there_is_left(void **state)
{
	char *complete[] = { DIRECTORY, "A=1", library, SESSION, NULL };
	char *elsewhere[] = { library_kept, SESSION, DIRECTORY, NULL };
	char several[8192], *last[] = { several, SESSION, DIRECTORY, NULL };

	(void)state;
	assert_int_equal(check(complete), HANDOVER_COMPLETE);
	assert_int_equal(check(elsewhere), HANDOVER_COMPLETE);
	snprintf(several, sizeof(several), "LD_PRELOAD=a.so b.so:%s:c.so", library + 11);
	assert_int_equal(check(last), HANDOVER_COMPLETE);
}

static void what_is_missing_is_added(void **state)
{
	char *empty[] = { NULL };
	char *some[] = { "A=1", DIRECTORY, "B", "=", "", NULL };
	char *similar[] = { "OUTLIVE_SESSIONS=1", "OUTLIVE_SESSION", "LD_PRELOADED=x",
		                "LD_PRELOAD", NULL };

	(void)state;
	becomes(NULL, library, DIRECTORY, SESSION, NULL);
	becomes(empty, library, DIRECTORY, SESSION, NULL);
	becomes(some, "A=1", DIRECTORY, "B", "=", "", library, SESSION, NULL);
	assert_string_equal(some[1], DIRECTORY);
	becomes(similar, "OUTLIVE_SESSIONS=1", "OUTLIVE_SESSION", "LD_PRELOADED=x",
	        "LD_PRELOAD", library, DIRECTORY, SESSION, NULL);
}

static void other_libraries_stay_behind_ours(void **state)
{
	char both[8192], almost[4200], almost_both[16384];
	char *one[] = { "LD_PRELOAD=other.so", DIRECTORY, "Z", SESSION, NULL };
	char *none[] = { "LD_PRELOAD=", DIRECTORY, SESSION, NULL };
	char *two[] = { library, DIRECTORY, "LD_PRELOAD=other.so", SESSION, NULL };
	char *longer[] = { almost, DIRECTORY, SESSION, NULL };

	(void)state;
	snprintf(both, sizeof(both), "%s:other.so", library);
	becomes(one, both, DIRECTORY, "Z", SESSION, NULL);
	becomes(none, library, DIRECTORY, SESSION, NULL);
	becomes(two, library, DIRECTORY, both, SESSION,
	        NULL); /* the loader's is the last */
	snprintf(almost, sizeof(almost), "%s.old", library);
	snprintf(almost_both, sizeof(almost_both), "%s:%s", library, almost + 11);
	becomes(longer, almost_both, DIRECTORY, SESSION, NULL);
}

/* `outlive run` in `outlive run`; and who says that nothing shall be recorded. */
static void another_recording_is_left_alone(void **state)
{
	char *other[] = { "OUTLIVE_DIR=/rings2", NULL };
	char *none[] = { "OUTLIVE_DIR=", "LD_PRELOAD=other.so", NULL };

	(void)state;
	assert_int_equal(check(other), HANDOVER_NONE);
	assert_int_equal(check(none), HANDOVER_NONE);
}

/* What the loader cannot find it would complain of. */
static void out_of_reach_it_is_taken_out(void **state)
{
	char several[8192], *list[] = { DIRECTORY, several, "A=1", NULL };
	char *alone[] = { library, SESSION, NULL };
	char *without[] = { "LD_PRELOAD=a.so", SESSION, NULL };
	struct handover handover;

	(void)state;
	becomes_as(HANDOVER_FUTILE, alone, "LD_PRELOAD=", SESSION, NULL);
	snprintf(several, sizeof(several), "%s:a.so b.so::%s", library, library_kept + 11);
	becomes_as(HANDOVER_FUTILE, list, DIRECTORY, "LD_PRELOAD=a.so:b.so", "A=1", NULL);
	snprintf(several, sizeof(several), "LD_PRELOAD=x/a.so:%s:%s.old", library + 11,
	         library + 11);
	char expected[8192];
	snprintf(expected, sizeof(expected), "LD_PRELOAD=x/a.so:%s.old", library + 11);
	becomes_as(HANDOVER_FUTILE, list, DIRECTORY, expected, "A=1", NULL);
	assert_int_equal(environment_check(&handover, without, false), HANDOVER_IMPOSSIBLE);
	assert_int_equal(environment_check(&handover, NULL, false), HANDOVER_IMPOSSIBLE);
}

static void what_cannot_be_helped_is_reported(void **state)
{
	static char *many[HANDOVER_STRINGS_MAX + 2], path[6000];
	char *long_path[] = { path, DIRECTORY, SESSION, NULL };
	char *first[] = { "LD_PRELOAD=/usr/lib/libasan.so.8:x.so", DIRECTORY, NULL };
	char *clang[] = { "LD_PRELOAD=x.so:libclang_rt.asan-x86_64.so", NULL };

	(void)state;
	assert_int_equal(check(first), HANDOVER_IMPOSSIBLE);
	assert_int_equal(check(clang), HANDOVER_IMPOSSIBLE);
	memset(path, 'x', sizeof(path) - 1);
	memcpy(path, library, 11);
	assert_int_equal(check(long_path), HANDOVER_IMPOSSIBLE);
	for (size_t i = 0; i < HANDOVER_STRINGS_MAX; i++)
		many[i] = "A=1";
	assert_int_equal(check(many), HANDOVER_LACKING);
	many[HANDOVER_STRINGS_MAX] = "A=1";
	assert_int_equal(check(many), HANDOVER_IMPOSSIBLE);
}

static int set_up(void **state)
{
	(void)state;
	/* As it was started: that is its name for the loader. */
	snprintf(library, sizeof(library), "LD_PRELOAD=%s", program_invocation_name);
	snprintf(library_kept, sizeof(library_kept), "LD_PRELOAD=/elsewhere/%s",
	         program_invocation_short_name);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_handed_on_before_the_start),
		cmocka_unit_test(what_is_there_is_left),
		cmocka_unit_test(what_is_missing_is_added),
		cmocka_unit_test(other_libraries_stay_behind_ours),
		cmocka_unit_test(another_recording_is_left_alone),
		cmocka_unit_test(out_of_reach_it_is_taken_out),
		cmocka_unit_test(what_cannot_be_helped_is_reported),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}

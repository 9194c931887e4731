/*
 * test_segment.c - the segments of a process that has no memory any more.
 */
#include "segments/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A process that has ended and was not waited for: /proc/PID/maps is empty. */
static void a_zombie_has_no_segments(void **state)
{
	struct segments segments;
	struct error error;
	siginfo_t info;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
	memset(&segments, 0, sizeof(segments));
	assert_int_equal(segments_read(&segments, child, &error), 0);
	assert_int_equal(segments.maps.count, 0);
	assert_int_equal(segments.modules.count, 0);
	for (size_t i = 0; i < SEGMENT_COUNT; i++)
		assert_int_equal(segments.mappings[i], 0);
	segments_release(&segments);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_zombie_has_no_segments) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

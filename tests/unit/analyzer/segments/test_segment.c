/*
 * test_segment.c - the segments of a process that has no memory any more, or loses it while it is
 * read.
 */
#include "segments/segment.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
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

/* The first read of memory comes too late: the process that it would read has ended by then. */
static pid_t ends_at_read;

ssize_t pread(int file, void *bytes, size_t size, off_t offset)
{
	pid_t child = ends_at_read;
	siginfo_t info;

	ends_at_read = 0;
	if (child) {
		kill(child, SIGKILL);
		waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT);
	}
	return syscall(SYS_pread64, file, bytes, size, offset);
}

/* What its mappings were is known, but not what was in them. */
static void the_end_of_a_process_is_no_snapshot(void **state)
{
	struct segments segments = { .pid = 0 };
	struct error error;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		for (;;)
			pause();
	}
	ends_at_read = child;
	assert_int_equal(segments_read(&segments, child, &error), 0);
	assert_int_equal(ends_at_read, 0);
	assert_int_equal(segments.maps.count, 0);
	assert_int_equal(segments.total.size, 0);
	segments_release(&segments);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zombie_has_no_segments),
		cmocka_unit_test(the_end_of_a_process_is_no_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* test_session.c - the directory of the rings: where, whose, and gone at the end. */
#include "record/session.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define RING_BYTES (UINT64_C(1) << 20)

static void file_make(const struct session *session, const char *name)
{
	int file = openat(session->descriptor, name, O_WRONLY | O_CREAT, 0600);

	assert_true(file >= 0);
	close(file);
}

static void is_ours_and_goes(void **state)
{
	struct session one, two;
	struct stat status;
	struct error error;

	(void)state;
	assert_int_equal(session_open(&one, "/tmp", RING_BYTES, &error), 0);
	assert_int_equal(session_open(&two, "/tmp", RING_BYTES, &error), 0);
	assert_string_not_equal(one.directory, two.directory);
	assert_true(one.number != two.number);
	assert_int_equal(one.directory[0], '/');
	assert_int_equal(stat(one.directory, &status), 0);
	assert_int_equal(status.st_mode & 07777, geteuid() == 0 ? 01733 : 0700);
	assert_true(session_close(&two));
	file_make(&one, ".1.0.ring"); /* its process died before it was complete */
	assert_true(session_close(&one));
	assert_int_equal(access(one.directory, F_OK), -1);
}

static void stays_while_a_ring_is_in_it(void **state)
{
	struct session session;
	struct error error;
	char ring[PATH_MAX + 16], before[PATH_MAX];

	(void)state;
	assert_int_equal(session_open(&session, "/tmp", RING_BYTES, &error), 0);
	strcpy(before, session.directory);
	file_make(&session, "1.0.ring");
	session_seal(&session);
	assert_string_not_equal(session.directory, before);
	assert_int_equal(access(before, F_OK), -1);
	assert_false(session_close(&session));
	snprintf(ring, sizeof(ring), "%s/1.0.ring", session.directory);
	assert_int_equal(unlink(ring), 0);
	assert_int_equal(rmdir(session.directory), 0);
}

static void goes_beside_the_trace_or_says_why(void **state)
{
	struct session session;
	struct error error;

	(void)state;
	/* more than any disk has: neither directory will do */
	assert_int_equal(session_open(&session, "/tmp", UINT64_C(1) << 60, &error), -1);
	assert_non_null(strstr(error.message, "--ring"));
	assert_int_equal(access(session.directory, F_OK), -1);
}

/* Processes are found by their environment, whether or not they have a ring. */
static void counts_its_processes(void **state)
{
	char *arguments[] = { (char *)"sleep", (char *)"30", NULL };
	char line[64], *environment[] = { line, NULL };
	struct session session;
	struct error error;
	pid_t pid;
	int i;

	(void)state;
	assert_int_equal(session_open(&session, "/tmp", RING_BYTES, &error), 0);
	assert_int_equal(session_process_count(&session), 0);
	snprintf(line, sizeof(line), "OUTLIVE_SESSION=%016llx",
	         (unsigned long long)session.number);
	pid = fork();
	if (pid == 0) {
		execve("/bin/sleep", arguments, environment);
		_exit(1);
	}
	for (i = 0; i < 500 && session_process_count(&session) == 0; i++)
		usleep(10000);
	assert_int_equal(session_process_count(&session), 1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(session_process_count(&session), 0);
	assert_true(session_close(&session));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_ours_and_goes),
		cmocka_unit_test(stays_while_a_ring_is_in_it),
		cmocka_unit_test(goes_beside_the_trace_or_says_why),
		cmocka_unit_test(counts_its_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

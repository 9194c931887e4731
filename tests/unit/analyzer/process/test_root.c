/* test_root.c - paths below another root: links stay in it, and without openat2() are refused. */
#include "process/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char outside[] = "/tmp/outlive-root.XXXXXX";
static int root;

/*
 * outside/           a directory of ours, whose name the root has, too:
 *   secret/
 *   root/            the root of the other process
 *     real/file
 *     absolute       -> /real
 *     relative       -> real
 *     out            -> outside/secret
 *     up             -> ../secret
 *     file           -> /real/file
 */
static int world_make(void **state)
{
	char path[64], target[64];

	(void)state;
	assert_non_null(mkdtemp(outside));
	snprintf(path, sizeof(path), "%s/secret", outside);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/root", outside);
	assert_int_equal(mkdir(path, 0700), 0);
	root = open(path, O_PATH | O_DIRECTORY);
	assert_true(root >= 0);
	assert_int_equal(mkdirat(root, "real", 0700), 0);
	close(openat(root, "real/file", O_WRONLY | O_CREAT, 0600));
	snprintf(target, sizeof(target), "%s/secret", outside);
	assert_int_equal(symlinkat("/real", root, "absolute"), 0);
	assert_int_equal(symlinkat("real", root, "relative"), 0);
	assert_int_equal(symlinkat(target, root, "out"), 0);
	assert_int_equal(symlinkat("../secret", root, "up"), 0);
	assert_int_equal(symlinkat("/real/file", root, "file"), 0);
	return 0;
}

static int world_remove(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", outside);
	return system(command);
}

/* Whether the path leads to the file or directory `expected` of the root. */
static bool leads_to(const char *path, const char *expected)
{
	int file = process_root_open(root, path, O_PATH);
	struct stat found, wanted;
	bool is_it;

	if (file < 0)
		return false;
	is_it = fstat(file, &found) == 0 && fstatat(root, expected, &wanted, 0) == 0 &&
	        found.st_ino == wanted.st_ino;
	close(file);
	return is_it;
}

static bool is_refused(const char *path)
{
	int file = process_root_open(root, path, O_PATH);

	if (file >= 0)
		close(file);
	return file < 0;
}

static bool plain_paths_work(void)
{
	return leads_to("/real", "real") && leads_to("real/", "real") &&
	       leads_to("//real/./file", "real/file") && leads_to("/", ".") &&
	       leads_to("", ".") && is_refused("/nothing") && is_refused("/real/file/") &&
	       is_refused("/real/nothing");
}

static void links_stay_in_the_root(void **state)
{
	(void)state;
	assert_true(plain_paths_work());
	assert_true(leads_to("/absolute/file", "real/file"));
	assert_true(leads_to("/relative/file", "real/file"));
	assert_true(leads_to("/file", "real/file"));
	assert_true(leads_to("/../../real", "real"));
	assert_true(is_refused("/out"));
	assert_true(is_refused("/up"));
}

/* As on a kernel, or behind a filter, without openat2(). */
static void call_forbid(int cause)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)cause),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(2);
}

/* Which check fails; 0: none. */
static int links_check_refused(void)
{
	static const char *const paths[] = {
		"/absolute", "/absolute/file", "/relative", "/relative/file", "/file", "/out",
		"/up",       "/../secret",     "/real/.."
	};
	int i, file;

	if (!plain_paths_work())
		return 3;
	for (i = 0; i < (int)(sizeof(paths) / sizeof(paths[0])); i++) {
		if (!is_refused(paths[i]))
			return 10 + i;
	}
	file = process_root_open(root, "/real/file", O_RDONLY);
	return file < 0 || !(fcntl(file, F_GETFD) & FD_CLOEXEC) ? 4 : 0;
}

static void links_are_refused_without_the_call(void **state)
{
	const int causes[] = { ENOSYS, EPERM };
	int i, status;
	pid_t pid;

	(void)state;
	for (i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			call_forbid(causes[i]);
			_exit(links_check_refused());
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void finds_the_root_of_a_process(void **state)
{
	int own = process_root(getpid()), file;

	(void)state;
	assert_true(own >= 0);
	file = process_root_open(own, "/proc/self/status", O_RDONLY);
	assert_true(file >= 0);
	close(file);
	close(own);
	assert_int_equal(process_root(0x7fffffff), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_stay_in_the_root),
		cmocka_unit_test(links_are_refused_without_the_call),
		cmocka_unit_test(finds_the_root_of_a_process),
	};

	return cmocka_run_group_tests(tests, world_make, world_remove);
}

/*
 * filters.c - forbids itself all system calls but few, on pain of death, or the time-stamp
 * counter: what bare ends as it should, does recorded, and all that can be is recorded.
 *
 * exit: 5
 * expect: count("filtered") == 300000
 * expect: live("filtered") == 0
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALLOW(name)                                        \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void *volatile sink;

static __attribute__((noinline)) void filtered(int times)
{
	for (int i = 0; i < times; i++) {
		sink = malloc((size_t)(i % 500 + 1));
		free(sink);
	}
}

/* What an allocator needs, and a process to end: no word of files, clocks, or itself. */
static void filter_set(int by_seccomp)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(read),
		ALLOW(write),
		ALLOW(exit),
		ALLOW(exit_group),
		ALLOW(rt_sigreturn),
		ALLOW(mmap),
		ALLOW(munmap),
		ALLOW(brk),
		ALLOW(futex),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(steps) / sizeof(*steps), steps };

	/* As libseccomp asks whether there are filters at all: these set none up. */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL) != -1 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, NULL) != -1)
		_exit(8);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    (by_seccomp ? syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program)
	                : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)))
		_exit(9);
}

static void handler(int number)
{
	filtered(10);
	_exit(number == SIGSEGV ? 4 : 3);
}

static void child_run(const char *way)
{
	filtered(10);
	if (strchr(way, 'h') || strchr(way, 'o')) {
		struct sigaction action = { .sa_handler = handler };

		action.sa_flags = strchr(way, 'o') ? SA_ONSTACK : 0;
		sigaction(SIGSEGV, &action, NULL);
	}
	if (strchr(way, 'f') || strchr(way, 's'))
		filter_set(!!strchr(way, 's'));
	if (strchr(way, 'm') && prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT))
		_exit(9);
	if (strchr(way, 't') && prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0))
		_exit(9);
	filtered(20000);
	if (strchr(way, 'x'))
		*(int *volatile)sink = *(volatile int *)NULL;
	if (strchr(way, 'm'))
		syscall(SYS_exit, 3); /* _exit() would be killed by the strict mode */
	if (strchr(way, '_'))
		_exit(3);
	exit(3);
}

static int status_of(const char *way)
{
	pid_t child = fork();
	int status = 0;

	if (!child)
		child_run(way);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int main(void)
{
	static const char *const ways[] = { "f", "f_", "s", "s_", "t", "t_", "m" };
	static const char shown[] = "filtered\n";

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (status_of(ways[i]) != 3)
			return 20 + (int)i;
	}
	/* Faults, with a handler and without. */
	if (status_of("fx") != -SIGSEGV || status_of("fhx") != 4 || status_of("fox") != 4)
		return 40;
	filtered(10); /* malloc() begins: it asks for random numbers */
	filter_set(0);
	filtered(299990);
	return write(1, shown, sizeof(shown) - 1) > 0 ? 5 : 6;
}

/* record/asked_snapshots.c - runs `outlive snapshot` for programs that ask for it. */
#include "record/asked_snapshots.h"

#include "base/error.h"
#include "base/text.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUFFIX ".outlive"

static void path_make(const char *trace, unsigned number, char path[PATH_MAX])
{
	size_t bytes = strlen(trace), suffix = strlen(SUFFIX);

	if (bytes > suffix && !strcmp(trace + bytes - suffix, SUFFIX))
		bytes -= suffix;
	snprintf(path, PATH_MAX, "%.*s.snapshot-%u%s", (int)bytes, trace, number, SUFFIX);
}

/* Nothing of it may reach the program's output. */
static _Noreturn void snapshot_exec(pid_t pid, const char *path)
{
	int null = open("/dev/null", O_RDWR);
	char process[16];
	sigset_t none;

	snprintf(process, sizeof(process), "%d", (int)pid);
	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/proc/self/exe", "outlive", "snapshot", "-q", "-o", path, process, NULL);
	_exit(EXIT_BAD_INPUT);
}

/* Forked twice: who starts it does not wait, and leaves no zombie. */
static void snapshot_start(pid_t pid, const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		if (fork() == 0)
			snapshot_exec(pid, path);
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}

void asked_snapshots_take(struct drain *drain, const char *trace, unsigned *count)
{
	char path[PATH_MAX];
	pid_t pid;

	while ((pid = drain_snapshot_asked(drain)) > 0) {
		path_make(trace, ++*count, path);
		snapshot_start(pid, path);
	}
}

void asked_snapshots_tell(const char *trace, unsigned count)
{
	static char first[PATH_MAX], last[PATH_MAX], text[PATH_MAX];

	if (!count)
		return;
	path_make(trace, 1, first);
	path_make(trace, count, last);
	fprintf(stderr, "outlive: the program asked for %u snapshot%s: %s", count,
	        count == 1 ? "" : "s", text_escape(text, sizeof(text), first));
	if (count > 1)
		fprintf(stderr, " to %s", text_escape(text, sizeof(text), last));
	fputs("\n", stderr);
}

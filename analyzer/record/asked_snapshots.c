/* record/asked_snapshots.c - runs `outlive snapshot` for programs that ask for it. */
#include "record/asked_snapshots.h"

#include "base/error.h"
#include "base/kernel_clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUFFIX ".outlive"
#define APART_NS UINT64_C(1000000000) /* between the beginnings of two */

static void path_make(const char *trace, unsigned number, char path[PATH_MAX])
{
	size_t bytes = strlen(trace), suffix = strlen(SUFFIX);

	if (bytes > suffix && !strcmp(trace + bytes - suffix, SUFFIX))
		bytes -= suffix;
	snprintf(path, PATH_MAX, "%.*s.snapshot-%u%s", (int)bytes, trace, number, SUFFIX);
}

/* Nothing of it may reach the program's output, and Ctrl-C is for the program, not for it. */
static _Noreturn void snapshot_exec(pid_t pid, const char *path)
{
	int null = open("/dev/null", O_RDWR);
	char process[16];
	sigset_t none;

	snprintf(process, sizeof(process), "%d", (int)pid);
	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/proc/self/exe", "outlive", "snapshot", "-q", "-o", path, process, NULL);
	_exit(EXIT_BAD_INPUT);
}

/* The snapshot has ended. If it failed, the next one takes its number. */
static void outcome_count(struct asked_snapshots *asked, bool is_written)
{
	if (is_written)
		asked->answered += asked->calls;
	else if (kill(asked->of, 0) && errno == ESRCH)
		asked->late += asked->calls;
	else
		asked->failed += asked->calls;
	asked->count -= !is_written;
	asked->running = 0;
}

bool asked_snapshots_are_running(struct asked_snapshots *asked)
{
	int status = 0;
	pid_t ended;

	if (!asked->running)
		return false;
	ended = waitpid(asked->running, &status, WNOHANG);
	if (ended)
		outcome_count(asked, ended > 0 && WIFEXITED(status) &&
		                         WEXITSTATUS(status) == EXIT_SUCCESS);
	return !ended;
}

void asked_snapshots_step(struct asked_snapshots *asked, struct drain *drain,
                          const char *trace)
{
	uint64_t now_ns = kernel_now_ns();
	char path[PATH_MAX];

	if (asked_snapshots_are_running(asked) || now_ns < asked->next_ns)
		return;
	asked->of = drain_snapshot_asked(drain, &asked->calls);
	if (asked->of <= 0)
		return;
	asked->next_ns = now_ns + APART_NS;
	path_make(trace, ++asked->count, path);
	asked->running = fork();
	if (asked->running == 0)
		snapshot_exec(asked->of, path);
	if (asked->running < 0)
		outcome_count(asked, false);
}

/* Print the files' names, if there are any. */
static void files_tell(const struct asked_snapshots *asked, uint64_t calls,
                       const char *trace)
{
	static char path[PATH_MAX], text[PATH_MAX];
	char count[TEXT_NUMBER_BYTES];

	if (!asked->count)
		return;
	if (calls != asked->count)
		fprintf(stderr, ", answered by %s", text_count(count, asked->count));
	path_make(trace, 1, path);
	fprintf(stderr, ": %s", text_escape(text, sizeof(text), path));
	path_make(trace, asked->count, path);
	if (asked->count > 1)
		fprintf(stderr, " to %s", text_escape(text, sizeof(text), path));
}

void asked_snapshots_tell(const struct asked_snapshots *asked, uint64_t late,
                          const char *trace)
{
	uint64_t calls = asked->answered + asked->failed + asked->late + late;
	char count[TEXT_NUMBER_BYTES];

	late += asked->late;
	if (asked->running)
		calls += asked->calls;
	if (!calls)
		return;
	fprintf(stderr, "outlive: the program asked for %s snapshot%s",
	        text_count(count, calls), text_s(calls));
	files_tell(asked, calls, trace);
	if (late)
		fprintf(stderr,
		        "; %s as it ended, when no copy could be made: the trace itself has "
		        "what was there then",
		        text_count(count, late));
	if (asked->failed)
		fprintf(stderr, "; %s could not be written", text_count(count, asked->failed));
	fputs("\n", stderr);
}

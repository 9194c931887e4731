/* base/memory_limit.c - one clear line where a library does not survive that memory runs out. */
#include "base/memory_limit.h"

#include "base/error.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char
	limit_text[80]; /* written before it is needed: a signal handler may not format */

/* Write a line that ends with the limit, and end. If it cannot be written, the status remains. */
static __attribute__((noreturn)) void end_by(const char *start)
{
	static const char end[] = "; more is needed\n";

	if (write(STDERR_FILENO, start, strlen(start)) >= 0 &&
	    write(STDERR_FILENO, limit_text, strlen(limit_text)) >= 0 &&
	    write(STDERR_FILENO, end, sizeof(end) - 1) >= 0)
		_exit(EXIT_BAD_INPUT);
	_exit(EXIT_BAD_INPUT);
}

void memory_limit_end(void)
{
	end_by("outlive: memory ran out");
}

/* What has crashed is not known here. */
static void crash_handle(int signal)
{
	end_by(signal == SIGSEGV ? "outlive: crashed, most likely because memory ran out"
	                         : "outlive: aborted, most likely because memory ran out");
}

static rlim_t limit_of(int resource)
{
	struct rlimit limit;

	return getrlimit(resource, &limit) ? RLIM_INFINITY : limit.rlim_cur;
}

void memory_limit_watch(void)
{
	struct sigaction action = { .sa_handler = crash_handle };
	rlim_t address_space = limit_of(RLIMIT_AS), data = limit_of(RLIMIT_DATA);
	rlim_t least = address_space < data ? address_space : data;

	if (least == RLIM_INFINITY)
		return;
	snprintf(limit_text, sizeof(limit_text),
	         ": this process may use %llu KiB (ulimit %s)",
	         (unsigned long long)least >> 10, least == data ? "-d" : "-v");
	sigaction(SIGSEGV, &action, NULL);
	sigaction(SIGABRT, &action, NULL);
}

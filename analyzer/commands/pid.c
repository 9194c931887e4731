/* commands/pid.c - reads a process's number. */
#include "commands/pid.h"

#include "base/error.h"

#include <stdint.h>
#include <stdlib.h>

pid_t pid_read(const char *command, const char *text)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (*text < '1' || *text > '9' || *end || pid > INT32_MAX)
		die_usage(command, "%s: '%s' is no process: give its pid", command, text);
	return (pid_t)pid;
}

/* trace_output.c - open the file a recording goes to. Layer 1. */
#include "trace_output.h"

#include "trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int trace_output_directory(const char *output, char directory[PATH_MAX],
                           struct error *error)
{
	const char *slash = output ? strrchr(output, '/') : NULL;
	char given[PATH_MAX] = ".";

	if (slash)
		snprintf(given, sizeof(given), "%.*s", (int)(slash - output + 1), output);
	if (realpath(given, directory))
		return 0;
	return error_set(error, "%s: %s: make the directory first, or use another -o",
	                 given, strerror(errno));
}

/* Whether the file may be overwritten: it is empty, or an older trace. */
static bool is_replaceable(int file)
{
	uint64_t magic;
	ssize_t bytes = pread(file, &magic, sizeof(magic), 0);

	return bytes == 0 || (bytes == sizeof(magic) && magic == TRACE_MAGIC);
}

static int named_open(const char *output, struct error *error)
{
	int file = open(output, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	struct stat status;

	if (file < 0)
		return error_set(error, "%s: %s", output, strerror(errno));
	if (fstat(file, &status) == 0 && !S_ISREG(status.st_mode)) {
		error_set(error, "%s: not a regular file: a trace cannot go there", output);
	} else if (!is_replaceable(file)) {
		error_set(error,
		          "%s: is there and is not a trace: remove it, or use "
		          "another -o",
		          output);
	} else if (ftruncate(file, 0)) {
		error_set(error, "%s: %s", output, strerror(errno));
	} else {
		return file;
	}
	close(file);
	return -1;
}

/* Create PROGRAM.PID.outlive here, or PROGRAM.PID.1.outlive, and so on. */
static int default_open(const char *program, pid_t pid, char path[PATH_MAX],
                        struct error *error)
{
	const char *slash = strrchr(program, '/');
	const char *base = slash ? slash + 1 : program;
	int file, i;

	for (i = 0;; i++) {
		if (i == 0)
			snprintf(path, PATH_MAX, "%s.%d.outlive", base, (int)pid);
		else
			snprintf(path, PATH_MAX, "%s.%d.%d.outlive", base, (int)pid, i);
		file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (file >= 0 || errno != EEXIST)
			break;
	}
	if (file < 0)
		return error_set(error, "%s: %s: use -o to write the trace elsewhere", path,
		                 strerror(errno));
	return file;
}

int trace_output_open(const char *output, const char *program, pid_t pid,
                      char path[PATH_MAX], struct error *error)
{
	if (!output)
		return default_open(program, pid, path, error);
	snprintf(path, PATH_MAX, "%s", output);
	return named_open(output, error);
}

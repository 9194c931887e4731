/* record/output.c - opens and locks the file that a recording is written to. */
#include "record/output.h"

#include "trace_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define OPEN_TRIES 100

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

/* The pid of the process that has locked the file, by /proc/locks; 0: unknown. */
static pid_t lock_holder(const struct stat *status)
{
	FILE *locks = fopen("/proc/locks", "re");
	unsigned device_major, device_minor;
	unsigned long long inode;
	char line[256];
	pid_t holder = 0;
	int pid;

	if (!locks)
		return 0;
	while (!holder && fgets(line, sizeof(line), locks)) {
		if (sscanf(line, "%*d: FLOCK %*s WRITE %d %x:%x:%llu", &pid, &device_major,
		           &device_minor, &inode) == 4 &&
		    inode == status->st_ino && device_major == major(status->st_dev) &&
		    device_minor == minor(status->st_dev) && pid > 0)
			holder = pid;
	}
	fclose(locks);
	return holder;
}

/*
 * Lock the file against other `outlive run`s, as long as the descriptor is open. 0, or -1 and
 * *error: another has locked it. On a file system without locks the file is used unlocked.
 */
static int file_lock(int file, const char *output, const struct stat *status,
                     struct error *error)
{
	char who[32] = "";
	pid_t holder;

	if (flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return 0;
	holder = lock_holder(status);
	if (holder)
		snprintf(who, sizeof(who), " (pid %d)", (int)holder);
	return error_set(error,
	                 "%s: another 'outlive run'%s is writing it: wait for its end, or "
	                 "use another -o",
	                 output, who);
}

/*
 * Whether the path still leads to this file: the process that had locked it may have removed
 * it.
 */
static bool is_there(const char *output, const struct stat *status)
{
	struct stat now;

	return stat(output, &now) == 0 && now.st_ino == status->st_ino &&
	       now.st_dev == status->st_dev;
}

/* Open or create the file and lock it; its content stays. A descriptor, or -1 and *error. */
static int locked_open(const char *output, struct error *error)
{
	struct stat status;
	int file, i;

	for (i = 0; i < OPEN_TRIES; i++) {
		file = open(output, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
		if (file < 0 || fstat(file, &status))
			break;
		if (!S_ISREG(status.st_mode)) {
			close(file);
			return error_set(error, "%s: not a regular file: a trace cannot go there",
			                 output);
		}
		if (file_lock(file, output, &status, error)) {
			close(file);
			return -1;
		}
		if (is_there(output, &status))
			return file;
		close(file);
		file = -1;
		errno = EBUSY;
	}
	if (file >= 0)
		close(file);
	return error_set(error, "%s: %s", output, strerror(errno));
}

/*
 * Open the file that -o names, and empty it. The order matters: it is locked first, then its
 * content is checked, and only then it is truncated, so that neither another recording nor a
 * file that is no trace is ever destroyed.
 */
static int named_open(const char *output, struct error *error)
{
	int file = locked_open(output, error);

	if (file < 0)
		return -1;
	if (!is_replaceable(file)) {
		error_set(error,
		          "%s: exists and is not a trace: remove it, or use "
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

/*
 * Create PROGRAM.PID.outlive in the working directory; if that exists, PROGRAM.PID.1.outlive,
 * and so on.
 */
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
	flock(file, LOCK_EX | LOCK_NB); /* another run's -o may name this file */
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

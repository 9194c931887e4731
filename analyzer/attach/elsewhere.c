/* attach/elsewhere.c - copies the library into the root directory of a process. */
#include "attach/elsewhere.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define COPY_NAME "liboutlive.so.XXXXXX"
#define STEP_BYTES 65536

int elsewhere_open(struct elsewhere *there, pid_t pid, struct error *error)
{
	char path[64];

	there->copy[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	there->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (there->root < 0)
		return error_set(error, "%s: %s", path, strerror(errno));
	snprintf(there->prefix, sizeof(there->prefix), "/proc/%d/fd/%d", (int)getpid(),
	         there->root);
	return 0;
}

static int bytes_copy(int from, int to)
{
	static char buffer[STEP_BYTES];
	ssize_t got, written, at;

	while ((got = read(from, buffer, sizeof(buffer))) > 0) {
		for (at = 0; at < got; at += written) {
			written = write(to, buffer + at, (size_t)(got - at));
			if (written <= 0)
				return -1;
		}
	}
	return got < 0 ? -1 : 0;
}

static bool can_execute(const char *directory)
{
	struct statvfs mount;

	return statvfs(directory, &mount) == 0 && !(mount.f_flag & ST_NOEXEC);
}

/* Make the copy in a directory, as it is there. False: it cannot be made. */
static bool copy_make(struct elsewhere *there, const char *directory,
                      const char *library)
{
	int from, to;
	bool is_whole;

	snprintf(there->copy, sizeof(there->copy), "%s%s", there->prefix, directory);
	if (!can_execute(there->copy)) {
		there->copy[0] = '\0';
		return false;
	}
	strcat(there->copy, "/" COPY_NAME);
	to = mkostemp(there->copy, O_CLOEXEC);
	from = open(library, O_RDONLY | O_CLOEXEC);
	is_whole = to >= 0 && from >= 0 && bytes_copy(from, to) == 0 &&
	           fchmod(to, 0755) == 0;
	if (from >= 0)
		close(from);
	if (to >= 0 && (close(to) || !is_whole)) {
		unlink(there->copy);
		is_whole = false;
	}
	if (!is_whole)
		there->copy[0] = '\0';
	return is_whole;
}

int elsewhere_copy(struct elsewhere *there, pid_t pid, const char *library, char *seen,
                   size_t bytes, struct error *error)
{
	static const char *const directories[] = { "/tmp", "/var/tmp", "/run", "/dev/shm",
		                                       "" };
	size_t i;

	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		if (!copy_make(there, directories[i], library))
			continue;
		snprintf(seen, bytes, "%s", there->copy + strlen(there->prefix));
		return 0;
	}
	return error_set(
		error,
		"%d: sees other files than outlive, and none of /tmp, /var/tmp, /run, "
		"/dev/shm and / there can be written to and executed from: mount %s into "
		"its container, at the same path",
		(int)pid, library);
}

void elsewhere_remove_copy(struct elsewhere *there)
{
	if (there->copy[0])
		unlink(there->copy);
	there->copy[0] = '\0';
}

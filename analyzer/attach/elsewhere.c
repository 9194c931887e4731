/* attach/elsewhere.c - copies the library into the root directory of a process. */
#include "attach/elsewhere.h"

#include "process/root.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define STEP_BYTES 65536
#define NAME_TRIES 100

int elsewhere_open(struct elsewhere *there, pid_t pid, struct error *error)
{
	there->directory = -1;
	snprintf(there->prefix, sizeof(there->prefix), "/proc/%d/root", (int)pid);
	there->root = process_root(pid);
	if (there->root < 0)
		return error_set(error, "%s: %s", there->prefix, strerror(errno));
	return 0;
}

bool elsewhere_is_same(const struct elsewhere *there, const char *path)
{
	int file = process_root_open(there->root, path, O_PATH);
	struct stat ours, seen;
	bool is_same;

	if (file < 0)
		return false;
	is_same = stat(path, &ours) == 0 && fstat(file, &seen) == 0 &&
	          ours.st_dev == seen.st_dev && ours.st_ino == seen.st_ino;
	close(file);
	return is_same;
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

static bool can_execute(int directory)
{
	struct statvfs mount;

	return fstatvfs(directory, &mount) == 0 && !(mount.f_flag & ST_NOEXEC);
}

/* Make a file with a new name. A descriptor, or -1. */
static int file_make(struct elsewhere *there)
{
	uint64_t number = 0;
	int file = -1, i;

	for (i = 0; i < NAME_TRIES && file < 0; i++) {
		if (getrandom(&number, sizeof(number), GRND_NONBLOCK) < 0)
			number++;
		snprintf(there->name, sizeof(there->name), "liboutlive.so.%012" PRIx64,
		         number & UINT64_C(0xffffffffffff));
		file = openat(there->directory, there->name,
		              O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (file < 0 && errno != EEXIST)
			break;
	}
	return file;
}

/* Make the copy in a directory, as it is there. False: it cannot be made. */
static bool copy_make(struct elsewhere *there, const char *path, const char *library)
{
	int from, to;
	bool is_whole;

	there->directory = process_root_open(there->root, path, O_PATH | O_DIRECTORY);
	if (there->directory < 0)
		return false;
	to = can_execute(there->directory) ? file_make(there) : -1;
	from = open(library, O_RDONLY | O_CLOEXEC);
	is_whole = to >= 0 && from >= 0 && bytes_copy(from, to) == 0 &&
	           fchmod(to, 0755) == 0;
	if (from >= 0)
		close(from);
	if (to >= 0)
		is_whole = close(to) == 0 && is_whole;
	if (!is_whole && to >= 0) {
		elsewhere_remove_copy(there);
	} else if (!is_whole) {
		close(there->directory);
		there->directory = -1;
	}
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
		snprintf(seen, bytes, "%s/%s", directories[i], there->name);
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
	if (there->directory < 0)
		return;
	unlinkat(there->directory, there->name, 0);
	close(there->directory);
	there->directory = -1;
}

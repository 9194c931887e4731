/* process/root.c - resolves paths below another process's root directory. */
#include "process/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIES 100 /* the kernel gives up where something was renamed meanwhile */
#define INNER_FLAGS (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int process_root(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool process_root_is_ours(int root)
{
	struct stat theirs, ours;

	return fstat(root, &theirs) == 0 && stat("/", &ours) == 0 &&
	       theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

/* ---- without openat2() ---- */

/* With O_PATH and O_NOFOLLOW, open() opens a link itself. */
static int link_refuse(int file)
{
	struct stat status;

	if (file < 0 || (fstat(file, &status) == 0 && !S_ISLNK(status.st_mode)))
		return file;
	close(file);
	errno = ELOOP;
	return -1;
}

/* Go one name further, from a directory that is closed then. */
static int name_open(int directory, const char *name, size_t bytes, int flags)
{
	char copy[NAME_MAX + 1];
	int file = -1, cause;

	if (bytes > NAME_MAX) {
		errno = ENAMETOOLONG;
	} else {
		memcpy(copy, name, bytes);
		copy[bytes] = '\0';
		if (strcmp(copy, ".."))
			file = openat(directory, copy, flags);
		else
			errno = ELOOP; /* it might lead out */
	}
	cause = errno;
	close(directory);
	errno = cause;
	return file;
}

static int walk(int root, const char *path, int flags)
{
	int at = openat(root, ".", INNER_FLAGS);
	const char *rest;
	size_t bytes;

	path += strspn(path, "/");
	while (at >= 0 && *path) {
		bytes = strcspn(path, "/");
		rest = path + bytes + strspn(path + bytes, "/");
		if (path[bytes] && !*rest)
			flags |= O_DIRECTORY;
		if (!*rest)
			return link_refuse(name_open(at, path, bytes, flags | O_NOFOLLOW));
		at = name_open(at, path, bytes, INNER_FLAGS);
		path = rest;
	}
	return at < 0 ? at : name_open(at, ".", 1, flags);
}

/* ---- with it ---- */

int process_root_open(int root, const char *path, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_CLOEXEC),
		                    .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
	int file, tries = TRIES;

	if (!*path)
		path = "/";
	do
		file = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
	while (file < 0 && errno == EAGAIN && --tries);
	/* EPERM is what filters of containers answer that do not know the call. */
	if (file < 0 && (errno == ENOSYS || errno == EPERM))
		return walk(root, path, flags | O_CLOEXEC);
	return file;
}

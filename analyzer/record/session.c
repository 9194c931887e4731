/* record/session.c - makes and removes the directory of the rings. */
#include "record/session.h"

#include "base/array.h"
#include "process/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SHARED_MEMORY "/dev/shm"
#define PROBE_NAME ".probe"
#define PROBE_BYTES (UINT64_C(64) << 10)
#define LOADER_SEPARATORS " :"
#define LIBRARY_LINK "liboutlive.so"
#define LIBRARY_SUFFIX ".lib"
#define NAME_TRIES 100
#define PROC_STEP_BYTES 4096
#define PARENT_FLAGS (O_PATH | O_DIRECTORY | O_CLOEXEC)

/*
 * Whether a ring of `bytes` fits in the directory: there is enough free space, and a first part
 * of it can be allocated (free space does not show a quota). Leaves no file behind.
 */
static bool ring_fits(int directory, uint64_t bytes)
{
	uint64_t piece_bytes = bytes < PROBE_BYTES ? bytes : PROBE_BYTES;
	struct rlimit limit;
	struct statvfs space;
	int probe, failure;

	if (fstatvfs(directory, &space) ||
	    (uint64_t)space.f_bavail * space.f_frsize < bytes + bytes / 64)
		return false;
	probe = openat(directory, PROBE_NAME,
	               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (probe < 0)
		return false;
	/*
	 * A larger file would not just fail: the kernel sends a signal that kills. The recorder
	 * keeps its rings below the limit itself.
	 */
	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < piece_bytes)
		piece_bytes = limit.rlim_cur;
	failure = piece_bytes ? posix_fallocate(probe, 0, (off_t)piece_bytes) : 0;
	unlinkat(directory, PROBE_NAME, 0);
	close(probe);
	return failure == 0;
}

/* What the session's directory is called in its parent directory. */
static const char *directory_name(const struct session *session)
{
	return strrchr(session->directory, '/') + 1;
}

/*
 * Whether the directory that was opened is empty. In a directory of others it may be another one
 * than was made, which must neither be opened to all nor cleared.
 */
static bool is_fresh(int descriptor)
{
	int copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;
	bool is_empty = directory != NULL;

	while (is_empty && (entry = readdir(directory)))
		is_empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	if (directory)
		closedir(directory);
	else if (copy >= 0)
		close(copy);
	return is_empty;
}

/*
 * Make a new directory in session->parent, whose path is `parent`. From then on the path is for
 * people and for the program: all that is done to the directory is done by descriptors, since
 * others may exchange any part of the path. 0, or -1 with errno.
 */
static int directory_make(struct session *session, const char *parent)
{
	uint16_t salt = 0;
	int i, length;

	if (session->parent < 0)
		return -1;

	for (i = 0; i < NAME_TRIES; i++) {
		if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) < 0)
			salt = (uint16_t)(salt + 1);
		length = snprintf(session->directory, sizeof(session->directory),
		                  "%s/outlive.%d.%04x", strcmp(parent, "/") ? parent : "",
		                  (int)getpid(), salt);
		if (length < 0 || (size_t)length >= sizeof(session->directory)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdirat(session->parent, directory_name(session), 0700) == 0)
			break;
		if (errno != EEXIST)
			return -1;
	}
	session->descriptor = openat(session->parent, directory_name(session),
	                             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (session->descriptor < 0)
		return -1;
	if (!is_fresh(session->descriptor)) {
		errno = ENOTEMPTY;
		return -1;
	}
	if (geteuid() == 0 && fchmod(session->descriptor, 01733))
		return -1;
	return 0;
}

static void directory_drop(struct session *session)
{
	if (session->descriptor >= 0)
		close(session->descriptor);
	session->descriptor = -1;
	if (session->parent >= 0) {
		unlinkat(session->parent, directory_name(session), AT_REMOVEDIR);
		close(session->parent);
	}
	session->parent = -1;
}

static int session_begin(struct session *session, struct error *error)
{
	memset(session, 0, sizeof(*session));
	session->descriptor = session->parent = -1;
	if (getrandom(&session->number, sizeof(session->number), 0) !=
	    sizeof(session->number))
		return error_set(error, "no random number for the session: %s",
		                 strerror(errno));
	return 0;
}

/*
 * The number is random because it is a secret: any process can connect to the socket, but only
 * those that know the number get a ring (ring_socket.h). A directory that is too small is
 * removed before the next one is tried.
 */
int session_open(struct session *session, const char *beside, uint64_t ring_bytes,
                 struct error *error)
{
	if (session_begin(session, error))
		return -1;
	session->parent = open(SHARED_MEMORY, PARENT_FLAGS);
	if (directory_make(session, SHARED_MEMORY) == 0 &&
	    ring_fits(session->descriptor, ring_bytes))
		return 0;
	directory_drop(session);
	session->parent = open(beside, PARENT_FLAGS);
	if (directory_make(session, beside))
		return error_set(error, "%s: cannot make a directory for the rings: %s",
		                 session->directory, strerror(errno));
	if (ring_fits(session->descriptor, ring_bytes))
		return 0;
	directory_drop(session);
	return error_set(error,
	                 "%s, %s: no room for a ring of %llu MiB: take a smaller one "
	                 "with --ring",
	                 SHARED_MEMORY, beside, (unsigned long long)(ring_bytes >> 20));
}

int session_open_there(struct session *session, int root, const char *there,
                       uint64_t ring_bytes, struct error *error)
{
	static const char *const directories[] = { "/dev/shm", "/tmp", "/var/tmp" };
	static char parent[PATH_MAX];
	size_t i;

	if (session_begin(session, error))
		return -1;
	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
		snprintf(parent, sizeof(parent), "%s%s", there, directories[i]);
		session->there_bytes = strlen(there);
		session->parent = process_root_open(root, directories[i], PARENT_FLAGS);
		if (directory_make(session, parent) == 0 &&
		    ring_fits(session->descriptor, ring_bytes))
			return 0;
		directory_drop(session);
	}
	return error_set(
		error,
		"the process sees other files than outlive, and its /dev/shm, /tmp and "
		"/var/tmp have no room for a ring of %llu MiB: take a smaller one "
		"with --ring",
		(unsigned long long)(ring_bytes >> 20));
}

const char *session_seen(const struct session *session)
{
	return session->directory + session->there_bytes;
}

/* ---- the library ---- */

/* Remove the link and its directory, if they exist. */
static void link_remove(struct session *session)
{
	char *name = strrchr(session->link, '/');

	unlink(session->link);
	*name = '\0';
	rmdir(session->link);
	session->link[0] = '\0';
}

/*
 * Make a directory that all processes of the session may search, and the link in it. 0, or -1.
 */
static int link_make(struct session *session, const char *path)
{
	size_t directory_bytes = strlen(session->directory) + strlen(LIBRARY_SUFFIX);
	bool is_made;

	if (directory_bytes + strlen("/" LIBRARY_LINK) >= sizeof(session->link) ||
	    strpbrk(session->directory, LOADER_SEPARATORS))
		return -1;
	strcpy(session->link, session->directory);
	strcat(session->link, LIBRARY_SUFFIX);
	is_made = mkdir(session->link, 0711) == 0 && chmod(session->link, 0711) == 0;
	strcat(session->link, "/" LIBRARY_LINK);
	if (is_made && symlink(path, session->link) == 0)
		return 0;
	if (is_made)
		link_remove(session);
	session->link[0] = '\0';
	return -1;
}

int session_library(struct session *session, char path[PATH_MAX], struct error *error)
{
	if (!strpbrk(path, LOADER_SEPARATORS))
		return 0;
	if (link_make(session, path))
		return error_set(error,
		                 "%s: the loader cannot preload from a path with a space or a "
		                 "colon, and no link to it can be made in %s" LIBRARY_SUFFIX
		                 ": install outlive elsewhere",
		                 path, session->directory);
	strcpy(path, session->link);
	return 0;
}

/* ---- the session's processes ---- */

/*
 * Read a small file of /proc into *data, NUL-terminated; the caller frees it. Returns the
 * bytes.
 */
static size_t proc_read(int proc, const char *name, char **data)
{
	size_t bytes = 0, capacity = 0;
	ssize_t got = 0;
	int file = openat(proc, name, O_RDONLY | O_CLOEXEC);

	*data = NULL;
	if (file < 0)
		return 0;
	do {
		if (array_reserve(*data, capacity, bytes + PROC_STEP_BYTES + 1))
			break;
		got = read(file, *data + bytes, capacity - bytes - 1);
		bytes += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	close(file);
	if (*data)
		(*data)[bytes] = '\0';
	return bytes;
}

/* Whether the environment of a process (`name` in /proc) contains the line. */
static bool environment_has(int proc, const char *name, const char *line)
{
	char path[280], *environment;
	size_t bytes, at;
	bool has = false;

	snprintf(path, sizeof(path), "%s/environ", name);
	bytes = proc_read(proc, path, &environment);
	for (at = 0; at < bytes && !has; at += strlen(environment + at) + 1)
		has = !strcmp(environment + at, line);
	free(environment);
	return has;
}

size_t session_process_count(const struct session *session)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	size_t count = 0;
	char line[64];

	if (!proc)
		return 0;
	snprintf(line, sizeof(line), "OUTLIVE_SESSION=%016" PRIx64, session->number);
	while ((entry = readdir(proc))) {
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
		    environment_has(dirfd(proc), entry->d_name, line))
			count++;
	}
	closedir(proc);
	return count;
}

/* ---- the session's end ---- */

/*
 * Processes of the session create rings by the directory's path, so that renaming it suffices.
 * If that fails, a ring that appears later stays there, and so does the directory.
 */
void session_seal(struct session *session)
{
	char aside[PATH_MAX];
	int length = snprintf(aside, sizeof(aside), "%s.left", session->directory);

	if (length < 0 || (size_t)length >= sizeof(aside) ||
	    renameat(session->parent, directory_name(session), session->parent,
	             strrchr(aside, '/') + 1))
		return;
	strcpy(session->directory, aside);
}

/* A process that found no room for a ring leaves an empty file. */
static bool is_given_up(const char *name)
{
	size_t bytes = strlen(name), of_end = strlen(".none");

	return bytes > of_end && !strcmp(name + bytes - of_end, ".none");
}

/* Remove rings whose process died before they were complete, and what has no ring. */
static void hidden_remove(const struct session *session)
{
	int copy = openat(session->descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *entry;

	if (!directory) {
		if (copy >= 0)
			close(copy);
		return;
	}
	while ((entry = readdir(directory))) {
		if (is_given_up(entry->d_name) ||
		    (entry->d_name[0] == '.' && strcmp(entry->d_name, ".") &&
		     strcmp(entry->d_name, "..")))
			unlinkat(session->descriptor, entry->d_name, 0);
	}
	closedir(directory);
}

bool session_close(struct session *session)
{
	bool is_gone;

	if (session->descriptor >= 0) {
		hidden_remove(session);
		close(session->descriptor);
	}
	session->descriptor = -1;
	is_gone = session->parent < 0 ||
	          unlinkat(session->parent, directory_name(session), AT_REMOVEDIR) == 0 ||
	          errno == ENOENT;
	if (session->parent >= 0)
		close(session->parent);
	session->parent = -1;
	/*
	 * the link stays for processes that still run: programs they start are preloaded, too,
	 * and the loader would print an error if the library were missing
	 */
	if (session->link[0] && is_gone && !session_process_count(session))
		link_remove(session);
	return is_gone;
}

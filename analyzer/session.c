/* session.c - the directory of the rings. Layer 1. */
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARED_MEMORY "/dev/shm"
#define PROBE_NAME ".probe"
#define NAME_TRIES 100

/* Whether a file of `bytes` can be had in the directory; leaves nothing behind. */
static bool ring_fits(int directory, uint64_t bytes)
{
	int probe = openat(directory, PROBE_NAME,
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int failure;

	if (probe < 0)
		return false;
	failure = posix_fallocate(probe, 0, (off_t)bytes);
	unlinkat(directory, PROBE_NAME, 0);
	close(probe);
	return failure == 0;
}

/* A new directory under `parent`, or -1 with errno. */
static int directory_make(struct session *session, const char *parent)
{
	uint16_t salt = 0;
	int i, length;

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
		if (mkdir(session->directory, 0700) == 0)
			break;
		if (errno != EEXIST)
			return -1;
	}
	session->descriptor = open(session->directory,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (session->descriptor < 0)
		return -1;
	if (geteuid() == 0 && fchmod(session->descriptor, 01733))
		return -1;
	return 0;
}

static void directory_drop(struct session *session)
{
	if (session->descriptor >= 0)
		close(session->descriptor);
	session->descriptor = -1;
	rmdir(session->directory);
}

int session_open(struct session *session, const char *beside, uint64_t ring_bytes,
	struct error *error)
{
	memset(session, 0, sizeof(*session));
	session->descriptor = -1;
	if (getrandom(&session->number, sizeof(session->number), 0) !=
		sizeof(session->number))
		return error_set(error, "no random number for the session: %s",
			strerror(errno));
	if (directory_make(session, SHARED_MEMORY) == 0 &&
		ring_fits(session->descriptor, ring_bytes))
		return 0;
	directory_drop(session);
	if (directory_make(session, beside))
		return error_set(error, "%s: cannot make a directory for the rings: %s",
			session->directory, strerror(errno));
	if (ring_fits(session->descriptor, ring_bytes))
		return 0;
	directory_drop(session);
	return error_set(error, "%s, %s: no room for a ring of %llu MiB: take a smaller one "
		"with --ring", SHARED_MEMORY, beside,
		(unsigned long long)(ring_bytes >> 20));
}

bool session_close(struct session *session)
{
	if (session->descriptor >= 0)
		close(session->descriptor);
	session->descriptor = -1;
	return rmdir(session->directory) == 0 || errno == ENOENT;
}

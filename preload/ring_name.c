/*
 * ring_name.c - the ring's file, hidden and shown. Layer 2.
 */
#include "ring_name.h"

#include "system.h"

#define NAME_TRIES 10000

static char *text_put(char *at, const char *text)
{
	while (*text)
		*at++ = *text++;
	return at;
}

static char *number_put(char *at, uint64_t number)
{
	char digits[20];
	int count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*at++ = digits[--count];
	return at;
}

static void path_make(char *path, const char *directory, bool hidden, uint64_t number)
{
	path = text_put(path, directory);
	*path++ = '/';
	if (hidden)
		*path++ = '.';
	path = number_put(path, system_pid());
	*path++ = '.';
	path = number_put(path, number);
	*text_put(path, ".ring") = '\0';
}

int ring_name_open(const char *directory, char *path, uint64_t *number)
{
	int fd = -1;

	for (*number = 0; *number < NAME_TRIES; ++*number) {
		path_make(path, directory, true, *number);
		fd = system_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		                 0600);
		if (fd != -17 /* EEXIST: an earlier image of this process */)
			break;
	}
	return fd;
}

bool ring_name_show(const char *directory, const char *hidden, uint64_t number)
{
	char path[RING_NAME_PATH_BYTES];

	for (; number < NAME_TRIES; number++) {
		path_make(path, directory, false, number);
		int error = system_rename(hidden, path, 1 /* RENAME_NOREPLACE */);

		if (error == -22 /* EINVAL: not on this file system */)
			error = system_rename(hidden, path, 0);
		if (error != -17 /* EEXIST */)
			return error == 0;
	}
	return false;
}

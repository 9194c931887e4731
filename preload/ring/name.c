/*
 * ring/name.c - the ring's file: hidden, shown, and given up.
 */
#include "ring/name.h"

#include "system/system.h"

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

/* `dot`: put before the name to hide it. */
static void path_make(char *path, const char *directory, const char *dot,
                      uint64_t number, const char *suffix)
{
	path = text_put(path, directory);
	*path++ = '/';
	path = text_put(path, dot);
	path = number_put(path, system_pid());
	*path++ = '.';
	path = number_put(path, number);
	*text_put(path, suffix) = '\0';
}

static void by_reader(char *path, uint32_t reader, const char *directory)
{
	path = number_put(text_put(path, "/proc/"), reader);
	*text_put(text_put(path, "/root"), directory) = '\0';
}

int ring_name_open(const char *directory, char *path, uint64_t *number)
{
	int fd = -1;

	for (*number = 0; *number < NAME_TRIES; ++*number) {
		path_make(path, directory, ".", *number, ".ring");
		fd = system_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		                 0600);
		if (fd != -17 /* EEXIST: an earlier image of this process */)
			break;
	}
	return fd;
}

int ring_name_find(const char *directory, uint32_t reader, char *seen, char *path,
                   uint64_t *number)
{
	int fd = ring_name_open(directory, path, number);

	*text_put(seen, directory) = '\0';
	if (fd >= 0 || !reader)
		return fd;
	by_reader(seen, reader, directory);
	return ring_name_open(seen, path, number);
}

bool ring_name_is_in_reach(const char *directory, uint32_t reader)
{
	char seen[RING_NAME_DIRECTORY_BYTES];

	if (system_is_there(directory))
		return true;
	if (!reader)
		return false;
	by_reader(seen, reader, directory);
	return system_is_there(seen);
}

/* Rename the hidden file to a visible name that no one has. */
static bool file_show(const char *directory, const char *hidden, uint64_t number,
                      const char *suffix)
{
	char path[RING_NAME_PATH_BYTES];

	for (; number < NAME_TRIES; number++) {
		path_make(path, directory, "", number, suffix);
		int error = system_rename(hidden, path, 1 /* RENAME_NOREPLACE */);

		if (error == -22 /* EINVAL: not on this file system */)
			error = system_rename(hidden, path, 0);
		if (error != -17 /* EEXIST */)
			return error == 0;
	}
	return false;
}

bool ring_name_show(const char *directory, const char *hidden, uint64_t number)
{
	return file_show(directory, hidden, number, ".ring");
}

void ring_name_give_up(const char *directory, const char *hidden, uint64_t number,
                       int fd)
{
	system_truncate(fd, 0);
	if (!file_show(directory, hidden, number, ".none"))
		system_unlink(hidden);
}

/*
 * close_all.c - closes every descriptor it did not open, opens files of its own on the
 * numbers that became free, and allocates on. Nothing of the recorder's may land in its
 * files.
 *
 * expect: count("allocate") == 20000
 * expect: .lost.events == 0
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void *volatile sink;

static __attribute__((noinline)) void allocate(void)
{
	for (int i = 0; i < 10000; i++) {
		sink = malloc(64);
		free(sink);
	}
}

int main(void)
{
	struct stat status;
	char name[] = "mine.0";

	allocate();
	for (int descriptor = 0; descriptor < 4096; descriptor++)
		close(descriptor);
	for (int i = 0; i < 8; i++) {
		name[5] = (char)('0' + i);
		if (open(name, O_RDWR | O_CREAT | O_TRUNC, 0600) != i)
			return 2;
	}
	allocate();
	for (int i = 0; i < 8; i++)
		if (fstat(i, &status) || status.st_size != 0)
			return 3;
	return 0;
}

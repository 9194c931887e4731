/* trace/ring_directory.c - finds the rings that a session left in its directory. */
#include "trace/ring_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_SUFFIX ".ring"

/* A name that begins with a dot is of a ring that is not ready yet, or of no ring at all. */
static int is_ring_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name), suffix = strlen(RING_SUFFIX);

	return entry->d_name[0] != '.' && length > suffix &&
	       !strcmp(entry->d_name + length - suffix, RING_SUFFIX);
}

void ring_directory_each(const char *path,
                         void (*take)(void *context, struct byte_source *source),
                         void *context)
{
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct byte_source source;
	struct dirent **names;
	int i, count;

	if (directory < 0)
		return;
	count = scandirat(directory, ".", &names, is_ring_name, versionsort);
	for (i = 0; i < count; i++) {
		if (!byte_source_open_at(&source, directory, names[i]->d_name, NULL))
			take(context, &source);
		free(names[i]);
	}
	if (count >= 0)
		free(names);
	close(directory);
}

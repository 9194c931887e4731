/*
 * live/find.c - the recording that a running process is part of: the process has its ring mapped,
 * the ring has the pid of its reader, which has the trace open.
 */
#include "live/find.h"

#include "trace/ring.h"
#include "trace_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING_SUFFIX ".ring"
#define DELETED " (deleted)"
#define PATH_COLUMN "/" /* of maps: the first slash begins the path */

/* ---- the ring ---- */

/* Open the file that a process maps at these addresses. A descriptor, or -1. */
static int mapped_open(pid_t pid, const char *line)
{
	unsigned long start, end;
	char path[64];

	if (sscanf(line, "%lx-%lx", &start, &end) != 2)
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/map_files/%lx-%lx", (int)pid, start, end);
	return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* Whether a file that is open begins with the header of a ring. */
static bool is_ring(int file, struct ring_header *header)
{
	struct error ignored;

	return pread(file, header, sizeof(*header), 0) == (ssize_t)sizeof(*header) &&
	       !ring_header_check(header, "", &ignored);
}

/*
 * Whether a line of maps is about a ring: by its path, or, where that may not be opened, by the
 * mapping itself. The path is kept.
 */
static bool ring_take(char *line, pid_t pid, struct ring_header *header,
                      char ring[PATH_MAX])
{
	char *path = strstr(line, PATH_COLUMN), *end;
	bool found;
	int file;

	line[strcspn(line, "\n")] = 0;
	if (!path || !(end = strstr(path, RING_SUFFIX)))
		return false;
	end += strlen(RING_SUFFIX);
	if (*end && strcmp(end, DELETED))
		return false;
	file = *end ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
	if (file < 0)
		file = mapped_open(pid, line);
	if (file < 0)
		return false;
	found = is_ring(file, header);
	close(file);
	*end = 0;
	snprintf(ring, PATH_MAX, "%s", path);
	return found;
}

/* Find the ring that the process maps. 0, or -1 and *error. */
static int ring_find(pid_t pid, struct ring_header *header, char ring[PATH_MAX],
                     struct error *error)
{
	char path[64], *line = NULL;
	bool found = false;
	size_t room = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (!maps && errno == ENOENT)
		return error_set(error, "%d: no such process", (int)pid);
	if (!maps)
		return error_set(error, "%d: cannot be read: %s", (int)pid, strerror(errno));
	while (!found && getline(&line, &room, maps) > 0)
		found = ring_take(line, pid, header, ring);
	free(line);
	fclose(maps);
	if (found)
		return 0;
	return error_set(
		error,
		"%d: is not recorded: 'outlive attach %d' begins that, and 'outlive "
		"segments %d' shows its memory",
		(int)pid, (int)pid, (int)pid);
}

/* ---- the trace ---- */

/* Whether an open file is the trace of that session. */
static bool is_trace(const char *path, uint64_t session)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct trace_header header;
	bool is;

	if (file < 0)
		return false;
	is = pread(file, &header, sizeof(header), 0) == (ssize_t)sizeof(header) &&
	     header.magic == TRACE_MAGIC && header.session == session;
	close(file);
	return is;
}

/* Find the session's trace among the open files of the process that reads the ring. */
static bool trace_find(struct live_found *found, pid_t reader, uint64_t session)
{
	const struct dirent *entry;
	char directory[64];
	bool is_found = false;
	ssize_t bytes;
	DIR *files;

	snprintf(directory, sizeof(directory), "/proc/%d/fd", (int)reader);
	files = opendir(directory);
	if (!files)
		return false;
	while (!is_found && (entry = readdir(files))) {
		if (*entry->d_name == '.')
			continue;
		snprintf(found->path, sizeof(found->path), "%s/%.32s", directory,
		         entry->d_name);
		is_found = is_trace(found->path, session);
	}
	closedir(files);
	if (!is_found)
		return false;
	/* its own name says more; it may be gone, and then the open file is still there */
	bytes = readlink(found->path, found->name, sizeof(found->name) - 1);
	found->name[bytes > 0 ? bytes : 0] = 0;
	if (is_trace(found->name, session))
		strcpy(found->path, found->name);
	return true;
}

int live_find(struct live_found *found, pid_t pid, struct error *error)
{
	struct ring_header header;

	*found = (struct live_found){ .pid = pid };
	if (ring_find(pid, &header, found->name, error))
		return -1;
	found->pid = (pid_t)header.pid;
	if (header.reader_pid &&
	    trace_find(found, (pid_t)header.reader_pid, header.session))
		return 0;
	strcpy(found->path, found->name);
	return 0;
}

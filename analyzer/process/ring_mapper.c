/* process/ring_mapper.c - finds the process that has a ring mapped. */
#include "process/ring_mapper.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NAME_BYTES 64

/* A mapped file as /proc names it; stat() reports other devices on btrfs and overlayfs. */
struct mapped_file {
	unsigned device_major, device_minor;
	uint64_t inode;
};

/* ---- mappings ---- */

/* Parse one line of `maps`: its start and its file. */
static bool line_read(const char *line, uint64_t *start, struct mapped_file *file)
{
	return sscanf(line, "%" SCNx64 "-%*x %*s %*x %x:%x %" SCNu64, start,
	              &file->device_major, &file->device_minor, &file->inode) == 4;
}

/* Find out which file this process has mapped at `map`. */
static bool file_learn(const void *map, struct mapped_file *file)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	bool is_found = false;
	size_t capacity = 0;
	char *line = NULL;
	uint64_t start;

	if (!maps)
		return false;
	while (!is_found && getline(&line, &capacity, maps) > 0)
		is_found = line_read(line, &start, file) && start == (uintptr_t)map;
	free(line);
	fclose(maps);
	return is_found;
}

enum mapping { MAPPING_NONE, MAPPING_THERE, MAPPING_HIDDEN, MAPPING_EMPTY };

/* Whether the `maps` file at this path contains the file. */
static enum mapping maps_reading(const char *path, const struct mapped_file *wanted)
{
	enum mapping result = MAPPING_EMPTY;
	FILE *maps = fopen(path, "re");
	struct mapped_file file;
	size_t capacity = 0;
	char *line = NULL;
	uint64_t start;

	if (!maps)
		return errno == EACCES || errno == EPERM ? MAPPING_HIDDEN : MAPPING_NONE;
	errno = 0;
	while (result != MAPPING_THERE && getline(&line, &capacity, maps) > 0) {
		result = MAPPING_NONE;
		if (line_read(line, &start, &file) && file.inode == wanted->inode &&
		    file.device_major == wanted->device_major &&
		    file.device_minor == wanted->device_minor)
			result = MAPPING_THERE;
	}
	if (result == MAPPING_EMPTY && (errno == EACCES || errno == EPERM))
		result = MAPPING_HIDDEN;
	free(line);
	fclose(maps);
	return result;
}

/*
 * Whether a process has the file mapped. Its main thread may have ended before the others,
 * which leaves its own `maps` empty; then check the other threads'.
 */
static enum mapping process_check(pid_t pid, const struct mapped_file *wanted)
{
	char name[NAME_BYTES], path[2 * NAME_BYTES + 256];
	enum mapping result;
	const struct dirent *entry;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	result = maps_reading(path, wanted);
	if (result != MAPPING_EMPTY)
		return result;
	snprintf(name, sizeof(name), "/proc/%d/task", (int)pid);
	tasks = opendir(name);
	if (!tasks)
		return MAPPING_NONE;
	while (result == MAPPING_EMPTY && (entry = readdir(tasks))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s/maps", name, entry->d_name);
		result = maps_reading(path, wanted);
	}
	closedir(tasks);
	return result == MAPPING_EMPTY ? MAPPING_NONE : result;
}

/* ---- processes ---- */

/* The pid of a process in the innermost of its pid namespaces, and its user. */
struct identity {
	pid_t pid;
	uid_t user;
	bool has_ended; /* a zombie: its parent has not waited for it yet */
};

/*
 * Parse a line of `status`. A main thread that ends before the others shows as a zombie, too.
 */
static void identity_line(struct identity *identity, const char *line)
{
	unsigned number;
	const char *last = strrchr(line, '\t');
	char state;

	if (sscanf(line, "State: %c", &state) == 1)
		identity->has_ended = state == 'Z' || state == 'X';
	else if (sscanf(line, "Threads: %u", &number) == 1)
		identity->has_ended = identity->has_ended && number <= 1;
	else if (sscanf(line, "Uid: %u", &number) == 1)
		identity->user = number;
	else if (!strncmp(line, "NSpid:", 6) && last)
		identity->pid = (pid_t)strtol(last, NULL, 10);
}

static bool identity_read(pid_t pid, struct identity *identity)
{
	char path[NAME_BYTES], line[512];
	FILE *status;

	*identity = (struct identity){ .pid = 0 };
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	status = fopen(path, "re");
	if (!status)
		return false;
	while (fgets(line, sizeof(line), status))
		identity_line(identity, line);
	fclose(status);
	return identity->pid > 0;
}

/*
 * Whether this process is the one. A forked child keeps its parent's mapping, so its own pid
 * must match, too.
 */
static enum mapping candidate_check(pid_t candidate, const struct mapped_file *file,
                                    pid_t pid, uid_t user)
{
	struct identity identity;
	enum mapping result;

	if (!identity_read(candidate, &identity) || identity.pid != pid ||
	    identity.has_ended)
		return MAPPING_NONE;
	result = process_check(candidate, file);
	/*
	 * Every pid namespace has a process 1, but the one of this namespace is never recorded.
	 */
	if (result == MAPPING_HIDDEN && (identity.user != user || candidate == 1))
		return MAPPING_NONE;
	return result;
}

/*
 * Check all processes. One whose maps are hidden may be the one; the search goes on, since
 * another may be found for certain.
 */
static pid_t processes_search(const struct mapped_file *file, pid_t pid, uid_t user)
{
	pid_t found = MAPPER_GONE, candidate;
	enum mapping result = MAPPING_NONE;
	DIR *processes = opendir("/proc");
	const struct dirent *entry;

	if (!processes)
		return MAPPER_UNKNOWN;
	while (result != MAPPING_THERE && (entry = readdir(processes))) {
		candidate = (pid_t)strtol(entry->d_name, NULL, 10);
		if (candidate <= 0)
			continue;
		result = candidate_check(candidate, file, pid, user);
		if (result != MAPPING_NONE)
			found = candidate;
	}
	closedir(processes);
	return found;
}

/* Whether /proc has the pids of this process's own namespace. */
static bool proc_is_ours(void)
{
	char self[NAME_BYTES];
	ssize_t bytes = readlink("/proc/self", self, sizeof(self) - 1);

	if (bytes <= 0)
		return false;
	self[bytes] = '\0';
	return strtol(self, NULL, 10) == getpid();
}

/* Try the pid itself first: without pid namespaces it is right, and spares the search. */
pid_t ring_mapper_find(const void *map, pid_t pid, uid_t user)
{
	struct mapped_file file;

	if (!proc_is_ours() || !file_learn(map, &file))
		return MAPPER_UNKNOWN;
	if (candidate_check(pid, &file, pid, user) == MAPPING_THERE)
		return pid;
	return processes_search(&file, pid, user);
}

/* Maps the file's first page, to learn how /proc names the file. */
bool ring_mapper_is_there(int file, pid_t pid, uid_t user)
{
	long page_bytes = sysconf(_SC_PAGESIZE);
	pid_t found = MAPPER_UNKNOWN;
	void *map;

	if (pid <= 0)
		return false;
	map = mmap(NULL, (size_t)page_bytes, PROT_READ, MAP_SHARED, file, 0);
	if (map != MAP_FAILED) {
		found = ring_mapper_find(map, pid, user);
		munmap(map, (size_t)page_bytes);
	}
	if (found == MAPPER_UNKNOWN)
		return kill(pid, 0) == 0 || errno == EPERM;
	return found != MAPPER_GONE;
}

/* record/attached.c - finds rings in /proc/PID/maps. */
#include "record/attached.h"

#include "attach/checks.h"
#include "base/kernel_clock.h"
#include "process/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SUFFIX ".ring"
#define BEAT_AGE_NS UINT64_C(1000000000)
#define ANSWER_NS UINT64_C(5000000000) /* for a busy process */
#define STEP_US 1000

/* ---- a ring ---- */

static bool header_is_sound(const struct ring_header *header, uint64_t file_bytes)
{
	return header->magic == RING_MAGIC &&
	       header->version_major == FORMAT_VERSION_MAJOR &&
	       header->chunk_count <= CHUNK_COUNT_MAX &&
	       header->states_offset >= RING_HEADER_BYTES &&
	       header->states_offset + UINT64_C(8) * header->chunk_count <= file_bytes;
}

static uint32_t chunks_count(int file, const struct ring_header *header)
{
	size_t bytes = header->chunk_count * sizeof(uint64_t);
	uint64_t *states = malloc(bytes);
	uint32_t used = 0, i;

	if (states &&
	    pread(file, states, bytes, (off_t)header->states_offset) == (ssize_t)bytes) {
		for (i = 0; i < header->chunk_count; i++)
			used += (states[i] & 0xff) != CHUNK_FREE;
	}
	free(states);
	return used;
}

/* 0, or -1: the file is no ring. */
static int ring_read(struct attached *found, int file)
{
	struct stat status;
	uint64_t now_ns = kernel_now_ns();

	if (fstat(file, &status) || !S_ISREG(status.st_mode) ||
	    pread(file, &found->header, sizeof(found->header), 0) !=
	        sizeof(found->header) ||
	    !header_is_sound(&found->header, (uint64_t)status.st_size))
		return -1;
	found->chunks_used = chunks_count(file, &found->header);
	found->has_reader = found->header.reader_pid &&
	                    (found->header.reader_beat_ns > now_ns ||
	                     now_ns - found->header.reader_beat_ns < BEAT_AGE_NS);
	return 0;
}

/* ---- a process ---- */

/* The path of a mapping that may be a ring; NULL: it is none. */
static char *ring_path(char *line)
{
	char *path = strchr(line, '/');
	size_t bytes;

	if (!path)
		return NULL;
	path[strcspn(path, "\n")] = '\0';
	bytes = strlen(path);
	return bytes > strlen(SUFFIX) && !strcmp(path + bytes - strlen(SUFFIX), SUFFIX)
	           ? path
	           : NULL;
}

int attached_directory(const struct attached *found, const char **name)
{
	const char *path = found->ring + found->root_bytes;
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];
	int root, descriptor;

	*name = slash + 1;
	snprintf(directory, sizeof(directory), "%.*s/", (int)(slash - path), path);
	if (!found->root_bytes)
		return open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	root = process_root(found->pid);
	if (root < 0)
		return -1;
	descriptor = process_root_open(root, directory, O_PATH | O_DIRECTORY);
	close(root);
	return descriptor;
}

/* A descriptor, or -1 with errno. */
static int ring_open(const struct attached *found)
{
	const char *name;
	int directory = attached_directory(found, &name), file, cause;

	if (directory < 0)
		return -1;
	file = openat(directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	cause = errno;
	close(directory);
	errno = cause;
	return file;
}

/* Open the ring as the process sees its path, or as we do. */
static int ring_find(struct attached *found, const char *path)
{
	int file, root_bytes;

	root_bytes = snprintf(found->ring, sizeof(found->ring), "/proc/%d/root",
	                      (int)found->pid);
	if ((size_t)root_bytes + strlen(path) >= sizeof(found->ring))
		return -1;
	strcpy(found->ring + root_bytes, path);
	found->root_bytes = (size_t)root_bytes;
	file = ring_open(found);
	if (file < 0) {
		strcpy(found->ring, path);
		found->root_bytes = 0;
		file = ring_open(found);
	}
	return file;
}

int attached_find(pid_t pid, struct attached *found, struct error *error)
{
	char line[PATH_MAX + 128], path[64], *ring;
	struct process_facts facts;
	int result = 1, ring_file;
	FILE *maps;

	memset(found, 0, sizeof(*found));
	found->pid = pid;
	if (process_facts_read(&facts, pid, error))
		return -1;
	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	maps = fopen(path, "re");
	if (!maps)
		return error_set(error, errno == ENOENT ? "%d: no such process" : "%d: %s",
		                 (int)pid, strerror(errno));
	while (result && fgets(line, sizeof(line), maps)) {
		ring = ring_path(line);
		ring_file = ring ? ring_find(found, ring) : -1;
		/* Its reader has mapped it, too. */
		if (ring_file >= 0 && ring_read(found, ring_file) == 0 &&
		    found->header.pid == (uint32_t)facts.inner_pid)
			result = 0;
		if (ring_file >= 0)
			close(ring_file);
	}
	if (result && ferror(maps))
		result = error_set(error, "%d: %s", (int)pid, strerror(errno));
	fclose(maps);
	return result;
}

unsigned attached_each(void (*visit)(void *context, const struct attached *found),
                       void *context)
{
	struct attached *found = malloc(sizeof(*found));
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	unsigned unseen = 0;
	int result;

	while (found && proc && (entry = readdir(proc))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		result = attached_find(atoi(entry->d_name), found, NULL);
		unseen += result < 0;
		if (result == 0)
			visit(context, found);
	}
	if (proc)
		closedir(proc);
	free(found);
	return unseen;
}

/* ---- detach ---- */

static bool is_let_go(struct ring_header *header)
{
	return atomic_load_explicit((_Atomic uint32_t *)&header->flags,
	                            memory_order_acquire) &
	       (RING_DETACHED | RING_FINISHED);
}

static int answer_wait(const struct attached *of, struct ring_header *header,
                       uint64_t settle_ns, struct error *error)
{
	uint64_t until_ns = kernel_now_ns() + ANSWER_NS + settle_ns;

	while (!is_let_go(header)) {
		if (kill(of->pid, 0) && errno == ESRCH)
			return 0;
		if (kernel_now_ns() > until_ns)
			return error_set(error,
			                 "%d: does not answer (is it stopped?): it will detach as "
			                 "soon as it runs",
			                 (int)of->pid);
		usleep(STEP_US);
	}
	return 0;
}

int attached_detach(const struct attached *of, uint64_t settle_ns, struct error *error)
{
	int file = ring_open(of), result;
	struct ring_header *header;
	_Atomic uint32_t *wish;
	struct stat status;

	if (file < 0)
		return error_set(error, "%s: %s", of->ring, strerror(errno));
	if (fstat(file, &status) || status.st_size < RING_HEADER_BYTES) {
		close(file);
		return error_set(error, "%s: is cut short: it cannot be asked to end",
		                 of->ring);
	}
	header = mmap(NULL, RING_HEADER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (header == MAP_FAILED)
		return error_set(error, "%s: %s", of->ring, strerror(errno));
	wish = (_Atomic uint32_t *)&header->wish;
	atomic_store_explicit(wish, WISH_DETACH_FOR(settle_ns), memory_order_release);
	syscall(SYS_futex, wish, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	result = answer_wait(of, header, settle_ns, error);
	munmap(header, RING_HEADER_BYTES);
	return result;
}

/* process/maps.c - reads and parses /proc/PID/smaps. */
#include "process/maps.h"

#include "base/array.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_BYTES (256u << 10) /* more than any line has */
#define NAMES_FIRST 4096
/* The kernel allows 65,530 mappings by default (vm.max_map_count). */
#define MAPPINGS_MAX (1u << 22)

/* ---- the file ---- */

/*
 * Turn an errno into advice. ESRCH comes from a process that ended after its file was opened.
 */
static int process_error(struct error *error, pid_t pid, int cause)
{
	switch (cause) {
	case ENOENT:
	case ESRCH: return error_set(error, "%d: no such process", (int)pid);
	case EACCES:
	case EPERM:
		return error_set(
			error, "%d: not permitted to read its maps: run as its user, or as root",
			(int)pid);
	case ENOMEM: return error_set(error, "%d: out of memory", (int)pid);
	default: return error_set(error, "/proc/%d/smaps: %s", (int)pid, strerror(cause));
	}
}

/* Returns the first byte that is no digit. `at` needs no end: a line ends with a newline. */
static const char *number_read(const char *at, unsigned base, uint64_t *number)
{
	unsigned digit;

	for (*number = 0;; at++) {
		if (*at >= '0' && *at <= '9')
			digit = (unsigned)(*at - '0');
		else if (base == 16 && *at >= 'a' && *at <= 'f')
			digit = (unsigned)(*at - 'a') + 10;
		else
			return at;
		*number = *number * base + digit;
	}
}

/* ---- names ---- */

/*
 * Make room for `bytes` more. 0, or -1: no memory. Moves the names that are there, and adjusts
 * the mappings' pointers to them.
 */
static int names_reserve(struct process_maps *maps, size_t bytes)
{
	size_t larger = maps->names_room ? maps->names_room : NAMES_FIRST;
	char *grown;

	if (maps->names_room - maps->names_used >= bytes)
		return 0;
	while (larger - maps->names_used < bytes)
		larger *= 2;
	grown = malloc(larger);
	if (!grown)
		return -1;
	if (maps->names)
		memcpy(grown, maps->names, maps->names_used);
	for (size_t i = 0; i < maps->count; i++)
		maps->mappings[i].name = grown + (maps->mappings[i].name - maps->names);
	free(maps->names);
	maps->names = grown;
	maps->names_room = larger;
	return 0;
}

/*
 * Undo the kernel's escape, in place: it writes a newline in a name as \012, and escapes
 * nothing else.
 */
static void name_unescape(char *name)
{
	char *to = name;

	if (!strchr(name, '\\'))
		return;
	for (const char *from = name; *from; to++) {
		if (!strncmp(from, "\\012", 4)) {
			*to = '\n';
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = 0;
}

/* Take the name in [name, end) of a header. Consecutive mappings of one file share one copy. */
static int name_take(struct process_maps *maps, struct mapping *mapping,
                     const char *name, const char *end)
{
	static const char deleted[] = " (deleted)";
	const struct mapping *before = maps->count ? mapping - 1 : NULL;
	size_t bytes = (size_t)(end - name), suffix = sizeof(deleted) - 1;
	char *to;

	/* Start with the empty name, which is the first of all, so it keeps its offset. */
	mapping->name = maps->names;
	if (!bytes)
		return 0;
	if (mapping->inode && bytes > suffix && !memcmp(end - suffix, deleted, suffix)) {
		mapping->is_deleted = true;
		bytes -= suffix;
	}
	if (names_reserve(maps, bytes + 1))
		return -1;
	to = maps->names + maps->names_used;
	memcpy(to, name, bytes);
	to[bytes] = 0;
	name_unescape(to);
	if (before && !strcmp(before->name, to)) {
		mapping->name = before->name;
		return 0;
	}
	mapping->name = to;
	maps->names_used += bytes + 1;
	return 0;
}

/* ---- headers ---- */

/* Parse "559a-559b rw-p 00000000 fe:00 247026    /name": where the name begins, or NULL. */
static const char *header_parse(const char *line, const char *end,
                                struct mapping *mapping)
{
	uint64_t major, minor;
	const char *at = number_read(line, 16, &mapping->start);

	if (*at != '-' || at == line)
		return NULL;
	at = number_read(at + 1, 16, &mapping->end);
	if (*at != ' ' || end - at < 6 || mapping->end <= mapping->start)
		return NULL;
	mapping->access = (at[1] == 'r' ? MAPPING_READ : 0u) |
	                  (at[2] == 'w' ? MAPPING_WRITE : 0u) |
	                  (at[3] == 'x' ? MAPPING_EXECUTE : 0u) |
	                  (at[4] == 's' ? MAPPING_SHARED : 0u);
	at = number_read(at + 6, 16, &mapping->offset);
	at = number_read(at + (*at == ' '), 16, &major);
	at = number_read(at + (*at == ':'), 16, &minor);
	mapping->device = major << 32 | minor;
	at = number_read(at + (*at == ' '), 10, &mapping->inode);
	while (*at == ' ')
		at++;
	return at;
}

/* The next mapping, which is not counted yet. NULL: no memory. */
static struct mapping *mapping_next(struct process_maps *maps)
{
	struct mapping *mapping;

	if (maps->count >= MAPPINGS_MAX ||
	    array_reserve(maps->mappings, maps->capacity, maps->count + 1))
		return NULL;
	mapping = &maps->mappings[maps->count];
	memset(mapping, 0, sizeof(*mapping));
	return mapping;
}

/*
 * The process may map and unmap between two reads of the file. The kernel then continues with
 * the first mapping that ends above the last one it wrote: that mapping may have grown
 * meanwhile, also downwards, and overlap mappings that were read before. The newer mapping is
 * right, so drop those. Returns the newer mapping's new address.
 */
static struct mapping *overlapped_drop(struct process_maps *maps,
                                       struct mapping *mapping)
{
	struct mapping latest = *mapping;

	while (maps->count && maps->mappings[maps->count - 1].end > latest.start)
		maps->count--;
	mapping = &maps->mappings[maps->count];
	*mapping = latest;
	return mapping;
}

/*
 * Parse whole lines. Headers begin with a digit or a lower-case letter, fields with a capital.
 */
static int lines_take(struct process_maps *maps, struct smaps_fields *fields,
                      const char *line, const char *end)
{
	struct mapping *mapping = maps->count ? &maps->mappings[maps->count - 1] : NULL;
	const char *line_end, *name;

	while (line < end) {
		if (*line >= 'A' && *line <= 'Z' && mapping) {
			line = smaps_field_take(fields, line, end, &mapping->use);
			mapping->grows_down = fields->grows_down;
			continue;
		}
		line_end = memchr(line, '\n', (size_t)(end - line));
		mapping = mapping_next(maps);
		if (!mapping)
			return -1;
		name = header_parse(line, line_end, mapping);
		if (name && name <= line_end) {
			mapping = overlapped_drop(maps, mapping);
			if (name_take(maps, mapping, name, line_end))
				return -1;
			mapping->use.size = mapping->end - mapping->start;
			maps->count++;
			smaps_fields_begin(fields);
		}
		line = line_end + 1;
	}
	return 0;
}

/*
 * Read and parse the file. The kernel returns about a page at a time; parsing each one at once
 * finds it in the cache.
 */
static int text_take(struct process_maps *maps, int file)
{
	struct smaps_fields fields = { .at = 0 };
	char *text = malloc(TEXT_BYTES), *end;
	size_t bytes = 0, lines;
	ssize_t got = -1;

	errno = ENOMEM;
	while (text && bytes < TEXT_BYTES) {
		got = read(file, text + bytes, TEXT_BYTES - bytes);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		bytes += (size_t)got;
		end = memrchr(text, '\n', bytes);
		if (!end)
			continue;
		lines = (size_t)(end - text) + 1;
		if (lines_take(maps, &fields, text, end + 1)) {
			errno = ENOMEM;
			got = -1;
			break;
		}
		memmove(text, text + lines, bytes - lines);
		bytes -= lines;
	}
	free(text);
	return got ? -1 : 0;
}

static void maps_empty(struct process_maps *maps)
{
	maps->count = 0;
	maps->names_used = 0;
	memset(&maps->total, 0, sizeof(maps->total));
}

/*
 * The names begin with the empty one, which all anonymous mappings share. The sums are made
 * at the end, since mappings may be dropped while the file is read.
 */
int process_maps_take(struct process_maps *maps, int file)
{
	maps_empty(maps);
	if (names_reserve(maps, 1))
		return -1;
	maps->names[maps->names_used++] = 0;
	if (text_take(maps, file))
		return -1;
	for (size_t i = 0; i < maps->count; i++)
		memory_use_add(&maps->total, &maps->mappings[i].use);
	return 0;
}

int process_maps_read(struct process_maps *maps, pid_t pid, struct error *error)
{
	char path[64];
	int file, status, cause;

	maps->pid = pid;
	maps_empty(maps);
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return process_error(error, pid, errno);
	status = process_maps_take(maps, file);
	cause = errno;
	close(file);
	return status ? process_error(error, pid, cause) : 0;
}

/* The first mapping that ends above the address is the only one that can contain it. */
size_t process_maps_find(const struct process_maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (maps->mappings[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < maps->count && maps->mappings[low].start <= address ? low
	                                                                 : maps->count;
}

void process_maps_release(struct process_maps *maps)
{
	free(maps->mappings);
	free(maps->names);
	memset(maps, 0, sizeof(*maps));
}

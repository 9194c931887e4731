/* process_maps.c - read and take apart /proc/PID/smaps. Layer 1. */
#include "process_maps.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_FIRST (256u << 10)
#define MAPPINGS_FIRST 256
#define MAPPINGS_MAX (1u << 22)

/* ---- the file ---- */

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
	default: return error_set(error, "/proc/%d/smaps: %s", (int)pid, strerror(cause));
	}
}

/* All of the file into maps->text, with a NUL. The number of bytes, or -1. */
static ssize_t text_read(struct process_maps *maps, int file)
{
	size_t bytes = 0;
	char *grown;
	ssize_t got;

	for (;;) {
		if (maps->text_room - bytes < TEXT_FIRST / 4) {
			grown = realloc(maps->text,
			                maps->text_room ? maps->text_room * 2 : TEXT_FIRST);
			if (!grown)
				return -1;
			maps->text = grown;
			maps->text_room = maps->text_room ? maps->text_room * 2 : TEXT_FIRST;
		}
		got = read(file, maps->text + bytes, maps->text_room - bytes - 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		bytes += (size_t)got;
	}
	maps->text[bytes] = 0;
	return (ssize_t)bytes;
}

/* ---- its lines ---- */

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

/* The kernel writes a newline in a name as \012, and nothing else so. In place. */
static void name_unescape(char *name)
{
	char *to = name;

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

/* "559a-559b rw-p 00000000 fe:00 247026    /name"; false if it is no such line. */
static bool header_parse(char *line, struct mapping *mapping)
{
	static const char deleted[] = " (deleted)";
	uint64_t major, minor;
	const char *at = number_read(line, 16, &mapping->start);
	char *name;
	size_t length;

	if (*at != '-' || at == line)
		return false;
	at = number_read(at + 1, 16, &mapping->end);
	if (*at != ' ' || strlen(at) < 6)
		return false;
	mapping->access = (at[1] == 'r' ? MAPPING_READ : 0u) |
	                  (at[2] == 'w' ? MAPPING_WRITE : 0u) |
	                  (at[3] == 'x' ? MAPPING_EXECUTE : 0u) |
	                  (at[4] == 's' ? MAPPING_SHARED : 0u);
	at = number_read(at + 6, 16, &mapping->offset);
	at = number_read(at + (*at == ' '), 16, &major);
	at = number_read(at + (*at == ':'), 16, &minor);
	mapping->device = major << 32 | minor;
	at = number_read(at + (*at == ' '), 10, &mapping->inode);
	name = line + (at - line);
	while (*name == ' ')
		name++;
	length = strlen(name);
	if (mapping->inode && length > sizeof(deleted) - 1 &&
	    !strcmp(name + length - (sizeof(deleted) - 1), deleted)) {
		mapping->is_deleted = true;
		name[length - (sizeof(deleted) - 1)] = 0;
	}
	name_unescape(name);
	mapping->name = name;
	return mapping->end > mapping->start;
}

/* Where a field of smaps goes; several may go to one. */
static uint64_t *field_find(struct memory_use *use, const char *line, size_t length)
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{ "Rss", offsetof(struct memory_use, rss) },
		{ "Pss", offsetof(struct memory_use, pss) },
		{ "Shared_Clean", offsetof(struct memory_use, shared_clean) },
		{ "Shared_Dirty", offsetof(struct memory_use, shared_dirty) },
		{ "Private_Clean", offsetof(struct memory_use, private_clean) },
		{ "Private_Dirty", offsetof(struct memory_use, private_dirty) },
		{ "Anonymous", offsetof(struct memory_use, anonymous) },
		{ "AnonHugePages", offsetof(struct memory_use, huge) },
		{ "ShmemPmdMapped", offsetof(struct memory_use, huge) },
		{ "FilePmdMapped", offsetof(struct memory_use, huge) },
		{ "Shared_Hugetlb", offsetof(struct memory_use, huge) },
		{ "Private_Hugetlb", offsetof(struct memory_use, huge) },
		{ "Swap", offsetof(struct memory_use, swap) },
		{ "SwapPss", offsetof(struct memory_use, swap_pss) },
		{ "Locked", offsetof(struct memory_use, locked) },
	};
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!strncmp(fields[i].name, line, length) && !fields[i].name[length])
			return (uint64_t *)((char *)use + fields[i].offset);
	}
	return NULL;
}

static void field_parse(const char *line, struct mapping *mapping)
{
	const char *colon = strchr(line, ':'), *at;
	uint64_t *field, kib;

	if (!colon)
		return;
	if (colon - line == 7 && !strncmp(line, "VmFlags", 7)) {
		mapping->grows_down = strstr(colon, " gd") != NULL;
		return;
	}
	field = field_find(&mapping->use, line, (size_t)(colon - line));
	if (!field)
		return;
	for (at = colon + 1; *at == ' '; at++)
		;
	number_read(at, 10, &kib);
	*field += kib << 10;
}

static struct mapping *mapping_add(struct process_maps *maps)
{
	size_t larger = maps->capacity ? maps->capacity * 2 : MAPPINGS_FIRST;
	struct mapping *grown;

	if (maps->count == maps->capacity) {
		grown = larger > MAPPINGS_MAX
		            ? NULL
		            : reallocarray(maps->mappings, larger, sizeof(*grown));
		if (!grown)
			return NULL;
		maps->mappings = grown;
		maps->capacity = larger;
	}
	grown = &maps->mappings[maps->count++];
	memset(grown, 0, sizeof(*grown));
	return grown;
}

void memory_use_add(struct memory_use *to, const struct memory_use *use)
{
	to->size += use->size;
	to->rss += use->rss;
	to->pss += use->pss;
	to->private_dirty += use->private_dirty;
	to->private_clean += use->private_clean;
	to->shared_dirty += use->shared_dirty;
	to->shared_clean += use->shared_clean;
	to->anonymous += use->anonymous;
	to->swap += use->swap;
	to->swap_pss += use->swap_pss;
	to->huge += use->huge;
	to->locked += use->locked;
}

/* Headers begin with a digit or a small letter, fields with a capital. */
static int text_parse(struct process_maps *maps)
{
	struct mapping *mapping = NULL, next;
	char *line = maps->text, *end;

	for (; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		*end = 0;
		if (isupper((unsigned char)*line)) {
			if (mapping)
				field_parse(line, mapping);
			continue;
		}
		memset(&next, 0, sizeof(next));
		if (!header_parse(line, &next))
			continue;
		mapping = mapping_add(maps);
		if (!mapping)
			return -1;
		next.use.size = next.end - next.start;
		*mapping = next;
	}
	for (size_t i = 0; i < maps->count; i++)
		memory_use_add(&maps->total, &maps->mappings[i].use);
	return 0;
}

int process_maps_read(struct process_maps *maps, pid_t pid, struct error *error)
{
	char path[64];
	int file, cause;

	maps->pid = pid;
	maps->count = 0;
	memset(&maps->total, 0, sizeof(maps->total));
	snprintf(path, sizeof(path), "/proc/%d/smaps", (int)pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return process_error(error, pid, errno);
	if (text_read(maps, file) < 0) {
		cause = errno;
		close(file);
		return process_error(error, pid, cause);
	}
	close(file);
	if (text_parse(maps))
		return error_set(error, "%d: out of memory", (int)pid);
	return 0;
}

void process_maps_release(struct process_maps *maps)
{
	free(maps->mappings);
	free(maps->text);
	memset(maps, 0, sizeof(*maps));
}

/*
 * maps_note.c - /proc/self/maps becomes definitions. Layer 5.
 */
#include "maps_note.h"

#include <stdatomic.h>

#include "clock.h"
#include "definitions.h"
#include "ring_file.h"
#include "system.h"

#define RECORD_BYTES 8192 /* room for the longest path */
#define BUFFER_BYTES 8192
#define NAME_BYTES_MAX 4096
#define APART_QUANTA UINT64_C(10000000) /* about 100 ms */

/* One writer at a time, see definitions_enter(). */
static char buffer[BUFFER_BYTES];
static uint64_t spent_bytes; /* of the ring, by all pictures */
static _Atomic uint64_t last_time;

struct picture {
	struct maps_definition *record; /* being filled; NULL: none is */
	uint32_t used_bytes;            /* of it */
	uint32_t number;                /* of the next mapping */
	uint64_t room_bytes;            /* that the picture may yet take */
	uint64_t time;
	enum maps_reason reason;
};

static void record_end(struct picture *picture, bool is_last)
{
	if (!picture->record)
		return;
	picture->record->header.bytes = (uint16_t)picture->used_bytes;
	picture->record->is_last = is_last;
	definition_commit(picture->used_bytes);
	spent_bytes += picture->used_bytes;
	picture->room_bytes -= picture->used_bytes;
	picture->record = NULL;
}

static bool record_begin(struct picture *picture)
{
	if (picture->room_bytes < RECORD_BYTES)
		return false;
	picture->record = definition_reserve(RECORD_BYTES);
	if (!picture->record)
		return false;
	*picture->record = (struct maps_definition){
		.header = { DEFINITION_MAPS, 0, 0, picture->time },
		.reason = picture->reason,
		.first = picture->number,
	};
	picture->used_bytes = sizeof(*picture->record);
	return true;
}

/* ---- lines --------------------------------------------------------------------- */

static const char *number_read(const char *at, const char *end, uint64_t *number)
{
	for (*number = 0; at < end; at++) {
		if (*at >= '0' && *at <= '9')
			*number = *number << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			*number = *number << 4 | (uint64_t)(*at - 'a' + 10);
		else
			break;
	}
	return at;
}

/* "start-end rwxp offset device inode    name" */
static const char *line_read(const char *at, const char *end, struct maps_entry *entry)
{
	*entry = (struct maps_entry){ .access = 0 };
	at = number_read(at, end, &entry->start) + 1;
	at = number_read(at, end, &entry->end) + 1;
	if (end - at < 5)
		return end;
	entry->access = (at[0] == 'r' ? MAPS_READ : 0u) | (at[1] == 'w' ? MAPS_WRITE : 0u) |
	                (at[2] == 'x' ? MAPS_EXECUTE : 0u) |
	                (at[3] == 's' ? MAPS_SHARED : 0u);
	at = number_read(at + 5, end, &entry->offset);
	for (int field = 0; field < 3 && at < end; field++) {
		while (at < end && *at == ' ')
			at++;
		while (field < 2 && at < end && *at != ' ')
			at++;
	}
	return at;
}

/* False: no room is left. */
static bool line_note(struct picture *picture, const char *line, const char *end)
{
	struct maps_entry entry;
	const char *name = line_read(line, end, &entry);
	uint32_t bytes;

	entry.name_bytes = (uint16_t)(end - name > NAME_BYTES_MAX ? NAME_BYTES_MAX
	                                                          : end - name);
	bytes = (uint32_t)(sizeof(entry) + ((entry.name_bytes + 7u) & ~7u));
	if (picture->record && picture->used_bytes + bytes > RECORD_BYTES)
		record_end(picture, false);
	if (!picture->record && !record_begin(picture))
		return false;
	line = (char *)picture->record + picture->used_bytes;
	memset((char *)line, 0, bytes);
	memcpy((char *)line, &entry, sizeof(entry));
	memcpy((char *)line + sizeof(entry), name, entry.name_bytes);
	picture->used_bytes += bytes;
	picture->record->count++;
	picture->number++;
	return true;
}

/* All whole lines of the buffer; how many bytes are left of one that is not. */
static long lines_note(struct picture *picture, long count, bool *has_room)
{
	const char *line = buffer, *end;

	while (*has_room &&
	       (end = memchr(line, '\n', (size_t)(buffer + count - line))) != NULL) {
		*has_room = line_note(picture, line, end);
		line = end + 1;
	}
	count -= line - buffer;
	/* No line is that long. */
	if (count == BUFFER_BYTES)
		count = 0;
	memmove(buffer, line, (size_t)count);
	return count;
}

/* ---- pictures ------------------------------------------------------------------ */

static void picture_take(struct picture *picture)
{
	int fd = system_open("/proc/self/maps", O_RDONLY | O_CLOEXEC, 0);
	bool has_room = true;
	long left = 0, count;

	if (fd < 0)
		return;
	while (has_room &&
	       (count = system_read(fd, buffer + left, (size_t)(BUFFER_BYTES - left))) > 0)
		left = lines_note(picture, left + count, &has_room);
	system_close(fd);
	record_end(picture, has_room);
}

static uint64_t room_bytes(enum maps_reason reason)
{
	uint64_t all = ring.mapped_bytes / 16;

	if (reason == MAPS_MODULES || reason == MAPS_EXEC)
		all /= 2;
	return all > spent_bytes ? all - spent_bytes : 0;
}

bool maps_note(enum maps_reason reason)
{
	struct picture picture = { .time = clock_before(), .reason = reason };
	uint64_t last = atomic_load_explicit(&last_time, memory_order_relaxed);

	if ((reason == MAPS_MODULES || reason == MAPS_EXEC) &&
	    picture.time < last + APART_QUANTA)
		return false;
	if (!definitions_enter()) {
		ring_count_loss(LOST_DEFINITIONS, 1);
		return true;
	}
	atomic_store_explicit(&last_time, picture.time, memory_order_relaxed);
	picture.room_bytes = room_bytes(reason);
	picture_take(&picture);
	definitions_leave();
	return true;
}

void maps_forked(void)
{
	spent_bytes = 0;
	atomic_store_explicit(&last_time, 0, memory_order_relaxed);
}

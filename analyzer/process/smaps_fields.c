/* process/smaps_fields.c - parses the fields of /proc/PID/smaps. */
#include "process/smaps_fields.h"

#include <string.h>

/* Width of a number; a wider one moves the rest to the right. */
#define NUMBER_COLUMNS 8
/* For fields that are not summed up; larger than every offset in struct memory_use. */
#define OFFSET_NONE 255

/* The offset of the sum that a field is added to; several fields may share one. */
static uint8_t offset_find(const char *name, size_t bytes)
{
	static const struct {
		const char *name;
		uint8_t offset;
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
		if (!strncmp(fields[i].name, name, bytes) && !fields[i].name[bytes])
			return fields[i].offset;
	}
	return OFFSET_NONE;
}

/* Add a number, which the kernel pads with spaces and gives in units of 1024 bytes ("kB"). */
static void number_add(uint8_t offset, const char *at, struct memory_use *use)
{
	uint64_t kib = 0;

	if (offset == OFFSET_NONE)
		return;
	while (*at == ' ')
		at++;
	for (; *at >= '0' && *at <= '9'; at++)
		kib = kib * 10 + (uint64_t)(*at - '0');
	*(uint64_t *)((char *)use + offset) += kib << 10;
}

/* Parse "VmFlags: rd wr mr mw me gd ac \n": two letters for each flag. */
static bool flags_have(const char *line, const char *end, const char *flag)
{
	for (line += 9; end - line >= 2; line += 3) {
		if (line[0] == flag[0] && line[1] == flag[1])
			return true;
	}
	return false;
}

/*
 * Parse a line that differs from the remembered line of this position, and remember it instead.
 */
static const char *line_learn(struct smaps_fields *fields, const char *line,
                              const char *end, struct memory_use *use)
{
	const char *line_end = memchr(line, '\n', (size_t)(end - line)), *colon;
	size_t bytes = (size_t)(line_end - line), head;
	uint8_t offset;

	if (bytes > 8 && !memcmp(line, "VmFlags:", 8))
		fields->grows_down = flags_have(line, line_end, "gd");
	if (bytes <= NUMBER_COLUMNS + 3 || memcmp(line_end - 3, " kB", 3) != 0)
		return line_end + 1;
	colon = memchr(line, ':', bytes);
	if (!colon)
		return line_end + 1;
	offset = offset_find(line, (size_t)(colon - line));
	number_add(offset, colon + 1, use);
	head = bytes - NUMBER_COLUMNS - 3;
	if (fields->at < SMAPS_FIELDS_MAX && head > (size_t)(colon - line) &&
	    head <= SMAPS_HEAD_BYTES) {
		memcpy(fields->lines[fields->at].head, line, head);
		fields->lines[fields->at].head_bytes = (uint8_t)head;
		fields->lines[fields->at].offset = offset;
	}
	return line_end + 1;
}

/* Nearly all heads have 16 bytes; with a constant size the compiler calls no memcmp(). */
static inline bool is_head(const char *line, const char *head, size_t bytes)
{
	return bytes == 16 ? !memcmp(line, head, 16) : !memcmp(line, head, bytes);
}

/*
 * Compare the line with the one remembered for this position; this is the usual case, and
 * most numbers are 0, so there is seldom anything to parse. A kernel with more lines than
 * SMAPS_FIELDS_MAX costs time only.
 */
const char *smaps_field_take(struct smaps_fields *fields, const char *line,
                             const char *end, struct memory_use *use)
{
	size_t number = fields->at, head;
	const char *tail;

	if (number < SMAPS_FIELDS_MAX) {
		head = fields->lines[number].head_bytes;
		tail = line + head;
		if (head && (size_t)(end - line) >= head + NUMBER_COLUMNS + 4 &&
		    is_head(line, fields->lines[number].head, head) &&
		    !memcmp(tail + NUMBER_COLUMNS, " kB\n", 4)) {
			if (memcmp(tail, "       0", NUMBER_COLUMNS) != 0)
				number_add(fields->lines[number].offset, tail, use);
			fields->at++;
			return tail + NUMBER_COLUMNS + 4;
		}
	}
	line = line_learn(fields, line, end, use);
	fields->at++;
	return line;
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

void memory_use_subtract(struct memory_use *from, const struct memory_use *use)
{
	from->size -= use->size;
	from->rss -= use->rss;
	from->pss -= use->pss;
	from->private_dirty -= use->private_dirty;
	from->private_clean -= use->private_clean;
	from->shared_dirty -= use->shared_dirty;
	from->shared_clean -= use->shared_clean;
	from->anonymous -= use->anonymous;
	from->swap -= use->swap;
	from->swap_pss -= use->swap_pss;
	from->huge -= use->huge;
	from->locked -= use->locked;
}

/* `bytes` times `part` / `whole`, without overflow. */
static uint64_t share(uint64_t bytes, uint64_t part, uint64_t whole)
{
	return whole ? (uint64_t)((unsigned __int128)bytes * part / whole) : 0;
}

struct memory_use memory_use_part(const struct memory_use *use, uint64_t size,
                                  uint64_t rss)
{
	uint64_t absent = use->size - use->rss, part_absent = size - rss;

	return (struct memory_use){
		.size = size,
		.rss = rss,
		.pss = share(use->pss, rss, use->rss),
		.private_dirty = share(use->private_dirty, rss, use->rss),
		.private_clean = share(use->private_clean, rss, use->rss),
		.shared_dirty = share(use->shared_dirty, rss, use->rss),
		.shared_clean = share(use->shared_clean, rss, use->rss),
		.anonymous = share(use->anonymous, rss, use->rss),
		.swap = share(use->swap, part_absent, absent),
		.swap_pss = share(use->swap_pss, part_absent, absent),
		.huge = share(use->huge, rss, use->rss),
		.locked = share(use->locked, rss, use->rss),
	};
}

/*
 * process/smaps_fields.h - parses the lines below a mapping's header in /proc/PID/smaps.
 *
 * Each mapping has the same twenty or more lines in the same order, with the numbers in the
 * same column. So each line is remembered once, and the line at the same position below the
 * next header is only compared with it. That takes less time than the kernel needs to write the
 * lines.
 */
#ifndef OUTLIVE_PROCESS_SMAPS_FIELDS_H
#define OUTLIVE_PROCESS_SMAPS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All in bytes. Reports show sums of these. */
struct memory_use {
	uint64_t size, rss, pss;
	uint64_t private_dirty, private_clean, shared_dirty, shared_clean;
	uint64_t anonymous, swap, swap_pss;
	uint64_t huge; /* in huge pages of any kind */
	uint64_t locked;
};

#define SMAPS_FIELDS_MAX 48
#define SMAPS_HEAD_BYTES 24

struct smaps_fields {
	bool grows_down; /* a stack that the kernel grows */
	size_t at;       /* lines since the header */
	struct {
		char head[SMAPS_HEAD_BYTES]; /* the name, the colon, spaces */
		uint8_t head_bytes;          /* 0: none remembered */
		uint8_t offset; /* of the sum in struct memory_use, or OFFSET_NONE */
	} lines[SMAPS_FIELDS_MAX];
};

/* Call after each header; *fields is zeroed before the first. */
static inline void smaps_fields_begin(struct smaps_fields *fields)
{
	fields->at = 0;
	fields->grows_down = false;
}

/*
 * Parse the line that begins at `line` and add its number to *use. The text ends at `end`,
 * after a newline. Returns the beginning of the next line.
 */
const char *smaps_field_take(struct smaps_fields *fields, const char *line,
                             const char *end, struct memory_use *use);

void memory_use_add(struct memory_use *to, const struct memory_use *use);
void memory_use_subtract(struct memory_use *from, const struct memory_use *use);

/*
 * A part of a use, of which only the size and the resident bytes are known: all other fields in
 * proportion, those of resident pages by rss, those of swapped pages by what is not resident.
 * Neither may be more than the use has.
 */
struct memory_use memory_use_part(const struct memory_use *use, uint64_t size,
                                  uint64_t rss);

#endif

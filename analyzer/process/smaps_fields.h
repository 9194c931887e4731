/*
 * process/smaps_fields.h - the lines below a mapping's header in /proc/PID/smaps.
 *
 * They come in the same order for every mapping, twenty or more of them, and numbers stand
 * at the same column; so what a line was is remembered, and the line at the same place
 * below the next header is only compared with it. The kernel takes longer to write them.
 */
#ifndef OUTLIVE_PROCESS_SMAPS_FIELDS_H
#define OUTLIVE_PROCESS_SMAPS_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes. Sums of these are what a user sees. */
struct memory_use {
	uint64_t size, rss, pss;
	uint64_t private_dirty, private_clean, shared_dirty, shared_clean;
	uint64_t anonymous, swap, swap_pss;
	uint64_t huge; /* in huge pages, of whatever kind */
	uint64_t locked;
};

#define SMAPS_FIELDS_MAX 48
#define SMAPS_HEAD_BYTES 24

struct smaps_fields {
	bool grows_down; /* a stack the kernel grows */
	size_t at;       /* lines since the header */
	struct {
		char head[SMAPS_HEAD_BYTES]; /* the name, the colon, blanks */
		uint8_t head_bytes;          /* 0: not remembered */
		uint8_t offset;              /* of the sum in struct memory_use, or NONE */
	} lines[SMAPS_FIELDS_MAX];
};

/* After a header; *fields is zero before the first. */
static inline void smaps_fields_begin(struct smaps_fields *fields)
{
	fields->at = 0;
	fields->grows_down = false;
}

/*
 * Take the line that begins at `line`, of text that ends at `end`, the last byte being a
 * newline. What it counts is added to *use. The beginning of the next line.
 */
const char *smaps_field_take(struct smaps_fields *fields, const char *line,
                             const char *end, struct memory_use *use);

void memory_use_add(struct memory_use *to, const struct memory_use *use);

#endif

/*
 * trace/definitions.h - the records of a definition chunk, one after the other.
 */
#ifndef OUTLIVE_TRACE_DEFINITIONS_H
#define OUTLIVE_TRACE_DEFINITIONS_H

#include "base/error.h"
#include "trace_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct definition_cursor {
	const uint8_t *data; /* without the chunk's header; borrowed */
	size_t bytes, at;    /* at: where the next record begins */
	const uint8_t *record;
	struct definition_header header; /* of that: header.bytes of it are there */
};

/* Step to the next record: false at the end, or where one is wrong. */
bool definition_next(struct definition_cursor *cursor);

/* After the last: 0, or -1 and *error if it is not the end that was reached. */
int definition_end(const struct definition_cursor *cursor, struct error *error);

#endif

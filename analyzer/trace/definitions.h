/*
 * trace/definitions.h - steps through the records of a definition chunk.
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
	struct definition_header header; /* of `record`, which has header.bytes bytes */
};

/* Step to the next record. False: at the end, or at a wrong record. */
bool definition_next(struct definition_cursor *cursor);

/*
 * Call after definition_next() returned false: 0 at the end, or -1 and *error about the wrong
 * record.
 */
int definition_end(const struct definition_cursor *cursor, struct error *error);

#endif

/* trace/definitions.c - steps through the records of a definition chunk. */
#include "trace/definitions.h"

#include <string.h>

/*
 * A record's length is untrusted: it must hold its own header, so that the cursor advances,
 * be a multiple of 8, so that the next record is aligned, and end within the chunk.
 */
bool definition_next(struct definition_cursor *cursor)
{
	size_t left = cursor->bytes - cursor->at;

	if (left < sizeof(cursor->header))
		return false;
	memcpy(&cursor->header, cursor->data + cursor->at, sizeof(cursor->header));
	if (cursor->header.bytes < sizeof(cursor->header) || cursor->header.bytes % 8 ||
	    cursor->header.bytes > left)
		return false;
	cursor->record = cursor->data + cursor->at;
	cursor->at += cursor->header.bytes;
	return true;
}

/*
 * Finds out why definition_next() stopped. What is left is then either nothing, or a record
 * whose header or length is wrong.
 */
int definition_end(const struct definition_cursor *cursor, struct error *error)
{
	struct definition_header header;
	size_t left = cursor->bytes - cursor->at;

	if (!left)
		return 0;
	if (left < sizeof(header))
		return error_set(error, "a definition crosses the chunk's end");
	memcpy(&header, cursor->data + cursor->at, sizeof(header));
	return error_set(error, "a definition's length of %u is wrong", header.bytes);
}

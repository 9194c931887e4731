/*
 * verdict/escape_lines.h - what Go's compiler says of values on the heap, by line of the source,
 * and what they cost in a run.
 */
#ifndef OUTLIVE_VERDICT_ESCAPE_LINES_H
#define OUTLIVE_VERDICT_ESCAPE_LINES_H

#include "go/escapes.h"
#include "replay/profile.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Objects of Go's heap, as in struct go_heap_sum. */
struct go_objects {
	uint64_t objects, bytes, in_use_objects, in_use_bytes, dead_objects, dead_bytes;
};

/* A function on the stack of an allocation. The strings are borrowed. */
struct go_frame {
	const char *function, *file;
	uint32_t line;
};

struct escape_line {
	const struct go_escape *escapes; /* all of them on this line */
	size_t count;
	struct go_objects cost;
};

struct escape_lines {
	struct escape_line *lines;
	size_t count;
	struct go_objects matched,
		others; /* others: of lines that the compiler does not name */
};

/* Borrows the escapes, which are settled. 0, or -1: memory is out. Release it either way. */
int escape_lines_make(struct escape_lines *lines, const struct go_escapes *escapes);

/*
 * Add objects that were allocated at `frames`: the function that asked the runtime for them first,
 * then those that it was inlined into. They count for the first that the compiler speaks of.
 */
void escape_lines_count(struct escape_lines *lines, const struct go_frame *frames,
                        size_t count, const struct go_objects *objects);

/* Count what a profile knows of Go's heap, for the first functions that are not the runtime's. */
void escape_lines_count_all(struct escape_lines *lines, const struct profile *profile);

/* Order by bytes, most first; nothing can be counted after that. Returns the lines with objects. */
size_t escape_lines_rank(struct escape_lines *lines);
void escape_lines_release(struct escape_lines *lines);

#endif

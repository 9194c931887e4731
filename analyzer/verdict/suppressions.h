/*
 * verdict/suppressions.h - which leaks a user does not want to see: a file in the syntax of
 * LeakSanitizer.
 *
 * One rule a line: "leak:PATTERN". Lines that begin with # are comments. A rule matches a block
 * if its pattern matches the name of a function, the source file or the module (a path) of any
 * frame of the stack that allocated the block. A pattern matches any part of a text. In it, `*`
 * stands for any text; `^` at the beginning ties the pattern to the beginning of the text, and
 * `$` at the end ties it to the end.
 */
#ifndef OUTLIVE_VERDICT_SUPPRESSIONS_H
#define OUTLIVE_VERDICT_SUPPRESSIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suppression {
	const char *pattern;
	const char *file; /* name, borrowed from the caller */
	uint32_t line;    /* in the file, from 1 */
};

/* The rules of several files; zeroed is empty. */
struct suppressions {
	struct suppression *rules;
	uint32_t count, capacity;
	char **texts; /* contents of the files; patterns point into them */
	size_t text_count, text_capacity;
};

/*
 * Add the rules of a file. Returns 0; or -1 and *error: the file cannot be read, or a line is
 * invalid: which one, and why. Release it either way.
 */
int suppressions_read(struct suppressions *suppressions, const char *file,
                      struct error *error);
void suppressions_release(struct suppressions *suppressions);

/* Whether the pattern matches; no pattern matches an empty text. */
bool suppression_matches(const char *pattern, const char *text);

#endif

/*
 * verdict/suppressions.h - which leaks somebody does not want to see: a file in the syntax of
 * LeakSanitizer.
 *
 * One rule a line: "leak:PATTERN". Lines that begin with # are comments. A rule is about a
 * block if its pattern matches the name of a function, the source file or the module (a path)
 * of any frame of the stack that allocated it. A pattern matches any part of a text; `*`
 * stands for anything, `^` at its begin and `$` at its end for the ends of the text.
 */
#ifndef OUTLIVE_VERDICT_SUPPRESSIONS_H
#define OUTLIVE_VERDICT_SUPPRESSIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct suppression {
	const char *pattern;
	const char *file; /* the caller's */
	uint32_t line;    /* of the file, from 1 */
};

/* Of several files; zeroed is empty. */
struct suppressions {
	struct suppression *rules;
	uint32_t count, capacity;
	char **texts; /* of the files; patterns point into them */
	size_t text_count, text_capacity;
};

/*
 * Add those of a file. 0; or -1 and *error: it cannot be read, or which line is wrong and
 * why. Release it either way.
 */
int suppressions_read(struct suppressions *suppressions, const char *file,
                      struct error *error);
void suppressions_release(struct suppressions *suppressions);

/* Whether the pattern matches; an empty text is matched by none. */
bool suppression_matches(const char *pattern, const char *text);

#endif

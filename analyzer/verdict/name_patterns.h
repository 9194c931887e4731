/*
 * verdict/name_patterns.h - the functions that --wrapper, --keep and --mine name: what a pattern
 * means in one recording.
 */
#ifndef OUTLIVE_VERDICT_NAME_PATTERNS_H
#define OUTLIVE_VERDICT_NAME_PATTERNS_H

#include "base/error.h"
#include "base/text.h"
#include "replay/profile.h"
#include "verdict/class_options.h"

#include <stddef.h>

/* The patterns of an option, as they were given; they are replaced by what they mean. */
struct name_patterns {
	const char *option; /* "--keep" */
	const char **patterns;
	size_t count;
};

/*
 * Replace each pattern that is no function's name (nor a glob of one): a part of a name by that
 * name, a number ("35f") by the name of that function. For what matches nothing, "--keep 'x*'
 * matches no function" is appended to *unmatched, one a line. A pattern of --keep may also be a
 * family of functions, "std::vector". New strings are allocated and stay
 * until the program ends. Returns 0; -1 and *error: a part is in several names, which the message
 * lists; or memory is out.
 */
int name_patterns_resolve(struct name_patterns *patterns, const struct profile *profile,
                          struct text *unmatched, struct error *error);

/* The same for patterns of the user's own code (own_code.h), which are never replaced. */
int own_patterns_check(const struct name_patterns *patterns,
                       const struct profile *profile,
                       const struct class_options *options, struct text *unmatched);

#endif

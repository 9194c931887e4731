/*
 * report/why_choice.h - which call paths a user means by the argument of --why.
 */
#ifndef OUTLIVE_REPORT_WHY_CHOICE_H
#define OUTLIVE_REPORT_WHY_CHOICE_H

#include "verdict/advice.h"
#include "base/text.h"

#include <stdint.h>

/* How --why names a function: the number of one of its call paths, and this letter. */
#define WHY_FUNCTION "f"

/*
 * How --why names all call paths through one call site: the number of one of them, and this
 * letter.
 */
#define WHY_CALL "c"

/* Write how --why names a call site: by its only call path, or by all of them. */
#define WHY_NAME_BYTES 16
const char *why_call_site_text(char text[WHY_NAME_BYTES],
                               const struct call_site *call_site);

/*
 * What the user may mean instead of one call path or function. Zeroed is nothing; release the
 * list.
 */
struct why_several {
	struct text list;
	enum peel_reason peeled; /* why the function that was named is a wrapper */
};

/*
 * Set only[path] for each call path that `which` means: the number of one; the number of a
 * function ("35f": the function of path 35 in --by function) or of a call site ("35c": that of
 * path 35); or a function's name: in full, as reports shorten it with "..", or any part of it
 * that no other function has. Returns how many paths there are. 0: none; then *several
 * lists the functions that may be meant, or, if a wrapper was named, the functions that it
 * allocates for. -1: memory is out.
 */
long why_choose(uint8_t *only, const struct findings *findings, const char *which,
                struct why_several *several);

#endif

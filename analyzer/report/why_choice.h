/*
 * report/why_choice.h - which call paths a user means by the argument of --why.
 */
#ifndef OUTLIVE_REPORT_WHY_CHOICE_H
#define OUTLIVE_REPORT_WHY_CHOICE_H

#include "verdict/advice.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How --why names a call site: the number of its location, and this letter. Functions are
 * named by verdict/function_choice.h. Neither number depends on how blocks are filtered,
 * grouped or peeled.
 */
#define WHY_CALL "c"
#define WHY_NAME_BYTES 16
const char *why_call_site_text(char text[WHY_NAME_BYTES],
                               const struct call_site *call_site);

/*
 * What the user may mean instead of one call path or function. Zeroed is nothing; release list
 * and line.
 */
struct why_several {
	struct text list;        /* functions that allocate, one a line */
	struct text line;        /* functions that only own blocks, in one line */
	enum peel_reason peeled; /* why the function that was named is a wrapper */
	/* the function that was named allocates nothing, but owns blocks of these paths; 0: none */
	uint32_t owner;
	/* the name was found only as a part of others, or by a glob: a whole name goes before them */
	bool is_part;
	bool is_filtered; /* it is there, but a filter leaves none of its blocks */
};

/*
 * Set only[path] for each call path that `which` means: the number of one; the number of a
 * function in the function table ("35f") or of a call site ("35c"); a line ("a.c:12"), which
 * means each call site in it; or a function's name (name_match.h). A function that allocates
 * nothing itself means the call paths of the blocks that it owned.
 *
 * Returns how many paths there are. 0: none; then *several lists the functions that may be
 * meant, or, if a wrapper was named, the functions that it allocates for. -1: memory is out.
 */
long why_choose(uint8_t *only, const struct findings *findings, const char *which,
                struct why_several *several);

#endif

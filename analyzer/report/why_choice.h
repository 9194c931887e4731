/*
 * report/why_choice.h - which sites are meant by what a user says after --why.
 */
#ifndef OUTLIVE_REPORT_WHY_CHOICE_H
#define OUTLIVE_REPORT_WHY_CHOICE_H

#include "verdict/findings.h"
#include "base/text.h"

#include <stdint.h>

/* What --why calls a function: the number of one of its sites, and this. */
#define WHY_FUNCTION "f"

/* What is meant instead of one site or function. Zeroed is nothing; release the list. */
struct why_several {
	struct text list;
	enum peel_reason peeled; /* of the function that is named */
};

/*
 * Set only[site] of the sites that are meant by `which`: the number of one; that of a
 * function ("35f": the function that --by function says site 35 is of), its name in full or
 * as reports show it, cut by ".." perhaps, or any part of it that no other function has. How many
 * there are; 0: none, and if several functions are meant, *several lists them; if one that is
 * peeled, those that it allocates for. -1: memory is out.
 */
long why_choose(uint8_t *only, const struct findings *findings, const char *which,
                struct why_several *several);

#endif

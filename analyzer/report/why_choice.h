/*
 * report/why_choice.h - which sites are meant by what a user says after --why.
 */
#ifndef OUTLIVE_REPORT_WHY_CHOICE_H
#define OUTLIVE_REPORT_WHY_CHOICE_H

#include "verdict/advice.h"
#include "base/text.h"

#include <stdint.h>

/* What --why calls a function: the number of one of its sites, and this. */
#define WHY_FUNCTION "f"

/* And all call paths through one call in a function: the number of one of them, and this. */
#define WHY_CALL "c"

/* What --why calls a place: that of its only call path, or of all. */
#define WHY_PLACE_BYTES 16
const char *why_place_text(char text[WHY_PLACE_BYTES], const struct place *place);

/* What is meant instead of one site or function. Zeroed is nothing; release the list. */
struct why_several {
	struct text list;
	enum peel_reason peeled; /* of the function that is named */
};

/*
 * Set only[site] of the sites that are meant by `which`: the number of one; that of a
 * function ("35f": the function that --by function says site 35 is of), or of a call in it
 * ("35c": the call that site 35 is of), its name in full or
 * as reports show it, cut by ".." perhaps, or any part of it that no other function has. How many
 * there are; 0: none, and if several functions are meant, *several lists them; if one that is
 * peeled, those that it allocates for. -1: memory is out.
 */
long why_choose(uint8_t *only, const struct findings *findings, const char *which,
                struct why_several *several);

#endif

/*
 * verdict/copies.h - copies that a reference, or a move, would save.
 */
#ifndef OUTLIVE_VERDICT_COPIES_H
#define OUTLIVE_VERDICT_COPIES_H

#include "verdict/call_sites.h"

#include <stdbool.h>

/*
 * Whether all blocks of the call site are copies that one statement makes and frees: a copy
 * constructor (or clone()) allocates them; at their birth, and at their end, another block of
 * their size is alive, so that what they were made from seems to outlive them; no larger block
 * replaces them; each is gone before the next is made, so that nothing keeps them; and the function
 * that owns them frees them on the line that made them.
 */
bool is_of_copies(const struct classes *classes, const struct call_site *call_site);

#endif

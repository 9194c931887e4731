/*
 * verdict/changeable.h - what of a program its author can change, and whether blocks are made and
 * ended by nothing else.
 */
#ifndef OUTLIVE_VERDICT_CHANGEABLE_H
#define OUTLIVE_VERDICT_CHANGEABLE_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether somebody can change the function: it has a name, does not call main(), and is not
 * of the C library or a language's.
 */
bool is_changeable(const struct classes *classes, uint32_t function);

/* Whether that is true of all that own blocks of it. */
bool has_changeable_owners(const struct classes *classes,
                           const struct life_summary *summary);

/* The path of the system's library that the function lies in; NULL: it is the program's. */
const char *library_of(const struct classes *classes, uint32_t function);

/*
 * Whether a function of another module than `function`'s makes the blocks, and is peeled off
 * only for what it does: whoever calls fopen() does not decide how it comes by its FILE.
 */
bool is_made_elsewhere(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function);

/*
 * Whether blocks are freed by code of another module than `function`'s (what is given to a
 * library is the library's), or nobody knows by whose; or given to realloc so.
 */
bool is_freed_elsewhere(const struct classes *classes,
                        const struct life_summary *summary, uint32_t function);
bool is_moved_elsewhere(const struct classes *classes,
                        const struct life_summary *summary, uint32_t function);

#endif

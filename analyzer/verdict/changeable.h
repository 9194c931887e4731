/*
 * verdict/changeable.h - which parts of a program its author can change, and whether only those
 * parts allocate and free its blocks.
 */
#ifndef OUTLIVE_VERDICT_CHANGEABLE_H
#define OUTLIVE_VERDICT_CHANGEABLE_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the author can change the function: it has a name, does not call main(), and does not
 * belong to the C library or to the runtime of a language.
 */
bool is_changeable(const struct classes *classes, uint32_t function);

/* Whether every owner of the blocks can be changed. */
bool has_changeable_owners(const struct classes *classes,
                           const struct life_summary *summary);

/*
 * Whether some of the blocks were freed after main() returned, while no function of the user's ran.
 */
bool has_exit_owner(const struct classes *classes, const struct life_summary *summary);

/* The path of the system library that contains the function; NULL: it is the program's. */
const char *library_of(const struct classes *classes, uint32_t function);

/*
 * Whether `function`, which allocates the blocks, and their owners are in several libraries of the
 * system, and none of them is the program's, or the user's own: no one would change all of these.
 */
bool is_between_libraries(const struct classes *classes,
                          const struct life_summary *summary, uint32_t function);

/*
 * Whether a function of another module than `function`'s allocates the blocks, and is a wrapper
 * only by its behaviour. Example: the caller of fopen() does not decide how fopen() allocates
 * its FILE.
 */
bool is_made_elsewhere(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function);

/*
 * Where the code is that frees blocks, or passes them to realloc: a block that was given to a
 * library is the library's.
 */
enum where {
	WHERE_HERE,      /* in the same module as the function, or it has never happened */
	WHERE_ANYWHERE,  /* in more call paths than are counted apart */
	WHERE_ELSEWHERE, /* in another module, or one that is not known */
};

enum where freed_where(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function);
enum where moved_where(const struct classes *classes,
                       const struct life_summary *summary, uint32_t function);

#endif

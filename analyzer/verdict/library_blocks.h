/*
 * verdict/library_blocks.h - blocks that a library or the compiler allocates for purposes of its
 * own: what its user writes is no allocation that could become a variable.
 */
#ifndef OUTLIVE_VERDICT_LIBRARY_BLOCKS_H
#define OUTLIVE_VERDICT_LIBRARY_BLOCKS_H

#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>

/*
 * Whether containers of a standard library allocate blocks of the summary. These decide
 * themselves when and how much.
 */
bool is_of_container(const struct classes *classes, const struct life_summary *summary);

/* Whether they are what a string stream writes into: a container that cannot be reserved. */
bool is_of_stream(const struct classes *classes, const struct life_summary *summary);

/* Whether some are what Rust's format!() makes, which cannot be reserved either. */
bool is_of_format(const struct classes *classes, const struct life_summary *summary);

/* Whether the runtime of C++ allocates them for what is thrown. */
bool is_of_exception(const struct classes *classes, const struct life_summary *summary);

/*
 * Whether each of them is the frame of a C++ coroutine: operator new was called for it by the part
 * of the coroutine that makes the frame.
 */
bool is_of_coroutine(const struct classes *classes, const struct life_summary *summary);

#endif

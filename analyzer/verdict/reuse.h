/* verdict/reuse.h - blocks one of which could be kept and used again. */
#ifndef OUTLIVE_VERDICT_REUSE_H
#define OUTLIVE_VERDICT_REUSE_H

#include "verdict/call_sites.h"
#include "verdict/classes.h"
#include "verdict/evidence.h"

#include <stdbool.h>

/*
 * Whether the function frees the blocks; others free no more of them than were live at once, so
 * these may be the last ones.
 */
bool is_freed_by(const struct life_summary *summary, uint32_t function);

/*
 * Whether blocks follow each other, each freed where the next one is allocated. At least three in
 * four are, so the last ones are few.
 */
bool is_for_reuse(const struct classes *classes, const struct call_site *call_site);

/*
 * Whether there was never a second block of the call site, though all but the last one were
 * passed up and freed elsewhere than in the function: then one that is kept would do.
 */
bool is_alone(const struct life_summary *summary, uint32_t function);

/*
 * Whether the blocks are parts of what is_alone(): as many as that, made one at a time by the same
 * call of the owner, and freed in the owner, too. Whoever keeps an object keeps its parts.
 */
bool is_made_with(const struct classes *classes, const struct life_summary *whole,
                  const struct life_summary *part);

#endif

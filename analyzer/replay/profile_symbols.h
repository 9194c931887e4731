/*
 * replay/profile_symbols.h - asks a symbolizer for what a recording lacks: names, and which
 * functions were inlined at its addresses.
 */
#ifndef OUTLIVE_REPLAY_PROFILE_SYMBOLS_H
#define OUTLIVE_REPLAY_PROFILE_SYMBOLS_H

#include "replay/profile.h"
#include "symbols/symbolizer.h"

#include <stddef.h>

/*
 * Find names for all addresses of the profile that have none. *asked: how many that were; may
 * be NULL. 0, or -1 when memory is out.
 */
int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked);

/* A symbolizer that answers for the addresses of one profile. */
struct profile_answers;

/* Both are borrowed, and must have a table of symbols and a map. NULL: memory is out. */
struct profile_answers *profile_answers_new(struct profile *profile,
                                            struct symbolizer *symbolizer);
void profile_answers_free(struct profile_answers *answers);

/* For a source map; `answers` may be NULL. */
const struct source_answers *profile_answers_given(
	const struct profile_answers *answers);

#endif

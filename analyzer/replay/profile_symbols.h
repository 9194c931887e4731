/*
 * replay/profile_symbols.h - names for the addresses of a profile that have none yet: for a
 * trace at the end of `outlive run`, and for a raw ring when it is reported.
 */
#ifndef OUTLIVE_REPLAY_PROFILE_SYMBOLS_H
#define OUTLIVE_REPLAY_PROFILE_SYMBOLS_H

#include "replay/profile.h"
#include "symbols/symbolizer.h"

/*
 * Ask the symbolizer for every location of the profile that profile->symbols does not have, and
 * add the answers to it. *asked (may be NULL): how many locations that were.
 * symbol_table_save() can then write them as a SYMBOLS block. 0, or -1: memory is out.
 */
int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked);

#endif

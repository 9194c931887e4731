/*
 * replay/profile_symbols.h - names for the addresses of a profile that have none yet: what a
 * trace gets at the end of `outlive run`, and a raw ring when it is reported.
 */
#ifndef OUTLIVE_REPLAY_PROFILE_SYMBOLS_H
#define OUTLIVE_REPLAY_PROFILE_SYMBOLS_H

#include "replay/profile.h"
#include "symbols/symbolizer.h"

/*
 * Ask the symbolizer for every location of the profile that profile->symbols does not
 * know, and add what it says to them. *asked (may be NULL): how many there were.
 * symbol_table_save() then makes a SYMBOLS block of them. 0, or -1: memory is out.
 */
int profile_symbolize(struct profile *profile, struct symbolizer *symbolizer,
                      size_t *asked);

#endif

/*
 * replay/profile_symbols.h - names for the addresses of a profile that have none yet.
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

#endif

/*
 * report/text/alive.h - what is alive at the end of a flight recorder's recording, whenever it was
 * born.
 */
#ifndef OUTLIVE_REPORT_TEXT_ALIVE_H
#define OUTLIVE_REPORT_TEXT_ALIVE_H

#include "base/screen.h"
#include "replay/profile.h"

#include <stdint.h>

/*
 * The largest call paths, if there is an account and events are overwritten: else the rest of the
 * report has it all. 0, or -1 when memory is out.
 */
int report_alive(const struct screen *screen, const struct profile *profile);

/* The same, but `top` call paths; 0: all. */
int report_alive_paths(const struct screen *screen, const struct profile *profile,
                       uint64_t top);

#endif

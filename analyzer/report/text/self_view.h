/*
 * report/text/self_view.h - the snapshots that a process took of itself, for people: shown if
 * there are none from outside, and for its end.
 */
#ifndef OUTLIVE_REPORT_TEXT_SELF_VIEW_H
#define OUTLIVE_REPORT_TEXT_SELF_VIEW_H

#include "replay/profile.h"
#include "base/screen.h"

#include <stdbool.h>

/*
 * Needs at least one snapshot of the process itself. `incomplete`: what is missing of the
 * recording, as completeness_text() has it; NULL: nothing.
 */
void self_view_text(const struct profile *profile, const char *incomplete,
                    const struct screen *screen);

/*
 * Print one line; none if the process took no snapshot at its end. Needs at least one snapshot
 * from outside.
 */
void segment_end_text(const struct profile *profile, const struct screen *screen);

/* Whether the resident size at the end, and the highest until then, are known. */
bool segment_end_is_known(const struct profile *profile);

#endif

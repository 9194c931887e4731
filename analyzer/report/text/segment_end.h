/*
 * report/text/segment_end.h - how a recorded process ended, as it saw itself.
 */
#ifndef OUTLIVE_REPORT_TEXT_SEGMENT_END_H
#define OUTLIVE_REPORT_TEXT_SEGMENT_END_H

#include "replay/profile.h"
#include "base/screen.h"

#include <stdbool.h>

/* One line; none where it did not see its end. There is one sample at least. */
void segment_end_text(const struct profile *profile, const struct screen *screen);

/* Whether how much was resident at the end, and at most until then, is known. */
bool segment_end_is_known(const struct profile *profile);

#endif

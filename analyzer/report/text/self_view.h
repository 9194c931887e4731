/*
 * report/text/self_view.h - how a process saw its own mappings, for people: where there is
 * nothing better, and how it ended.
 */
#ifndef OUTLIVE_REPORT_TEXT_SELF_VIEW_H
#define OUTLIVE_REPORT_TEXT_SELF_VIEW_H

#include "replay/profile.h"
#include "base/screen.h"

#include <stdbool.h>

/* There is one picture at least. */
void segment_pictures_text(const struct profile *profile, const struct screen *screen);

/* One line; none where it did not see its end. There is one sample at least. */
void segment_end_text(const struct profile *profile, const struct screen *screen);

/* Whether how much was resident at the end, and at most until then, is known. */
bool segment_end_is_known(const struct profile *profile);

#endif

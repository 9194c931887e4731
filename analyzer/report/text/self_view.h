/*
 * report/text/self_view.h - how a process saw its own mappings, for people, where there is
 * nothing better.
 */
#ifndef OUTLIVE_REPORT_TEXT_SELF_VIEW_H
#define OUTLIVE_REPORT_TEXT_SELF_VIEW_H

#include "replay/profile.h"
#include "base/screen.h"

/* There is one picture at least. */
void segment_pictures_text(const struct profile *profile, const struct screen *screen);

/* "start", "modules", "exec", "end"; "?": a later version's. */
const char *picture_reason(uint32_t reason);

#endif

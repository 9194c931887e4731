/*
 * report/text/timeline.h - segments over time, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_H

#include "base/screen.h"
#include "report/timeline.h"

/* Needs at least one snapshot. */
void segment_timeline_text(const struct segment_timeline *timeline,
                           const struct screen *screen);

#endif

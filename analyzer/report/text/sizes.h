/*
 * report/text/sizes.h - how large a recorded process was between the looks at all of it, for
 * people.
 */
#ifndef OUTLIVE_REPORT_TEXT_SIZES_H
#define OUTLIVE_REPORT_TEXT_SIZES_H

#include "base/screen.h"
#include "report/timeline.h"

/* "by size every 100 ms (43 times); whole ", or "" without sizes. */
void size_timeline_often(char *text, size_t bytes,
                         const struct segment_timeline *timeline);

/* A line or two: the size at the times that were asked for; nothing without sizes. */
void size_timeline_at(const struct segment_timeline *timeline,
                      const struct screen *screen);

/* The sizes that no look is near to, and the highest. */
void size_timeline_table(const struct segment_timeline *timeline,
                         const struct screen *screen);

#endif

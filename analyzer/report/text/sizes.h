/*
 * report/text/sizes.h - how large a recorded process was between its snapshots, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_SIZES_H
#define OUTLIVE_REPORT_TEXT_SIZES_H

#include "base/screen.h"
#include "report/timeline.h"

/* Write "; the size alone every 100 ms (43 times)", or "" without sizes. */
void size_timeline_often(char *text, size_t bytes,
                         const struct segment_timeline *timeline);

/* Print a line or two: the size at the times that were asked for; nothing without sizes. */
void size_timeline_at(const struct segment_timeline *timeline,
                      const struct screen *screen);

/* Print the sizes that have no snapshot near them, and the highest one. */
void size_timeline_table(const struct segment_timeline *timeline,
                         const struct screen *screen);

#endif

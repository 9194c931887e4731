/*
 * report/text/timeline_lines.h - lines about segments over time that several views have.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_LINES_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_LINES_H

#include "base/screen.h"
#include "report/timeline.h"

/* What segment_timeline_oddities() tells, below a heading; nothing if it tells nothing. */
void segment_timeline_odd_lines(const struct screen *screen,
                                const struct profile *profile);

/* Why nothing is said of what lives in the heap, if events are missing. */
void segment_timeline_lost(const struct screen *screen, const struct profile *profile);

/* What of the heap of a sample lies in other mappings; nothing if nothing does. */
void segment_timeline_moved(const struct screen *screen,
                            const struct segment_sample *sample);

/* One or two lines on the default screen of a report; nothing without samples. */
void segment_timeline_summary(const struct screen *screen,
                              const struct profile *profile);

#endif

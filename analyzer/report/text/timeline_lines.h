/*
 * report/text/timeline_lines.h - lines about segments over time that several views share.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_LINES_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_LINES_H

#include "base/screen.h"
#include "report/timeline.h"

/*
 * Print the findings of segment_timeline_oddities() below a heading; nothing if there are none.
 */
void segment_timeline_odd_lines(const struct screen *screen,
                                const struct profile *profile);

/* "at most ", if some of outlive's own may be left in the kernel's peak; else "". */
const char *segment_peak_bound(const struct segment_history *history);

/* If events are missing, print that what lives in the heap is not known. */
void segment_timeline_lost(const struct screen *screen, const struct profile *profile);

/* Print how much of a snapshot's heap is in other mappings; nothing if none is. */
void segment_timeline_moved(const struct screen *screen,
                            const struct segment_snapshot *snapshot);

/*
 * Print the part of the default screen about the memory of the process, with a heading; nothing
 * without snapshots. Its last lines come apart, so that others fit between: how much of the heap
 * was freed but kept, if that was unusually much and `shows_kept`, and the recorder's own memory.
 */
void segment_timeline_summary(const struct screen *screen,
                              const struct profile *profile);
void segment_timeline_summary_end(const struct screen *screen,
                                  const struct profile *profile, bool shows_kept);

#endif

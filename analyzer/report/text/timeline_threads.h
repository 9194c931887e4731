/*
 * report/text/timeline_threads.h - the stacks of threads over time, for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_TIMELINE_THREADS_H
#define OUTLIVE_REPORT_TEXT_TIMELINE_THREADS_H

#include "base/screen.h"
#include "report/timeline.h"

void timeline_threads_print(const struct segment_timeline *timeline,
                            const struct screen *screen);

#endif

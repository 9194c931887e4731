/*
 * report/text/segments.h - segments for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_SEGMENTS_H
#define OUTLIVE_REPORT_TEXT_SEGMENTS_H

#include "base/screen.h"
#include "report/segments.h"

/* 0, or -1: memory is out. */
int segment_report_text(const struct segment_report *report,
                        const struct screen *screen);

#endif

/*
 * report/text/go.h - the Go runtimes of a living process for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_GO_H
#define OUTLIVE_REPORT_TEXT_GO_H

#include "base/screen.h"
#include "report/segments.h"

/* Print what each runtime does with its memory; nothing if there is none. */
void go_print(const struct segments *segments, const struct screen *screen);

/* Print a row for each function that goroutines began with. */
void goroutines_print(const struct segment_report *report, const struct screen *screen);

#endif

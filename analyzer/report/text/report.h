/*
 * report/text/report.h - a profile for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_REPORT_H
#define OUTLIVE_REPORT_TEXT_REPORT_H

#include "replay/profile.h"
#include "report/rows.h"

#include <stdio.h>

/*
 * Print the report to the file: as wide as its terminal, and in colour if it is one. Strings of
 * the traced program are escaped. The overview shows what became of the blocks, the advice, the
 * functions that allocated most and made the peak, and what was never freed. Returns 0, or -1
 * when memory is out; 1: settings->why names no call path.
 */
int report_text(const struct profile *profile, const struct report_settings *settings,
                FILE *file);

#endif

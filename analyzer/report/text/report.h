/*
 * report/text/report.h - a profile for people.
 */
#ifndef OUTLIVE_REPORT_TEXT_REPORT_H
#define OUTLIVE_REPORT_TEXT_REPORT_H

#include "replay/profile.h"
#include "report/rows.h"

#include <stdio.h>

/*
 * Print it to the file: as wide as its terminal, coloured if that is one. Strings of the
 * traced program are escaped. The overview says what became of the blocks, what to
 * do about it, who allocated the most, who made the peak, and what was never freed. 0, or -1
 * when memory is out; 1: settings->why names no site.
 */
int report_text(const struct profile *profile, const struct report_settings *settings,
                FILE *file);

#endif

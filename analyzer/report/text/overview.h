/*
 * report/text/overview.h - the default screen of a report, in the order of a reader's questions:
 * what grows, what costs most and can be avoided, who made the peak, where the memory of the
 * process is, and what became of the blocks.
 */
#ifndef OUTLIVE_REPORT_TEXT_OVERVIEW_H
#define OUTLIVE_REPORT_TEXT_OVERVIEW_H

#include "base/screen.h"
#include "report/rows.h"
#include "verdict/advice.h"

#include <stddef.h>

/* 0, or -1: memory is out. */
int report_overview(const struct screen *screen, const struct findings *findings,
                    const struct report_settings *settings);

/* Print the rest of a line: a row's function, dim if it is not the user's own code. */
void overview_function(const struct screen *screen, const struct classes *classes,
                       const struct report_row *row, size_t used);

#endif

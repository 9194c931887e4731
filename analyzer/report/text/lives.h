/*
 * report/text/lives.h - tables of lives in a text report: the call paths of one class, and the
 * functions that own blocks of others.
 */
#ifndef OUTLIVE_REPORT_TEXT_LIVES_H
#define OUTLIVE_REPORT_TEXT_LIVES_H

#include "verdict/advice.h"
#include "report/rows.h"
#include "base/screen.h"

#include <stddef.h>

/* Print the rows that have blocks of the class, or kind, of the settings. 0 or -1. */
int report_class_rows(const struct screen *screen, const struct findings *findings,
                      const struct report_settings *settings);

/*
 * Print a row for each function to whose frames blocks belonged when they were freed. 0 or -1.
 */
int report_owners(const struct screen *screen, const struct findings *findings,
                  uint64_t top);

#endif

/*
 * report/text/classes.h - the classes of a text report, and how much of the report is exact.
 */
#ifndef OUTLIVE_REPORT_TEXT_CLASSES_H
#define OUTLIVE_REPORT_TEXT_CLASSES_H

#include "verdict/advice.h"
#include "base/screen.h"

#include <stddef.h>

/*
 * Print one line for each class that has blocks, of all blocks or of some; `split`: of those
 * that are stack-like.
 */
void report_classes(const struct screen *screen, const struct classes *classes,
                    const struct class_counts *counts, const struct kind_split *split);

/*
 * Print the last lines of every report: how many of the blocks are exact, how many stacks were
 * cut short, what is hidden, and which wrappers were skipped.
 */
void report_footer(const struct screen *screen, const struct classes *classes,
                   const char *incomplete);

#endif

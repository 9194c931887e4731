/*
 * report/text/classes.h - the classes of a text report, the best pieces of advice, and how much
 * of it is exact.
 */
#ifndef OUTLIVE_REPORT_TEXT_CLASSES_H
#define OUTLIVE_REPORT_TEXT_CLASSES_H

#include "verdict/advice.h"
#include "base/screen.h"

#include <stddef.h>

/* One line for each class that has blocks, of all blocks or of some. */
void report_classes(const struct screen *screen, const struct classes *classes,
                    const struct class_counts *counts);

/* The first `count` pieces, two lines each. 0, or -1 when memory is out. */
int report_advice(const struct screen *screen, const struct findings *findings,
                  size_t count);

/*
 * The last lines of every report: which part of the blocks is exact, how many stacks were
 * cut short, what is hidden, what was peeled.
 */
void report_footer(const struct screen *screen, const struct classes *classes);

/*
 * "file.c:12" of a location, or its module; escaped, into `text`. The line is one of the
 * physical function, whatever was inlined there. 0, or -1 when memory is out.
 */
int location_place_text(char *text, size_t bytes, const struct profile *profile,
                        uint32_t location);

#endif

/*
 * report/text/growth.h - what grew, for people: the call sites that had ever more bytes alive,
 * and what was never freed besides.
 */
#ifndef OUTLIVE_REPORT_TEXT_GROWTH_H
#define OUTLIVE_REPORT_TEXT_GROWTH_H

#include "base/screen.h"
#include "verdict/advice.h"

/* Print the first part of the default screen. 0, or -1: memory is out. */
int report_growth(const struct screen *screen, const struct findings *findings);

/*
 * All that is growing, at most `top` rows of it (0: all), as --class growing shows it: blocks that
 * are freed only at exit are of other classes. Nothing if nothing grows. 0, or -1: memory is out.
 */
int report_growth_all(const struct screen *screen, const struct findings *findings,
                      uint64_t top);

#endif

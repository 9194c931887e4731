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

#endif

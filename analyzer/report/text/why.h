/*
 * report/text/why.h - everything about one call path or function: how its blocks lived, which
 * class that makes them, and why.
 */
#ifndef OUTLIVE_REPORT_TEXT_WHY_H
#define OUTLIVE_REPORT_TEXT_WHY_H

#include "verdict/advice.h"
#include "base/screen.h"
#include "report/why_choice.h"

/*
 * `which` as in why_choose(): one call path, or all paths of a function together. Returns 0; 1:
 * there is no such path, or *several lists what may be meant instead, and nothing was printed;
 * -1: memory is out.
 */
int report_why(const struct screen *screen, const struct findings *findings,
               const char *which, struct why_several *several);

#endif

/*
 * report/text/why.h - one site whole: how its blocks lived, what that says, and why.
 */
#ifndef OUTLIVE_REPORT_TEXT_WHY_H
#define OUTLIVE_REPORT_TEXT_WHY_H

#include "verdict/advice.h"
#include "base/screen.h"
#include "report/why_choice.h"

/*
 * `which` as in why_choose(): one site, or all those of a function together. 0; 1: there is no
 * such site, or *several has what is meant instead, nothing was printed; -1: memory is out.
 */
int report_why(const struct screen *screen, const struct findings *findings,
               const char *which, struct why_several *several);

#endif

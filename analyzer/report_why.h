/*
 * report_why.h - one site whole: how its blocks lived, what that says, and why. Layer 17.
 */
#ifndef OUTLIVE_REPORT_WHY_H
#define OUTLIVE_REPORT_WHY_H

#include "findings.h"
#include "screen.h"

/*
 * `which`: the number of a site, or the name of a function as reports show it (parameters
 * may be left out): then all sites of it together. 0; 1: there is no such site, nothing
 * was printed; -1: memory is out.
 */
int report_why(const struct screen *screen, const struct findings *findings,
               const char *which);

#endif

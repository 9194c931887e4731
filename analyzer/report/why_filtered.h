/*
 * report/why_filtered.h - whether what --why was asked for is there, but a filter leaves none of
 * its blocks.
 */
#ifndef OUTLIVE_REPORT_WHY_FILTERED_H
#define OUTLIVE_REPORT_WHY_FILTERED_H

#include "verdict/classes.h"

/*
 * `which` as in why_choose(), when that finds nothing. 1: it is a call path, a call site, a line
 * or a function that allocated, of whose blocks no one passes the filters. 0: it is not. -1:
 * memory is out.
 */
int why_is_filtered(const struct classes *classes, const char *which);

#endif

/* report/text/debug_gaps.h - says where debug information is missing, and what to do. */
#ifndef OUTLIVE_REPORT_TEXT_DEBUG_GAPS_H
#define OUTLIVE_REPORT_TEXT_DEBUG_GAPS_H

#include "base/screen.h"
#include "verdict/classes.h"

/* A line for each kind of gap; nothing if there is none, or memory is out. */
void debug_gaps_print(const struct screen *screen, const struct classes *classes);

#endif

/*
 * verdict/advice_lines.h - makes one of all advice that one change of the source follows.
 */
#ifndef OUTLIVE_VERDICT_ADVICE_LINES_H
#define OUTLIVE_VERDICT_ADVICE_LINES_H

#include "verdict/advice_list.h"
#include "verdict/call_sites.h"
#include "verdict/classes.h"

/*
 * Merge the advice about call sites of one line of the source. Leaves out what suits a few blocks
 * of a line only, and what counts on one block at a time where several call sites of the line
 * have blocks at once; flags those call sites. 0, or -1 when memory is out.
 */
int advice_lines_merge(struct advice_list *list, const struct classes *classes,
                       struct call_sites *call_sites);

#endif

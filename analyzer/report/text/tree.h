/*
 * report/text/tree.h - the call tree of a text report, from the functions where threads begin
 * to those that allocate.
 */
#ifndef OUTLIVE_REPORT_TEXT_TREE_H
#define OUTLIVE_REPORT_TEXT_TREE_H

#include "verdict/classes.h"
#include "report/rows.h"
#include "base/screen.h"

/*
 * Print the branches that carry most of what `sort` weighs, in at most `lines_max` lines;
 * frames without a fork between them share a line. `only` (by number of the call path, may be
 * NULL): leave out the paths where it is 0. 0, or -1 when memory is out.
 */
int report_tree(const struct screen *screen, const struct classes *classes,
                enum report_sort sort, size_t lines_max, const uint8_t *only);

#endif

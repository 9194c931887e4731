/*
 * report/text/tree.h - the call tree of a text report, from where threads begin down to who
 * allocated.
 */
#ifndef OUTLIVE_REPORT_TEXT_TREE_H
#define OUTLIVE_REPORT_TEXT_TREE_H

#include "verdict/classes.h"
#include "report/rows.h"
#include "base/screen.h"

/*
 * Print the branches that carry most of what `sort` weighs, at most `lines_max` lines;
 * frames without a branch between them share a line. `only` (by number of the site, may
 * be NULL): leave out the sites where it is 0. 0, or -1 when memory is out.
 */
int report_tree(const struct screen *screen, const struct classes *classes,
                enum report_sort sort, size_t lines_max, const uint8_t *only);

#endif

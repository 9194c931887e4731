/*
 * report/text/tree.h - the call tree of a text report, from the functions where threads begin
 * to those that allocate.
 */
#ifndef OUTLIVE_REPORT_TEXT_TREE_H
#define OUTLIVE_REPORT_TEXT_TREE_H

#include "verdict/classes.h"
#include "report/rows.h"
#include "base/screen.h"

/* How much of the total a branch of the tree must carry to be shown, for a heading. */
#define REPORT_TREE_LEAST "branches of at least 2.5 %"

/*
 * Print the branches that carry most of what `sort` weighs, in at most `lines_max` lines, and how
 * many branches that leaves out; `others` says how to see these. In a line,
 * frames without a fork between them are joined. `only` (by number of the call path, may be
 * NULL): leave out the paths where it is 0. 0, or -1 when memory is out.
 */
int report_tree(const struct screen *screen, const struct classes *classes,
                enum report_sort sort, size_t lines_max, const char *others,
                const uint8_t *only);

#endif

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

struct report_tree_choice {
	enum report_sort sort;
	size_t lines_max;
	const char *others;  /* how to see the branches that are left out */
	const uint8_t *only; /* by number of the call path: 0 leaves it out; NULL: none */
	bool has_go;         /* with Go's heap, in a column of its own */
};

/*
 * Print the branches that carry most of what `sort` weighs, and how many are left out. In a line,
 * frames without a fork between them are joined. 0, or -1 when memory is out.
 */
int report_tree(const struct screen *screen, const struct classes *classes,
                const struct report_tree_choice *choice);

#endif

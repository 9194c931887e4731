/*
 * report/tree.h - the call tree as people see it: by functions, not by return addresses,
 * and without what only starts a thread or allocates for its caller.
 */
#ifndef OUTLIVE_REPORT_TREE_H
#define OUTLIVE_REPORT_TREE_H

#include "replay/call_tree.h"
#include "replay/profile.h"
#include "report/settings.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

struct name_tree {
	struct call_tree tree;     /* a node's location is the index of its label */
	struct stack_name *labels; /* [0] is the root's; strings are the profile's */
	size_t label_count;
	uint64_t *weights; /* by node, all that lies below it included */
};

/*
 * Weigh every site as `sort` says; `only` (by number of the site, may be NULL): leave out
 * those where it is 0. `hidden_bytes` (likewise): not to be counted of what is live. 0, or -1
 * when memory is out; release either way.
 */
int name_tree_make(struct name_tree *names, const struct profile *profile,
                   enum report_sort sort, const uint8_t *only,
                   const uint64_t *hidden_bytes);
void name_tree_release(struct name_tree *names);

#endif

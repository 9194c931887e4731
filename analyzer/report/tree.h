/*
 * report/tree.h - the call tree as people read it: by functions instead of return addresses,
 * and without the functions that only start a thread or allocate for their callers.
 */
#ifndef OUTLIVE_REPORT_TREE_H
#define OUTLIVE_REPORT_TREE_H

#include "replay/call_tree.h"
#include "replay/profile.h"
#include "report/settings.h"
#include "verdict/stack_names.h"

#include <stddef.h>
#include <stdint.h>

/* What a node and all nodes below it weigh: blocks of C, and objects of Go's heap. */
struct name_weight {
	uint64_t c, go;
};

struct name_tree {
	struct call_tree tree;     /* the location of a node is the index of its label */
	struct stack_name *labels; /* [0] is the root's; strings belong to the profile */
	size_t label_count;
	uint32_t *c_nodes;  /* where each node of the profile's call tree is */
	uint32_t *go_nodes; /* where each path of Go's heap is; NULL: they are not in it */
	struct name_weight *weights; /* by node */
};

/*
 * Make the tree of the profile's call paths. `has_go`: also of those of Go's heap, under the same
 * functions; C that called Go is not on these. Returns 0, or -1 when memory is out; release it
 * either way.
 */
int name_tree_make(struct name_tree *names, const struct classes *classes, bool has_go);

/*
 * Weigh it by `sort`; Go's heap has no weight at the peak. `only` (by number of the call path, may
 * be NULL): leave out the paths where it is 0. `hidden_bytes` (likewise): live bytes that are not
 * counted.
 */
void name_tree_weigh(struct name_tree *names, const struct profile *profile,
                     enum report_sort sort, const uint8_t *only,
                     const uint64_t *hidden_bytes);
void name_tree_release(struct name_tree *names);

#endif

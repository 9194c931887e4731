/*
 * call_tree.h - every call path of a process, each once: a node is its parent and the
 * location called from there. Layer 2.
 *
 * Node 0 is the root, where threads begin; it has no location.
 */
#ifndef OUTLIVE_CALL_TREE_H
#define OUTLIVE_CALL_TREE_H

#include "hash_index.h"

#include <stddef.h>
#include <stdint.h>

#define CALL_ROOT 0u
#define CALL_NODE_NONE UINT32_MAX /* memory is out */

struct call_node {
	uint32_t parent;
	uint32_t location;   /* number in the address map; 0 for the root */
	uint32_t child_last; /* the child asked for last; 0: none yet */
	uint32_t site;       /* number of its site; 0: nothing was allocated here */
};

struct call_tree {
	struct call_node *nodes;
	uint32_t count, capacity;
	struct hash_index index;
};

/* 0, or -1 when memory is out. */
int call_tree_init(struct call_tree *tree);
void call_tree_release(struct call_tree *tree);

/* call_tree_child() without its shortcut. */
uint32_t call_tree_child_find(struct call_tree *tree, uint32_t parent, uint32_t location);

/* The child of a node at a location, made if it is new; CALL_NODE_NONE: no memory. */
static inline uint32_t call_tree_child(struct call_tree *tree, uint32_t parent,
                                       uint32_t location)
{
	uint32_t child = tree->nodes[parent].child_last;

	/* The root is nobody's child, so 0 never matches a real location. */
	if (tree->nodes[child].location == location)
		return child;
	return call_tree_child_find(tree, parent, location);
}

/* Frames from the root to the node. */
uint32_t call_tree_depth(const struct call_tree *tree, uint32_t node);

#endif

/* call_tree.c - every call path of a process, each once. Layer 2. */
#include "call_tree.h"

#include <stdlib.h>

#define NODES_FIRST 4096u
#define NODES_MAX (1u << 30)

int call_tree_init(struct call_tree *tree)
{
	*tree = (struct call_tree){ .capacity = NODES_FIRST, .count = 1 };
	tree->nodes = malloc(NODES_FIRST * sizeof(*tree->nodes));
	if (!tree->nodes)
		return -1;
	tree->nodes[CALL_ROOT] = (struct call_node){ 0, 0, 0, 0 };
	return 0;
}

void call_tree_release(struct call_tree *tree)
{
	free(tree->nodes);
	hash_index_release(&tree->index);
	*tree = (struct call_tree){ .nodes = NULL };
}

static uint64_t node_hash(uint32_t parent, uint32_t location)
{
	return hash_words((uint64_t)parent << 32 | location, 0);
}

static uint64_t node_hash_of(const void *context, uint32_t number)
{
	const struct call_node *node = &((const struct call_tree *)context)->nodes[number];

	return node_hash(node->parent, node->location);
}

static uint32_t node_add(struct call_tree *tree, uint32_t parent, uint32_t location)
{
	struct call_node *nodes;

	if (tree->count == tree->capacity) {
		if (tree->capacity >= NODES_MAX)
			return CALL_NODE_NONE;
		nodes = realloc(tree->nodes, 2 * (size_t)tree->capacity * sizeof(*nodes));
		if (!nodes)
			return CALL_NODE_NONE;
		tree->nodes = nodes;
		tree->capacity *= 2;
	}
	tree->nodes[tree->count] = (struct call_node){ parent, location, 0, 0 };
	if (hash_index_add(&tree->index, node_hash(parent, location), tree->count,
	                   node_hash_of, tree))
		return CALL_NODE_NONE;
	return tree->count++;
}

uint32_t call_tree_child_find(struct call_tree *tree, uint32_t parent, uint32_t location)
{
	uint32_t slot, number = 0;

	if (tree->index.count) {
		slot = hash_index_slot(&tree->index, node_hash(parent, location));
		while ((number = hash_index_next(&tree->index, &slot))) {
			if (tree->nodes[number].parent == parent &&
			    tree->nodes[number].location == location)
				break;
		}
	}
	if (!number)
		number = node_add(tree, parent, location);
	if (number != CALL_NODE_NONE)
		tree->nodes[parent].child_last = number;
	return number;
}

uint32_t call_tree_depth(const struct call_tree *tree, uint32_t node)
{
	uint32_t depth = 0;

	for (; node != CALL_ROOT; node = tree->nodes[node].parent)
		depth++;
	return depth;
}

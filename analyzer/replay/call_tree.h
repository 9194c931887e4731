/*
 * replay/call_tree.h - every call path that matters, each once: a node is its parent and the
 * location called from there.
 *
 * A path has a 64-bit name, mixed from its parent's and its location, so that a stack can
 * grow and shrink without a search; only where something is allocated the node is looked
 * up, and made with all of its callers if it is new. That two of a million paths get the
 * same name has a chance of one in 18 million.
 *
 * Where frames of a stack are missing, the path goes on as another one: what lies further in is
 * not called by what lies further out.
 *
 * Node 0 is the root, where threads begin; it has no location, and path 0.
 */
#ifndef OUTLIVE_REPLAY_CALL_TREE_H
#define OUTLIVE_REPLAY_CALL_TREE_H

#include <stddef.h>
#include <stdint.h>

#define CALL_ROOT 0u
#define CALL_NODE_NONE UINT32_MAX
#define CALL_PATH_ROOT UINT64_C(0)

struct call_node {
	uint64_t path;
	uint32_t parent : 31; /* its number is lower */
	uint32_t
		is_cut : 1; /* who called it is not known: frames are missing outside of it */
	uint32_t location; /* number in the address map; 0 for the root */
	uint32_t site;     /* number of its site; 0: nothing was allocated here */
	uint32_t ignored;  /* blocks allocated here that are not to be counted */
};

struct call_tree {
	struct call_node *nodes;
	uint32_t count, capacity;
	uint64_t *slots; /* high half of the path, number of its node; 0: free */
	uint32_t slot_bits;
};

/* 0, or -1 when memory is out. */
int call_tree_init(struct call_tree *tree);
void call_tree_release(struct call_tree *tree);

/* The name of a path that goes on at a location (not 0); never CALL_PATH_ROOT. */
static inline uint64_t call_path(uint64_t parent, uint32_t location)
{
	uint64_t path = (parent + location) * UINT64_C(0x9E3779B97F4A7C15);

	return (path ^ path >> 29) | 1;
}

/* The same where frames are missing outside of the location. */
static inline uint64_t call_path_cut(uint64_t parent, uint32_t location)
{
	return call_path(parent ^ UINT64_C(0x5851F42D4C957F2C), location);
}

/* The node of a path, or CALL_NODE_NONE. */
uint32_t call_tree_find(const struct call_tree *tree, uint64_t path);

/* A new node; its path must not be there yet. CALL_NODE_NONE: memory is out. */
uint32_t call_tree_add(struct call_tree *tree, uint32_t parent, uint32_t location);
uint32_t call_tree_add_cut(struct call_tree *tree, uint32_t parent, uint32_t location);

#endif

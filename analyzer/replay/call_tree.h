/*
 * replay/call_tree.h - every call path that matters, once: a node is its parent and the
 * location that was called from there.
 *
 * A path has a 64-bit name, mixed from its parent's name and its location, so that a stack can
 * grow and shrink without a search. Only when something is allocated is the node searched for,
 * and made together with all of its callers if it is new. The chance that two of a million
 * paths get the same name is one in 18 million.
 *
 * Where frames of a stack are missing, the path continues under another name: the function
 * further in was not called by the one further out.
 *
 * Node 0 is the root, where threads begin; it has no location, and path 0.
 */
#ifndef OUTLIVE_REPLAY_CALL_TREE_H
#define OUTLIVE_REPLAY_CALL_TREE_H

#include <stddef.h>
#include <stdint.h>

#define CALL_ROOT 0u
#define CALL_NODE_NONE UINT32_MAX
#define CALL_HASH_ROOT UINT64_C(0)

struct call_node {
	uint64_t hash;
	uint32_t parent : 31; /* has a lower number */
	uint32_t is_cut : 1;  /* its caller is not known: frames are missing between them */
	uint32_t location;    /* number in the address map; 0 for the root */
	uint32_t path;        /* number of the call path; 0: nothing was allocated here */
	uint32_t ignored;     /* blocks allocated here that are not counted */
};

struct call_tree {
	struct call_node *nodes;
	uint32_t count, capacity;
	/* high half of the path's name, number of the node; 0: free slot */
	uint64_t *slots;
	uint32_t slot_bits;
};

/* 0, or -1 when memory is out. */
int call_tree_init(struct call_tree *tree);
void call_tree_release(struct call_tree *tree);

/* The name of a path that is continued by a location (not 0); never CALL_HASH_ROOT. */
static inline uint64_t call_hash(uint64_t parent, uint32_t location)
{
	uint64_t hash = (parent + location) * UINT64_C(0x9E3779B97F4A7C15);

	return (hash ^ hash >> 29) | 1;
}

/* The same if frames are missing between the path and the location. */
static inline uint64_t call_hash_cut(uint64_t parent, uint32_t location)
{
	return call_hash(parent ^ UINT64_C(0x5851F42D4C957F2C), location);
}

/* The node of the path with that name, or CALL_NODE_NONE. */
uint32_t call_tree_find(const struct call_tree *tree, uint64_t hash);

/* Add a node, whose path must not be in the tree yet. CALL_NODE_NONE: memory is out. */
uint32_t call_tree_add(struct call_tree *tree, uint32_t parent, uint32_t location);
uint32_t call_tree_add_cut(struct call_tree *tree, uint32_t parent, uint32_t location);

#endif

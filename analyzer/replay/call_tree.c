/* replay/call_tree.c - every call path that matters, once. */
#include "replay/call_tree.h"

#include "base/array.h"

#include <stdbool.h>
#include <stdlib.h>

#define NODES_FIRST 4096u
/* fits into the 31 bits of call_node.parent */
#define NODES_MAX (1u << 30)
#define SLOT_BITS_FIRST 13u

int call_tree_init(struct call_tree *tree)
{
	*tree = (struct call_tree){ .count = 1, .slot_bits = SLOT_BITS_FIRST };
	tree->slots = calloc((size_t)1 << SLOT_BITS_FIRST, sizeof(*tree->slots));
	if (!tree->slots || array_reserve(tree->nodes, tree->capacity, NODES_FIRST))
		return -1;
	tree->nodes[CALL_ROOT] = (struct call_node){ .hash = CALL_HASH_ROOT };
	return 0;
}

void call_tree_release(struct call_tree *tree)
{
	free(tree->nodes);
	free(tree->slots);
	*tree = (struct call_tree){ .nodes = NULL };
}

/* The path's name is a product, so its high bits are well distributed for the slot. */
static inline size_t hash_slot(uint64_t hash, uint32_t bits)
{
	return (size_t)((hash * UINT64_C(0xBF58476D1CE4E5B9)) >> (64 - bits));
}

/* A slot has half of the name, so that a search seldom reads a wrong node. */
static inline uint64_t slot_word(uint64_t hash, uint32_t node)
{
	return (hash >> 32 << 32) | node;
}

uint32_t call_tree_find(const struct call_tree *tree, uint64_t hash)
{
	size_t mask = ((size_t)1 << tree->slot_bits) - 1;
	size_t slot = hash_slot(hash, tree->slot_bits);
	uint64_t word;

	if (hash == CALL_HASH_ROOT)
		return CALL_ROOT;
	for (; (word = tree->slots[slot]); slot = (slot + 1) & mask) {
		if (word >> 32 == hash >> 32 && tree->nodes[(uint32_t)word].hash == hash)
			return (uint32_t)word;
	}
	return CALL_NODE_NONE;
}

/*
 * Put a node into the first free slot from its own on. Its path must not be in the table yet,
 * and a slot must be free.
 */
static void slot_put(uint64_t *slots, uint32_t bits, uint64_t hash, uint32_t node)
{
	size_t slot = hash_slot(hash, bits);

	while (slots[slot])
		slot = (slot + 1) & (((size_t)1 << bits) - 1);
	slots[slot] = slot_word(hash, node);
}

/* Make room for one more node, and keep at least two slots for each. */
static int slots_reserve(struct call_tree *tree)
{
	uint32_t bits = tree->slot_bits + 1, i;
	uint64_t *slots;

	if (tree->count < 1u << (tree->slot_bits - 1))
		return 0;
	slots = calloc((size_t)1 << bits, sizeof(*slots));
	if (!slots)
		return -1;
	for (i = 1; i < tree->count; i++)
		slot_put(slots, bits, tree->nodes[i].hash, i);
	free(tree->slots);
	tree->slots = slots;
	tree->slot_bits = bits;
	return 0;
}

/* A node never moves to another number, so callers may keep it. */
static uint32_t node_add(struct call_tree *tree, const struct call_node *node)
{
	if (tree->count == NODES_MAX ||
	    array_reserve(tree->nodes, tree->capacity, tree->count + 1) ||
	    slots_reserve(tree))
		return CALL_NODE_NONE;
	tree->nodes[tree->count] = *node;
	slot_put(tree->slots, tree->slot_bits, node->hash, tree->count);
	return tree->count++;
}

uint32_t call_tree_add(struct call_tree *tree, uint32_t parent, uint32_t location)
{
	struct call_node node = { .hash = call_hash(tree->nodes[parent].hash, location),
		                      .parent = parent,
		                      .location = location };

	return node_add(tree, &node);
}

uint32_t call_tree_add_cut(struct call_tree *tree, uint32_t parent, uint32_t location)
{
	struct call_node node = { .hash = call_hash_cut(tree->nodes[parent].hash, location),
		                      .parent = parent,
		                      .is_cut = true,
		                      .location = location };

	return node_add(tree, &node);
}

/* replay/address_ranges.c - ranges of addresses that do not overlap, in a treap. */
#include "replay/address_ranges.h"

#include "base/array.h"
#include "base/hash_index.h"

#include <stdlib.h>

#define NONE 0u
#define SPARE_NODES \
	3 /* one change takes no more: node 0, a part that is left, a new range */

struct range_node {
	struct address_range range;
	uint64_t priority;
	uint32_t left, right; /* free nodes: `left` is the next one */
};

void address_ranges_release(struct address_ranges *ranges)
{
	free(ranges->nodes);
	*ranges = (struct address_ranges){ .nodes = NULL };
}

/* Make room for all nodes that one change takes. */
static int nodes_reserve(struct address_ranges *ranges)
{
	if (array_reserve_zeroed(ranges->nodes, ranges->capacity,
	                         ranges->count + SPARE_NODES))
		return -1;
	if (!ranges->count) {
		ranges->count = 1;
		/* An address that no one can foresee: no file can ask for a deep tree. */
		ranges->random = (uintptr_t)ranges->nodes ^ (uintptr_t)&ranges;
	}
	return 0;
}

static uint32_t node_new(struct address_ranges *ranges,
                         const struct address_range *range)
{
	uint32_t node = ranges->free ? ranges->free : ranges->count++;

	if (ranges->free)
		ranges->free = ranges->nodes[node].left;
	ranges->random = hash_words(ranges->random, range->start);
	ranges->nodes[node] = (struct range_node){ *range, ranges->random, NONE, NONE };
	return node;
}

static void node_free(struct address_ranges *ranges, uint32_t node)
{
	ranges->nodes[node].left = ranges->free;
	ranges->free = node;
}

/* ---- trees ----------------------------------------------------------------------------- */

/* Split a tree into the ranges that start before `at` and the others. */
static void tree_split(struct address_ranges *ranges, uint32_t tree, uint64_t at,
                       uint32_t *before, uint32_t *after)
{
	while (tree) {
		struct range_node *node = &ranges->nodes[tree];

		if (node->range.start < at) {
			*before = tree;
			before = &node->right;
			tree = node->right;
		} else {
			*after = tree;
			after = &node->left;
			tree = node->left;
		}
	}
	*before = *after = NONE;
}

/* Join two trees; all of `before` lies before `after`. */
static uint32_t tree_join(struct address_ranges *ranges, uint32_t before,
                          uint32_t after)
{
	uint32_t root = NONE, *to = &root;

	while (before && after) {
		struct range_node *one = &ranges->nodes[before];
		struct range_node *two = &ranges->nodes[after];

		if (one->priority > two->priority) {
			*to = before;
			to = &one->right;
			before = one->right;
		} else {
			*to = after;
			to = &two->left;
			after = two->left;
		}
	}
	*to = before ? before : after;
	return root;
}

static struct range_node *tree_last(const struct address_ranges *ranges, uint32_t tree)
{
	while (tree && ranges->nodes[tree].right)
		tree = ranges->nodes[tree].right;
	return tree ? &ranges->nodes[tree] : NULL;
}

static void tree_list(const struct address_ranges *ranges, uint32_t tree,
                      range_taker *take, void *context)
{
	if (!tree)
		return;
	tree_list(ranges, ranges->nodes[tree].left, take, context);
	take(context, &ranges->nodes[tree].range);
	tree_list(ranges, ranges->nodes[tree].right, take, context);
}

static void tree_free(struct address_ranges *ranges, uint32_t tree)
{
	uint32_t left, right;

	if (!tree)
		return;
	left = ranges->nodes[tree].left;
	right = ranges->nodes[tree].right;
	tree_free(ranges, left);
	tree_free(ranges, right);
	node_free(ranges, tree);
}

/* ---- changes --------------------------------------------------------------------------- */

static void part_take(const struct address_range *of, uint64_t start, uint64_t end,
                      range_taker *take, void *context)
{
	struct address_range part = *of;

	part.start = start;
	part.end = end;
	if (take)
		take(context, &part);
}

/*
 * Cut the last range of a tree that starts before `from` where [from, to) begins. Returns the
 * node of what is left of it after `to`, which is in no tree; NONE: nothing.
 */
static uint32_t last_cut(struct address_ranges *ranges, uint32_t tree, uint64_t from,
                         uint64_t to, range_taker *take, void *context)
{
	struct range_node *last = tree_last(ranges, tree);
	struct address_range rest;

	if (!last || last->range.end <= from)
		return NONE;
	rest = last->range;
	last->range.end = from;
	part_take(&rest, from, rest.end < to ? rest.end : to, take, context);
	if (rest.end <= to)
		return NONE;
	rest.start = to;
	return node_new(ranges, &rest);
}

/* End [start, end); *before and *after: what lies on either side. There must be room. */
static void range_end(struct address_ranges *ranges, uint64_t start, uint64_t end,
                      range_taker *take, void *context, uint32_t *before,
                      uint32_t *after)
{
	uint32_t inside, rest;
	struct range_node *last;

	tree_split(ranges, ranges->root, start, before, &inside);
	tree_split(ranges, inside, end, &inside, after);
	rest = last_cut(ranges, *before, start, end, take, context);
	last = tree_last(ranges, inside);
	if (last && last->range.end > end) {
		struct address_range left = last->range;

		last->range.end = end;
		left.start = end;
		rest = node_new(ranges, &left);
	}
	if (take)
		tree_list(ranges, inside, take, context);
	tree_free(ranges, inside);
	*after = tree_join(ranges, rest, *after);
}

int address_ranges_end(struct address_ranges *ranges, uint64_t start, uint64_t end,
                       range_taker *take, void *context)
{
	uint32_t before, after;

	if (start >= end)
		return 0;
	if (nodes_reserve(ranges))
		return -1;
	range_end(ranges, start, end, take, context, &before, &after);
	ranges->root = tree_join(ranges, before, after);
	return 0;
}

int address_ranges_begin(struct address_ranges *ranges,
                         const struct address_range *range, range_taker *take,
                         void *context)
{
	uint32_t before, after, node;

	if (nodes_reserve(ranges))
		return -1;
	range_end(ranges, range->start, range->end, take, context, &before, &after);
	node = node_new(ranges, range);
	ranges->root = tree_join(ranges, tree_join(ranges, before, node), after);
	return 0;
}

const struct address_range *address_ranges_at(const struct address_ranges *ranges,
                                              uint64_t start)
{
	uint32_t tree = ranges->root;

	while (tree && ranges->nodes[tree].range.start != start)
		tree = ranges->nodes[tree].range.start < start ? ranges->nodes[tree].right
		                                               : ranges->nodes[tree].left;
	return tree ? &ranges->nodes[tree].range : NULL;
}

void address_ranges_list(const struct address_ranges *ranges, range_taker *take,
                         void *context)
{
	tree_list(ranges, ranges->root, take, context);
}

/* report/json/heaps.c - Go's heap and C's in one tree, for programs. */
#include "report/json/heaps.h"

#include "report/package_inits.h"
#include "report/tree.h"

#include <stdlib.h>

#define MEASURES 3 /* that both heaps have */

struct heap_tree {
	struct name_tree names;
	struct name_weight *weights[MEASURES]; /* by node: calls, bytes, live */
	uint32_t *shown;                       /* nodes, in order; the root first */
	uint32_t *places;                      /* by node: its index in `shown` */
	uint32_t count;
};

static void heap_tree_release(struct heap_tree *tree)
{
	size_t i;

	name_tree_release(&tree->names);
	for (i = 0; i < MEASURES; i++)
		free(tree->weights[i]);
	free(tree->shown);
	free(tree->places);
}

static int weights_make(struct heap_tree *tree, const struct profile *profile)
{
	static const enum report_sort sorts[MEASURES] = { REPORT_SORT_CALLS,
		                                              REPORT_SORT_BYTES,
		                                              REPORT_SORT_LIVE };
	struct name_weight *own = tree->names.weights;
	size_t i;

	for (i = 0; i < MEASURES; i++) {
		tree->weights[i] = calloc(tree->names.tree.count, sizeof(*own));
		if (!tree->weights[i])
			return -1;
		tree->names.weights = tree->weights[i];
		name_tree_weigh(&tree->names, profile, sorts[i], NULL, NULL);
	}
	tree->names.weights = own;
	return 0;
}

static uint64_t bytes_of(const struct heap_tree *tree, uint32_t node)
{
	return tree->weights[1][node].c + tree->weights[1][node].go;
}

static int by_bytes(const void *first, const void *second, void *context)
{
	uint32_t one = *(const uint32_t *)first, two = *(const uint32_t *)second;
	uint64_t of_one = bytes_of(context, one), of_two = bytes_of(context, two);

	if (of_one != of_two)
		return of_one > of_two ? -1 : 1;
	return one < two ? -1 : one > two;
}

static int by_number(const void *first, const void *second)
{
	uint32_t one = *(const uint32_t *)first, two = *(const uint32_t *)second;

	return one < two ? -1 : one > two;
}

/*
 * The heaviest nodes, parents before their children: a parent weighs as much at least, and has a
 * lower number.
 */
static int nodes_choose(struct heap_tree *tree, uint64_t top)
{
	uint32_t count = tree->names.tree.count, i;

	tree->shown = calloc(count, sizeof(*tree->shown));
	tree->places = calloc(count, sizeof(*tree->places));
	if (!tree->shown || !tree->places)
		return -1;
	for (i = 0; i < count; i++)
		tree->shown[i] = i;
	qsort_r(tree->shown, count, sizeof(*tree->shown), by_bytes, tree);
	tree->count = top && top < count ? (uint32_t)top : count;
	qsort(tree->shown, tree->count, sizeof(*tree->shown), by_number);
	for (i = 0; i < tree->count; i++)
		tree->places[tree->shown[i]] = i;
	return 0;
}

static void node_json(struct json_writer *json, const struct heap_tree *tree,
                      uint32_t node)
{
	const struct call_node *at = &tree->names.tree.nodes[node];
	const struct stack_name *name = &tree->names.labels[at->location];

	json_object_inline(json, NULL);
	if (node == CALL_ROOT)
		json_null(json, "parent");
	else
		json_count(json, "parent", tree->places[at->parent]);
	json_string(json, "function", name->function);
	json_string(json, "module", name->module);
	json_bool(json, "gap", name->is_gap);
	json_count(json, "go_objects", tree->weights[0][node].go);
	json_count(json, "go_bytes", tree->weights[1][node].go);
	json_count(json, "go_in_use_bytes", tree->weights[2][node].go);
	json_count(json, "c_allocations", tree->weights[0][node].c);
	json_count(json, "c_bytes", tree->weights[1][node].c);
	json_count(json, "c_live_bytes", tree->weights[2][node].c);
	json_object_end(json);
}

/* What the initialization of packages allocated. 0, or -1 when memory is out. */
static int inits_json(struct json_writer *json, const struct classes *classes,
                      uint64_t top)
{
	struct package_inits inits = { .count = 0 };
	int result = package_inits_make(&inits, classes);
	const struct package_init *init;
	size_t i;

	json_count(json, "init_count", inits.count);
	json_array(json, "inits");
	for (i = 0; !result && i < inits.count && (!top || i < top); i++) {
		init = &inits.items[i];
		json_object_inline(json, NULL);
		json_string(json, "function", init->function);
		json_count(json, "go_objects", init->calls.go);
		json_count(json, "go_bytes", init->bytes.go);
		json_count(json, "go_in_use_bytes", init->live.go);
		json_count(json, "c_allocations", init->calls.c);
		json_count(json, "c_bytes", init->bytes.c);
		json_count(json, "c_live_bytes", init->live.c);
		json_object_end(json);
	}
	json_array_end(json);
	package_inits_release(&inits);
	return result;
}

int heaps_json(struct json_writer *json, const struct classes *classes, uint64_t top)
{
	const struct profile *profile = classes->profile;
	uint64_t go = profile->go_heap.total.in_use_bytes;
	uint64_t c = profile->replay.paths.live_bytes;
	uint64_t stacks = profile_goroutine_stacks(profile);
	struct heap_tree tree = { .count = 0 };
	uint32_t i;
	int result;

	if (!profile->go_heap.is_known || profile->choice.text) {
		json_null(json, "heaps");
		return 0;
	}
	if (name_tree_make(&tree.names, classes, true) || weights_make(&tree, profile) ||
	    nodes_choose(&tree, top)) {
		heap_tree_release(&tree);
		return -1;
	}
	json_object(json, "heaps");
	json_count(json, "go_in_use_bytes", go);
	json_count(json, "c_live_bytes", c);
	json_count(json, "goroutine_stack_bytes", stacks);
	json_count(json, "together_bytes", go + c + stacks);
	json_count(json, "node_count", tree.names.tree.count);
	json_array(json, "nodes");
	for (i = 0; i < tree.count; i++)
		node_json(json, &tree, tree.shown[i]);
	json_array_end(json);
	result = inits_json(json, classes, top);
	json_object_end(json);
	heap_tree_release(&tree);
	return result;
}

/* report/tree.c - the call tree as people read it. */
#include "report/tree.h"

#include "base/array.h"
#include "elf/allocators.h"
#include "base/hash_index.h"
#include "verdict/go_names.h"

#include <stdlib.h>
#include <string.h>

/*
 * The labels of one location, outermost first: `count` of `lists`, from `first` on. All bits
 * set: not filled in yet.
 */
struct label_list {
	uint32_t first, count;
};

/* Labels that are no functions: the root, and missing frames. */
enum { LABEL_ROOT, LABEL_GAP, LABELS_FIXED };

struct labelling {
	struct name_tree *names;
	const struct profile *profile;
	const struct function_table *functions;
	struct hash_index index; /* of labels */
	size_t label_capacity;
	struct label_list *by_location;
	/* labels of all locations one after the other; see label_list */
	uint32_t *lists;
	size_t list_count, list_capacity;
	struct stack_names scratch;
};

void name_tree_release(struct name_tree *names)
{
	call_tree_release(&names->tree);
	free(names->labels);
	free(names->c_nodes);
	free(names->go_nodes);
	free(names->weights);
	*names = (struct name_tree){ .labels = NULL };
}

static uint64_t label_hash_of(const void *context, uint32_t number)
{
	return stack_name_hash(&((const struct name_tree *)context)->labels[number]);
}

static bool label_is_same(const void *context, uint32_t number, const void *name)
{
	return stack_name_is_same(&((const struct name_tree *)context)->labels[number],
	                          name);
}

/* The index of the label of a name, made if there is none; 0 when memory is out. */
static uint32_t label_find(struct labelling *work, const struct stack_name *name)
{
	struct name_tree *names = work->names;
	uint64_t hash = stack_name_hash(name);
	uint32_t number = hash_index_find(&work->index, hash, label_is_same, names, name);

	/* label 0 is the root, which is never in the index: 0 can mean failure here */
	if (number)
		return number;
	if (array_reserve(names->labels, work->label_capacity, names->label_count + 1))
		return 0;
	number = (uint32_t)names->label_count;
	names->labels[number] = *name;
	if (hash_index_add(&work->index, hash, number, label_hash_of, names))
		return 0;
	names->label_count++;
	return number;
}

static int list_add(struct labelling *work, uint32_t label)
{
	if (array_reserve(work->lists, work->list_capacity, work->list_count + 1))
		return -1;
	work->lists[work->list_count++] = label;
	return 0;
}

/*
 * The child of a node with that label, made if there is none; CALL_NODE_NONE when memory is
 * out.
 */
static uint32_t label_child(struct call_tree *tree, uint32_t node, uint32_t label)
{
	uint32_t child = call_tree_find(tree, call_hash(tree->nodes[node].hash, label));

	return child != CALL_NODE_NONE ? child : call_tree_add(tree, node, label);
}

/*
 * Whether the name of a location is of a function that only allocates. A location with one name
 * has a function of its own, which the user may want to be kept.
 */
static bool is_allocating(const struct labelling *work, uint32_t location,
                          const struct stack_name *name)
{
	if (work->scratch.count == 1)
		return work->functions->functions[work->functions->of_location[location]]
		    .is_allocator;
	return name->is_library || is_allocator_name(name->function);
}

/*
 * Fill in the labels of a location. It has several if functions were inlined there, and none if
 * it only allocates or starts a thread; then its children move up to its parent.
 */
static int location_label(struct labelling *work, uint32_t location, uint32_t node)
{
	const struct stack_name *name;
	uint32_t label;
	size_t i;

	work->by_location[location] = (struct label_list){ (uint32_t)work->list_count, 0 };
	if (stack_names_is_own(work->profile, location))
		return 0;
	if (stack_names_fill_node(&work->scratch, work->profile, node))
		return -1;
	for (i = work->scratch.count; i-- > 0;) {
		name = &work->scratch.names[i];
		if (is_allocating(work, location, name) || is_startup_name(name->function))
			continue;
		label = label_find(work, name);
		if (!label || list_add(work, label))
			return -1;
		work->by_location[location].count++;
	}
	return 0;
}

/* Where a node of the call tree belongs below `to`; CALL_NODE_NONE when memory is out. */
static uint32_t node_insert(struct labelling *work, uint32_t to,
                            const struct call_node *node)
{
	struct label_list list = work->by_location[node->location];
	struct call_tree *tree = &work->names->tree;
	uint32_t i;

	if (node->is_cut)
		to = label_child(tree, to, LABEL_GAP);
	for (i = 0; i < list.count && to != CALL_NODE_NONE; i++)
		to = label_child(tree, to, work->lists[list.first + i]);
	return to;
}

/*
 * Put every node of the call tree into the tree of labels. A child's number is higher than its
 * parent's, so one pass in order finds every parent already placed.
 */
static int nodes_insert(struct labelling *work)
{
	const struct call_tree *tree = &work->profile->replay.tree;
	uint32_t *placed = calloc(tree->count, sizeof(*placed));
	const struct call_node *node;
	int result = placed ? 0 : -1;
	uint32_t i;

	work->names->c_nodes = placed;
	for (i = 1; i < tree->count && !result; i++) {
		node = &tree->nodes[i];
		if (work->by_location[node->location].first == UINT32_MAX)
			result = location_label(work, node->location, i);
		placed[i] = node_insert(work, placed[node->parent], node);
		if (placed[i] == CALL_NODE_NONE)
			result = -1;
	}
	return result;
}

/* ---- Go's heap ------------------------------------------------------------------ */

/* Where a path of Go's heap belongs; CALL_NODE_NONE when memory is out. */
static uint32_t go_path_insert(struct labelling *work, const struct go_heap_path *path)
{
	uint32_t first = go_names_first(work->profile, path), to = CALL_ROOT, label, i;
	struct call_tree *tree = &work->names->tree;
	struct stack_name name;

	if (go_names_is_cut(work->profile, path))
		to = label_child(tree, to, LABEL_GAP);
	for (i = path->count; i-- > first && to != CALL_NODE_NONE;) {
		name = go_names_frame(work->profile, path, i);
		if (is_allocator_name(name.function) || is_startup_name(name.function))
			continue;
		label = label_find(work, &name);
		to = label ? label_child(tree, to, label) : CALL_NODE_NONE;
	}
	return to;
}

static int go_insert(struct labelling *work)
{
	const struct go_heap *heap = &work->profile->go_heap;
	uint32_t *placed = calloc(heap->path_count + 1, sizeof(*placed));
	size_t i;

	work->names->go_nodes = placed;
	for (i = 0; placed && i < heap->path_count; i++) {
		placed[i] = go_path_insert(work, &heap->paths[i]);
		if (placed[i] == CALL_NODE_NONE)
			return -1;
	}
	return placed ? 0 : -1;
}

/* ---- weights -------------------------------------------------------------------- */

/* What a call path adds to its node: bytes, or calls for REPORT_SORT_CALLS. */
static uint64_t path_weight(const struct call_path *path, uint64_t hidden,
                            enum report_sort sort)
{
	switch (sort) {
	case REPORT_SORT_BYTES: return path->bytes;
	case REPORT_SORT_CALLS: return path->allocations;
	case REPORT_SORT_PEAK: return path->share.peak_bytes;
	case REPORT_SORT_LIVE: return path->share.live_bytes - hidden;
	}
	return 0;
}

static uint64_t go_path_weight(const struct go_heap_sum *sum, enum report_sort sort)
{
	switch (sort) {
	case REPORT_SORT_BYTES: return sum->bytes;
	case REPORT_SORT_CALLS: return sum->objects;
	case REPORT_SORT_PEAK: return 0;
	case REPORT_SORT_LIVE: return sum->in_use_bytes;
	}
	return 0;
}

/*
 * A child's number is higher than its parent's, so one pass from the last node to the first
 * adds everything up.
 */
void name_tree_weigh(struct name_tree *names, const struct profile *profile,
                     enum report_sort sort, const uint8_t *only,
                     const uint64_t *hidden_bytes)
{
	const struct call_paths *paths = &profile->replay.paths;
	const struct go_heap *heap = &profile->go_heap;
	struct name_weight *weights = names->weights, *parent;
	const struct call_path *path;
	uint32_t i;

	memset(weights, 0, names->tree.count * sizeof(*weights));
	for (i = 1; i < paths->count; i++) {
		path = profile_path(profile, i);
		if (!only || only[i])
			weights[names->c_nodes[path->node]].c += path_weight(
				path, hidden_bytes ? hidden_bytes[i] : 0, sort);
	}
	for (i = 0; names->go_nodes && i < heap->path_count; i++)
		weights[names->go_nodes[i]].go += go_path_weight(&heap->paths[i].sum, sort);
	for (i = names->tree.count; i-- > 1;) {
		parent = &weights[names->tree.nodes[i].parent];
		parent->c += weights[i].c;
		parent->go += weights[i].go;
	}
}

/* ---- the tree ------------------------------------------------------------------- */

int name_tree_make(struct name_tree *names, const struct classes *classes, bool has_go)
{
	const struct profile *profile = classes->profile;
	struct labelling work = { .names = names,
		                      .profile = profile,
		                      .functions = &classes->functions,
		                      .label_capacity = 256,
		                      .list_capacity = 1024 };
	size_t locations = profile->sources.location_count;
	int result = -1;

	*names = (struct name_tree){ .label_count = LABELS_FIXED };
	names->labels = malloc(work.label_capacity * sizeof(*names->labels));
	work.by_location = malloc(locations * sizeof(*work.by_location));
	/*
	 * sets `first` to UINT32_MAX: not filled in yet; each is made when the first node needs it
	 */
	if (work.by_location)
		memset(work.by_location, 0xff, locations * sizeof(*work.by_location));
	work.lists = malloc(work.list_capacity * sizeof(*work.lists));
	if (names->labels && work.by_location && work.lists &&
	    !call_tree_init(&names->tree)) {
		names->labels[0] = stack_name_none(0);
		names->labels[LABEL_GAP] = stack_name_gap();
		result = nodes_insert(&work);
	}
	if (!result && has_go)
		result = go_insert(&work);
	if (!result)
		names->weights = calloc(names->tree.count, sizeof(*names->weights));
	hash_index_release(&work.index);
	stack_names_release(&work.scratch);
	free(work.by_location);
	free(work.lists);
	return names->weights ? 0 : -1;
}

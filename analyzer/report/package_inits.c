/* report/package_inits.c - what the initialization of Go's packages allocated, in both heaps. */
#include "report/package_inits.h"

#include "elf/go_name.h"
#include "verdict/classes.h"

#include <stdlib.h>
#include <string.h>

/* The runtime calls them; the tree leaves out how. */
static bool is_init(const struct name_tree *tree, uint32_t node)
{
	const struct call_node *at = &tree->tree.nodes[node];

	return at->parent == CALL_ROOT && !at->is_cut &&
	       is_go_package_init(tree->labels[at->location].function);
}

static int inits_find(struct package_inits *inits, const struct name_tree *tree)
{
	uint32_t i;

	inits->items = calloc(tree->tree.count, sizeof(*inits->items));
	for (i = 1; inits->items && i < tree->tree.count; i++) {
		if (is_init(tree, i))
			inits->items[inits->count++]
				.function = tree->labels[tree->tree.nodes[i].location].function;
	}
	return inits->items ? 0 : -1;
}

/* Weigh the tree by `sort`, and put the weights of the init functions where `field` is in each. */
static void inits_weigh(struct package_inits *inits, struct name_tree *tree,
                        const struct profile *profile, enum report_sort sort,
                        size_t field)
{
	uint32_t count = 0, i;

	name_tree_weigh(tree, profile, sort, NULL, NULL);
	for (i = 1; i < tree->tree.count; i++) {
		if (is_init(tree, i))
			memcpy((char *)&inits->items[count++] + field, &tree->weights[i],
			       sizeof(*tree->weights));
	}
}

static int init_compare(const void *one, const void *two)
{
	const struct package_init *a = one, *b = two;
	uint64_t of_a = a->bytes.c + a->bytes.go, of_b = b->bytes.c + b->bytes.go;
	bool is_a_standard = is_go_standard(a->function);

	if (is_a_standard != is_go_standard(b->function))
		return is_a_standard ? 1 : -1;
	if (of_a != of_b)
		return of_a > of_b ? -1 : 1;
	return strcmp(a->function, b->function);
}

int package_inits_make(struct package_inits *inits, const struct classes *classes)
{
	const struct profile *profile = classes->profile;
	struct name_tree tree = { .weights = NULL };
	int result;

	if (!profile->go_heap.is_known)
		return 0;
	result = name_tree_make(&tree, classes, true);
	if (!result)
		result = inits_find(inits, &tree);
	if (!result) {
		inits_weigh(inits, &tree, profile, REPORT_SORT_CALLS,
		            offsetof(struct package_init, calls));
		inits_weigh(inits, &tree, profile, REPORT_SORT_BYTES,
		            offsetof(struct package_init, bytes));
		inits_weigh(inits, &tree, profile, REPORT_SORT_LIVE,
		            offsetof(struct package_init, live));
		qsort(inits->items, inits->count, sizeof(*inits->items), init_compare);
	}
	name_tree_release(&tree);
	return result;
}

void package_inits_release(struct package_inits *inits)
{
	free(inits->items);
	*inits = (struct package_inits){ .count = 0 };
}

/* verdict/growth_rows.c - puts growing call sites of one function and line together. */
#include "verdict/growth_rows.h"

#include "base/hash_index.h"
#include "verdict/growth_order.h"
#include "verdict/own_code.h"

#include <stdlib.h>

void growth_rows_release(struct growth_rows *rows)
{
	free(rows->rows);
	free(rows->call_sites);
	*rows = (struct growth_rows){ .rows = NULL };
}

struct grouping {
	struct growth_rows *rows;
	struct hash_index index; /* holds row + 1 */
};

static uint64_t row_hash(const void *context, uint32_t number)
{
	const struct grouping *grouping = context;

	return stack_name_line_hash(&grouping->rows->rows[number - 1].name);
}

static bool row_is(const void *context, uint32_t number, const void *key)
{
	const struct grouping *grouping = context;

	return stack_name_is_same_line(&grouping->rows->rows[number - 1].name, key);
}

/* The number of the row with that name + 1, made if it is new; 0: memory is out. */
static uint32_t row_find(struct grouping *grouping, const struct stack_name *name)
{
	struct growth_rows *rows = grouping->rows;
	uint64_t hash = stack_name_line_hash(name);
	uint32_t number = hash_index_find(&grouping->index, hash, row_is, grouping, name);

	if (number)
		return number;
	rows->rows[rows->count].name = *name;
	if (hash_index_add(&grouping->index, hash, rows->count + 1, row_hash, grouping))
		return 0;
	return ++rows->count;
}

/* Add a call site to its row: *row is that. 0, or -1: memory is out. */
static int site_add(struct grouping *grouping, struct stack_names *scratch,
                    const struct classes *classes, uint32_t number, uint32_t *row)
{
	const struct site_growth *site = &classes->growths.sites[number];
	uint32_t node = classes_path_node(classes, site->path), function;
	struct growth_row *sums;
	struct stack_name name;

	if (stack_name_blamed(&name, scratch, classes->profile,
	                      classes->profile->replay.tree.nodes[node].location) < 0)
		return -1;
	*row = row_find(grouping, &name);
	if (!*row)
		return -1;
	sums = &grouping->rows->rows[--*row];
	if (!sums->count++) {
		function = function_of_node(&classes->functions, classes->profile, node);
		sums->is_mine = classes->functions.functions[function].is_mine;
	}
	sums->half_bytes += site->bytes[GROWTH_HALF];
	sums->end_bytes += site->end_bytes;
	sums->growth_bytes += site_growth_bytes(site);
	return 0;
}

/* `first` was set in the order of the call sites: of equal rows, the earlier one comes first. */
static int row_compare(const void *one, const void *two, void *context)
{
	const struct growth_row *a = one, *b = two;
	const struct classes *classes = context;
	int result = own_code_compare(&classes->functions, a->is_mine, a->growth_bytes,
	                              b->is_mine, b->growth_bytes);

	return result ? result : a->first < b->first ? -1 : a->first > b->first;
}

/* Put the call sites of each row together. `row_of`: by index in `order`. */
static void sites_place(struct growth_rows *rows, const uint32_t *order,
                        const uint32_t *row_of, uint32_t count)
{
	uint32_t i, at = 0;

	for (i = 0; i < rows->count; i++) {
		rows->rows[i].first = at;
		at += rows->rows[i].count;
		rows->rows[i].count = 0;
	}
	for (i = 0; i < count; i++) {
		struct growth_row *row = &rows->rows[row_of[i]];

		rows->call_sites[row->first + row->count++] = order[i];
	}
}

int growth_rows_make(struct growth_rows *rows, const struct classes *classes)
{
	uint32_t room = classes->growths.count + 1, count, i;
	uint32_t *order = malloc(2 * (size_t)room * sizeof(*order));
	uint32_t *row_of = order ? order + room : NULL;
	struct grouping grouping = { .rows = rows };
	struct stack_names scratch = { NULL, 0, 0 };
	int result = -1;

	*rows = (struct growth_rows){ .rows = calloc(room, sizeof(*rows->rows)),
		                          .call_sites = malloc(room *
		                                               sizeof(*rows->call_sites)) };
	if (order && rows->rows && rows->call_sites) {
		count = growth_order(classes, order);
		for (i = result = 0; i < count && !result; i++)
			result = site_add(&grouping, &scratch, classes, order[i], &row_of[i]);
		if (!result) {
			sites_place(rows, order, row_of, count);
			qsort_r(rows->rows, rows->count, sizeof(*rows->rows), row_compare,
			        (void *)classes);
		}
	}
	hash_index_release(&grouping.index);
	stack_names_release(&scratch);
	free(order);
	return result;
}

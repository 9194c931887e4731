/* verdict/growth_rows.c - puts growing call sites of one function and line together. */
#include "verdict/growth_rows.h"

#include "verdict/growth_order.h"
#include "verdict/line_index.h"

#include <stdlib.h>

void growth_rows_release(struct growth_rows *rows)
{
	free(rows->rows);
	free(rows->call_sites);
	*rows = (struct growth_rows){ .rows = NULL };
}

/*
 * Whether it is not known when its last block was born: it is, of blocks that are alive at exit,
 * but main, or a function that runs at exit, may have freed later ones.
 */
static bool is_open(const struct site_growth *site)
{
	return site->is_freed || !site->seen_blocks ||
	       (site->lives && site->seen_blocks < site->end_blocks);
}

struct grouping {
	struct growth_rows *rows;
	struct line_index lines; /* the number of a row's line is that of the row + 1 */
	struct stack_names scratch;
};

/* Add a call site to its row: *row is that. 0, or -1: memory is out. */
static int site_add(struct grouping *grouping, const struct classes *classes,
                    uint32_t number, uint32_t *row)
{
	const struct site_growth *site = &classes->growths.sites[number];
	uint32_t node = classes_path_node(classes, site->path), function;
	struct growth_row *sums;
	struct stack_name name;

	if (stack_name_blamed(&name, &grouping->scratch, classes->profile,
	                      classes->profile->replay.tree.nodes[node].location) < 0)
		return -1;
	*row = line_index_number(&grouping->lines, &name);
	if (!*row)
		return -1;
	sums = &grouping->rows->rows[--*row];
	grouping->rows->count = (uint32_t)grouping->lines.count;
	if (!sums->count++) {
		sums->name = name;
		function = function_of_node(&classes->functions, classes->profile, node);
		sums->is_mine = classes->functions.functions[function].is_mine;
	}
	sums->half_bytes += site->by_time.bytes[GROWTH_HALF];
	sums->end_bytes += site->end_bytes;
	if (is_open(site) || site->last_time > sums->last_time)
		sums->last_time = is_open(site) ? UINT64_MAX : site->last_time;
	sums->growth_bytes += site_growth_bytes(site);
	return 0;
}

/* `first` was set in the order of the call sites: of equal rows, the earlier one comes first. */
static int row_compare(const void *one, const void *two, void *context)
{
	const struct growth_row *a = one, *b = two;
	const struct classes *classes = context;
	int result = growth_compare(classes, a->is_mine, a->growth_bytes, b->is_mine,
	                            b->growth_bytes);

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
	int result = -1;

	*rows = (struct growth_rows){ .rows = calloc(room, sizeof(*rows->rows)),
		                          .call_sites = malloc(room *
		                                               sizeof(*rows->call_sites)) };
	if (order && rows->rows && rows->call_sites) {
		count = growth_order(classes, order);
		for (i = result = 0; i < count && !result; i++)
			result = site_add(&grouping, classes, order[i], &row_of[i]);
		if (!result) {
			sites_place(rows, order, row_of, count);
			qsort_r(rows->rows, rows->count, sizeof(*rows->rows), row_compare,
			        (void *)classes);
		}
	}
	line_index_release(&grouping.lines);
	stack_names_release(&grouping.scratch);
	free(order);
	return result;
}

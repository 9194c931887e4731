/* report/rows.c - the call paths of a profile, grouped and sorted. */
#include "report/rows.h"

#include "base/array.h"
#include "base/hash_index.h"
#include "report/thread_rows.h"
#include "verdict/function_choice.h"
#include "verdict/own_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_rows_release(struct report_rows *rows)
{
	free(rows->rows);
	*rows = (struct report_rows){ NULL, 0 };
}

uint64_t report_row_weight(const struct report_row *row, enum report_sort sort)
{
	switch (sort) {
	case REPORT_SORT_BYTES: return row->bytes;
	case REPORT_SORT_CALLS: return row->allocations;
	case REPORT_SORT_PEAK: return row->peak_bytes;
	case REPORT_SORT_LIVE: return row->live_bytes - row->hidden_bytes;
	}
	return 0;
}

const char *report_row_why(char text[ROW_WHY_BYTES], const struct report_row *row,
                           enum report_group group)
{
	text[0] = 0;
	if (group == REPORT_BY_PATH)
		snprintf(text, ROW_WHY_BYTES, "%u", row->path);
	else if (group == REPORT_BY_FUNCTION)
		function_number_text(text, row->function);
	return text;
}

/* The heaviest row first. Equal ones by bytes, then by calls, then by node. */
static int row_compare(const void *one, const void *two, void *context)
{
	enum report_sort sort = *(const enum report_sort *)context;
	const struct report_row *a = one, *b = two;
	uint64_t weight_a = report_row_weight(a, sort);
	uint64_t weight_b = report_row_weight(b, sort);

	if (weight_a != weight_b)
		return weight_a > weight_b ? -1 : 1;
	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	if (a->allocations != b->allocations)
		return a->allocations > b->allocations ? -1 : 1;
	return a->node < b->node
	           ? -1
	           : a->node > b->node; /* makes the order the same every time */
}

/*
 * Add the figures of a call path to its row. All are sums, except for the sizes; a path without
 * a successful allocation has no smallest size.
 */
static void row_add_path(struct report_row *row, const struct classes *classes,
                         const struct class_share *shares, uint32_t number)
{
	const struct replay *replay = &classes->profile->replay;
	const struct call_path *path = replay_path(replay, number);

	const struct sample_path *sampled = sample_path_of(&replay->sample, number);

	class_counts_add(&row->classes, &classes->paths[number]);
	sample_variance_add(&row->made, &sampled->made);
	sample_variance_add(&row->live, &sampled->live);
	if (shares) {
		row->share.blocks += shares[number].blocks;
		row->share.bytes += shares[number].bytes;
	}
	row->path_count++;
	row->allocations += path->allocations;
	row->bytes += path->bytes;
	row->frees += path->frees;
	row->reallocs += path->reallocs;
	row->failed += path->failed;
	row->temporary += path->temporary;
	row->crossed += replay_life(replay, number)->crossed_blocks;
	row->live_blocks += path->share.live_blocks;
	row->live_bytes += path->share.live_bytes;
	row->hidden_blocks += classes->hidden_blocks[number];
	row->hidden_bytes += classes->hidden_bytes[number];
	row->peak_blocks += path->share.peak_blocks;
	row->peak_bytes += path->share.peak_bytes;
	if (path->allocations && path->size_min < row->size_min)
		row->size_min = path->size_min;
	if (path->size_max > row->size_max)
		row->size_max = path->size_max;
}

/*
 * The rows while they are grouped, by the strings of their keys, which belong to the profile.
 */
struct grouping {
	const struct classes *classes;
	struct report_rows *rows;
	size_t capacity;            /* of rows */
	uint32_t *rows_by_location; /* row + 1; 0: not known yet */
	struct hash_index index;    /* holds row + 1 */
	struct stack_names stack;
	enum report_group group;
	const struct class_share *shares; /* by call path; or NULL */
	uint32_t *row_of_path;            /* row + 1 by call path; or NULL */
};

static uint64_t row_hash_of(const void *context, uint32_t number)
{
	const struct grouping *grouping = context;

	return stack_name_hash(&grouping->rows->rows[number - 1].name);
}

static bool row_is_same(const void *context, uint32_t number, const void *name)
{
	const struct grouping *grouping = context;

	return stack_name_is_same(&grouping->rows->rows[number - 1].name, name);
}

/* The row with the same key, made if there is none: row + 1, or 0 when memory is out. */
static uint32_t row_find(struct grouping *grouping, const struct report_row *like)
{
	uint64_t hash = stack_name_hash(&like->name);
	struct report_rows *rows = grouping->rows;
	uint32_t number = hash_index_find(&grouping->index, hash, row_is_same, grouping,
	                                  &like->name);

	if (number)
		return number;
	if (array_reserve(rows->rows, grouping->capacity, rows->count + 1))
		return 0;
	rows->rows[rows->count] = *like;
	if (hash_index_add(&grouping->index, hash, (uint32_t)rows->count + 1, row_hash_of,
	                   grouping))
		return 0;
	return (uint32_t)++rows->count;
}

/* The value of rows_by_location for a location; 0 when memory is out. */
static uint32_t location_row(struct grouping *grouping, uint32_t location,
                             uint32_t path)
{
	const struct profile *profile = grouping->classes->profile;
	struct report_row like = { .node = profile_path(profile, path)->node,
		                       .path = path,
		                       .size_min = UINT64_MAX };
	const char *module;

	if (stack_name_blamed(&like.name, &grouping->stack, profile, location) < 0)
		return 0;
	/* the whole name is the key, so everything except the module must be emptied */
	if (grouping->group == REPORT_BY_MODULE) {
		module = like.name.module;
		like.name = stack_name_none(0);
		like.name.module = module;
	}
	return row_find(grouping, &like);
}

/* Whether the function that a call path counts for is the user's own code. */
static bool is_mine(const struct classes *classes, uint32_t path)
{
	uint32_t node = classes_path_node(classes, path);

	return classes->functions
	    .functions[function_of_node(&classes->functions, classes->profile, node)]
	    .is_mine;
}

/* *row of a call path: the row of its innermost frame that is no wrapper. 0 or -1. */
static int path_group(struct grouping *grouping, uint32_t path)
{
	const struct classes *classes = grouping->classes;
	const struct replay *replay = &classes->profile->replay;
	uint32_t location = replay->tree.nodes[classes_path_node(classes, path)].location;
	uint32_t *row = &grouping->rows_by_location[location];
	uint32_t function = classes->functions.of_location[location], *least;

	if (!*row)
		*row = location_row(grouping, location, path);
	if (!*row)
		return -1;
	least = &grouping->rows->rows[*row - 1].function;
	if (!*least || function < *least)
		*least = function;
	row_add_path(&grouping->rows->rows[*row - 1], classes, grouping->shares, path);
	grouping->rows->rows[*row - 1].is_mine |= is_mine(classes, path);
	if (grouping->row_of_path)
		grouping->row_of_path[path] = *row;
	return 0;
}

/* Make a row for every call path. */
static int paths_make(struct report_rows *rows, const struct classes *classes,
                      const struct class_share *shares)
{
	const struct replay *replay = &classes->profile->replay;
	struct stack_names scratch = { NULL, 0, 0 };
	struct report_row *row;
	uint32_t i, node;
	int blamed = 0;

	rows->rows = calloc(replay->paths.count, sizeof(*rows->rows));
	if (!rows->rows)
		return -1;
	for (i = 1; i < replay->paths.count && blamed >= 0; i++) {
		if (call_path_is_empty(replay_path(replay, i)))
			continue;
		row = &rows->rows[rows->count++];
		*row = (struct report_row){ .node = replay_path(replay, i)->node,
			                        .path = i,
			                        .size_min = UINT64_MAX };
		row_add_path(row, classes, shares, i);
		row->is_mine = is_mine(classes, i);
		node = classes_path_node(classes, i);
		blamed = stack_name_blamed(&row->name, &scratch, classes->profile,
		                           replay->tree.nodes[node].location);
	}
	stack_names_release(&scratch);
	return blamed < 0 ? -1 : 0;
}

static struct report_row labels_row(const struct label_set *set, uint32_t number)
{
	return (struct report_row){
		.name = stack_name_none(0),
		.labels = set,
		.node = number,
		.allocations = set->allocations,
		.bytes = set->bytes,
		.frees = set->frees,
		.live_blocks = set->share.live_blocks,
		.live_bytes = set->share.live_bytes,
		.peak_blocks = set->share.peak_blocks,
		.peak_bytes = set->share.peak_bytes,
	};
}

/* What the other rows do not have: of goroutines without labels, and of threads. */
static struct report_row unlabelled_row(const struct report_rows *rows,
                                        const struct replay *replay)
{
	static const struct label_set none;
	struct report_row row = labels_row(&none, 0);
	size_t i;

	row.allocations = replay->totals.allocations;
	row.bytes = replay->totals.bytes;
	row.frees = replay->totals.frees;
	row.live_blocks = replay->paths.live_blocks;
	row.live_bytes = replay->paths.live_bytes;
	row.peak_blocks = replay->paths.peak_blocks;
	row.peak_bytes = replay->paths.peak_bytes;
	for (i = 0; i < rows->count; i++) {
		row.allocations -= rows->rows[i].allocations;
		row.bytes -= rows->rows[i].bytes;
		row.frees -= rows->rows[i].frees;
		row.live_blocks -= rows->rows[i].live_blocks;
		row.live_bytes -= rows->rows[i].live_bytes;
		row.peak_blocks -= rows->rows[i].peak_blocks;
		row.peak_bytes -= rows->rows[i].peak_bytes;
	}
	return row;
}

/* Make a row for all labels of which blocks count, and one for what has none. */
static int labels_make(struct report_rows *rows, const struct replay *replay)
{
	const struct label_table *table = &replay->threads.labels;
	struct report_row rest;
	uint32_t i;

	rows->rows = calloc(table->count + 1, sizeof(*rows->rows));
	if (!rows->rows)
		return -1;
	for (i = 1; i < table->count; i++) {
		if (table->sets[i].is_any)
			rows->rows[rows->count++] = labels_row(&table->sets[i], i);
	}
	rest = unlabelled_row(rows, replay);
	if (rest.allocations)
		rows->rows[rows->count++] = rest;
	return 0;
}

/* Make a row for every function or module: usually far fewer than call paths. */
static int groups_make(struct report_rows *rows, const struct classes *classes,
                       enum report_group group, const struct class_share *shares,
                       uint32_t *row_of_path)
{
	const struct profile *profile = classes->profile;
	const struct call_paths *paths = &profile->replay.paths;
	struct grouping grouping = { .classes = classes,
		                         .rows = rows,
		                         .group = group,
		                         .shares = shares,
		                         .row_of_path = row_of_path };
	int result = -1;
	uint32_t i;

	grouping.rows_by_location = calloc(profile->sources.location_count,
	                                   sizeof(*grouping.rows_by_location));
	if (grouping.rows_by_location)
		result = 0;
	for (i = 1; i < paths->count && !result; i++) {
		if (!call_path_is_empty(profile_path(profile, i)))
			result = path_group(&grouping, i);
	}
	hash_index_release(&grouping.index);
	stack_names_release(&grouping.stack);
	free(grouping.rows_by_location);
	return result;
}

int report_rows_group(struct report_rows *rows, const struct classes *classes,
                      enum report_group group, uint32_t *row_of_path)
{
	*rows = (struct report_rows){ NULL, 0 };
	if (!groups_make(rows, classes, group, NULL, row_of_path))
		return 0;
	report_rows_release(rows);
	return -1;
}

static int rows_make(struct report_rows *rows, const struct classes *classes,
                     enum report_group group, enum report_sort sort,
                     const struct class_share *shares)
{
	int result;

	*rows = (struct report_rows){ NULL, 0 };
	if (group == REPORT_BY_THREAD)
		result = thread_rows_make(rows, classes->profile);
	else if (group == REPORT_BY_LABEL)
		result = labels_make(rows, &classes->profile->replay);
	else if (group == REPORT_BY_PATH)
		result = paths_make(rows, classes, shares);
	else
		result = groups_make(rows, classes, group, shares, NULL);
	if (result) {
		report_rows_release(rows);
		return -1;
	}
	if (rows->count)
		qsort_r(rows->rows, rows->count, sizeof(*rows->rows), row_compare, &sort);
	return 0;
}

/* By owner there are no such rows: callers use owners_make() of verdict/owners.h instead. */
int report_rows_make(struct report_rows *rows, const struct classes *classes,
                     enum report_group group, enum report_sort sort)
{
	return rows_make(rows, classes, group, sort, NULL);
}

/* As row_compare(), but by the blocks of one class; rows of threads have no classes. */
static int class_compare(const void *one, const void *two)
{
	const struct report_row *a = one, *b = two;

	if (a->share.bytes != b->share.bytes)
		return a->share.bytes > b->share.bytes ? -1 : 1;
	if (a->share.blocks != b->share.blocks)
		return a->share.blocks > b->share.blocks ? -1 : 1;
	return a->path < b->path ? -1 : a->path > b->path;
}

int report_rows_of_class(struct report_rows *rows, const struct findings *findings,
                         enum report_group group, enum verdict class,
                         enum block_kind kind)
{
	struct class_share *shares = class_shares_by_path(findings, class, kind);
	size_t i, kept = 0;
	int result = -1;

	*rows = (struct report_rows){ NULL, 0 };
	if (shares)
		result = rows_make(rows, findings->classes, group, REPORT_SORT_BYTES, shares);
	free(shares);
	for (i = 0; i < rows->count; i++) {
		if (rows->rows[i].share.blocks)
			rows->rows[kept++] = rows->rows[i];
	}
	rows->count = kept;
	if (kept)
		qsort(rows->rows, kept, sizeof(*rows->rows), class_compare);
	return result;
}

int report_rows_of_view(struct report_rows *rows, const struct findings *findings,
                        enum report_group group, const struct report_settings *settings)
{
	if (settings->view == REPORT_CLASS)
		return report_rows_of_class(rows, findings, group, settings->class,
		                            settings->kind);
	return report_rows_make(rows, findings->classes, group, settings->sort);
}

/* How people read rows: see report_rows_own_first(). */
struct own_order {
	const struct function_table *functions;
	enum report_sort sort;
	bool is_of_class;
};

static uint64_t own_weight(const struct own_order *order, const struct report_row *row)
{
	return order->is_of_class ? row->share.bytes : report_row_weight(row, order->sort);
}

static int own_compare(const void *one, const void *two, void *context)
{
	const struct own_order *order = context;
	const struct report_row *a = one, *b = two;
	int result = own_code_compare(order->functions, a->is_mine, own_weight(order, a),
	                              b->is_mine, own_weight(order, b));

	if (result)
		return result;
	return order->is_of_class ? class_compare(one, two)
	                          : row_compare(one, two, (void *)&order->sort);
}

bool report_rows_own_first(struct report_rows *rows, const struct classes *classes,
                           enum report_sort sort, bool is_of_class)
{
	struct own_order order = { &classes->functions, sort, is_of_class };
	bool is_changed = false;
	size_t i;

	if (rows->count)
		qsort_r(rows->rows, rows->count, sizeof(*rows->rows), own_compare, &order);
	for (i = 1; i < rows->count && !is_changed; i++)
		is_changed = own_weight(&order, &rows->rows[i - 1]) <
		             own_weight(&order, &rows->rows[i]);
	return is_changed;
}

struct part_order {
	enum report_sort sort;
	uint64_t most; /* heavier rows of other code come first */
};

static int part_of(const struct part_order *order, const struct report_row *row)
{
	if (row->is_mine)
		return 1;
	return report_row_weight(row, order->sort) > order->most ? 0 : 2;
}

static int part_compare(const void *one, const void *two, void *context)
{
	const struct part_order *order = context;
	int part_one = part_of(order, one), part_two = part_of(order, two);

	return part_one != part_two ? part_one - part_two
	                            : row_compare(one, two, (void *)&order->sort);
}

bool report_rows_in_parts(struct report_rows *rows, const struct classes *classes,
                          enum report_sort sort, size_t shown)
{
	struct part_order order = { sort, 0 };
	uint64_t weight;
	size_t i;

	shown = shown < rows->count ? shown : rows->count;
	for (i = 0; i < shown; i++) {
		weight = report_row_weight(&rows->rows[i], sort);
		if (rows->rows[i].is_mine && weight > order.most / OWN_CODE_TIMES)
			order.most = weight > UINT64_MAX / OWN_CODE_TIMES ? UINT64_MAX
			                                                  : weight * OWN_CODE_TIMES;
	}
	if (classes->functions.is_mine_given)
		order.most = UINT64_MAX;
	if (shown)
		qsort_r(rows->rows, shown, sizeof(*rows->rows), part_compare, &order);
	for (i = 1; i < shown; i++) {
		if (report_row_weight(&rows->rows[i - 1], sort) <
		    report_row_weight(&rows->rows[i], sort))
			return true;
	}
	return false;
}

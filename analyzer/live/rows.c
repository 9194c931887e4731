/* live/rows.c - the rows of a view. */
#include "live/rows.h"

#include "base/array.h"
#include "base/kernel_clock.h"
#include "report/thread_rows.h"
#include "verdict/owners.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COST_SHARE 100 /* grouping takes at most one part of so many of the time */

double live_rate(uint64_t now, uint64_t before, double seconds)
{
	return seconds > 0 && now > before ? (double)(now - before) / seconds : 0;
}

int64_t live_row_weight(const struct live_row *row, enum live_sort sort,
                        const struct live_compare *compare)
{
	switch (sort) {
	case LIVE_SORT_BLOCKS: return (int64_t)row->now.live_blocks;
	case LIVE_SORT_GROWTH:
		return (int64_t)(row->now.live_bytes - row->since.live_bytes);
	case LIVE_SORT_RATE:
		return (int64_t)live_rate(row->now.bytes, row->before.bytes, compare->seconds);
	case LIVE_SORT_CALLS:
		return (int64_t)live_rate(row->now.allocations, row->before.allocations,
		                          compare->seconds);
	case LIVE_SORT_BYTES: return (int64_t)row->now.bytes;
	case LIVE_SORT_TOTAL: return (int64_t)row->now.allocations;
	case LIVE_SORT_LIVE:
	case LIVE_SORTS: break;
	}
	return (int64_t)row->now.live_bytes;
}

/* ---- grouping ---- */

static void grouping_release(struct live_rows *rows)
{
	classes_free(rows->classes);
	report_rows_release(&rows->groups);
	free(rows->row_of_path);
	rows->classes = NULL;
	rows->row_of_path = NULL;
	rows->is_grouped = false;
}

void live_rows_release(struct live_rows *rows)
{
	grouping_release(rows);
	free(rows->rows);
	*rows = (struct live_rows){ .rows = NULL };
}

/* The rows of all call paths: each is its own. */
static int paths_group(struct live_rows *rows, const struct profile *profile)
{
	const struct replay *replay = &profile->replay;
	struct stack_names scratch = { NULL, 0, 0 };
	struct report_row *row;
	int blamed = 0;
	uint32_t i, node;

	rows->groups = (struct report_rows){ NULL, 0 };
	rows->groups.rows = calloc(replay->paths.count, sizeof(*rows->groups.rows));
	if (!rows->groups.rows)
		return -1;
	for (i = 1; i < replay->paths.count && blamed >= 0; i++) {
		row = &rows->groups.rows[rows->groups.count++];
		row->path = i;
		node = classes_path_node(rows->classes, i);
		blamed = stack_name_blamed(&row->name, &scratch, profile,
		                           replay->tree.nodes[node].location);
		rows->row_of_path[i] = (uint32_t)rows->groups.count;
	}
	stack_names_release(&scratch);
	return blamed < 0 ? -1 : 0;
}

/* Whether a new grouping is worth its time: at once if there is none. */
static bool is_due(const struct live_rows *rows, enum live_group group)
{
	return !rows->is_grouped || rows->group != group ||
	       kernel_now_ns() - rows->grouped_ns >= rows->cost_ns * COST_SHARE;
}

static int group_make(struct live_rows *rows, const struct profile *profile,
                      enum live_group group)
{
	uint64_t begun_ns = kernel_now_ns();
	int result = -1;

	grouping_release(rows);
	rows->group = group;
	rows->grouped_paths = profile->replay.paths.count;
	rows->classes = classes_of_functions(profile, NULL);
	rows->row_of_path = calloc(rows->grouped_paths + 1, sizeof(uint32_t));
	if (rows->classes && rows->row_of_path)
		result = group == LIVE_BY_PATH
		             ? paths_group(rows, profile)
		             : report_rows_group(&rows->groups, rows->classes,
		                                 group == LIVE_BY_MODULE ? REPORT_BY_MODULE
		                                                         : REPORT_BY_FUNCTION,
		                                 rows->row_of_path);
	rows->is_grouped = !result;
	rows->grouped_ns = kernel_now_ns();
	rows->cost_ns = rows->grouped_ns - begun_ns;
	return result;
}

uint64_t live_rows_function_key(const struct stack_name *name)
{
	return stack_name_hash(name);
}

/* ---- figures ---- */

static int rows_clear(struct live_rows *rows, size_t count)
{
	if (array_reserve(rows->rows, rows->capacity, count + 1))
		return -1;
	memset(rows->rows, 0, (count + 1) * sizeof(*rows->rows));
	rows->count = count;
	return 0;
}

/* Sum the call paths of each group. */
static int paths_sum(struct live_rows *rows, const struct profile *profile,
                     const struct live_compare *compare)
{
	const struct report_row *group;
	struct live_counts counts;
	struct live_row *row;
	size_t i;

	if (rows_clear(rows, rows->groups.count))
		return -1;
	for (i = 0; i < rows->count; i++) {
		group = &rows->groups.rows[i];
		rows->rows[i].name = group->name;
		rows->rows[i].path = group->path;
		rows->rows[i].key = rows->group == LIVE_BY_PATH
		                        ? group->path
		                        : live_rows_function_key(&group->name);
		if (rows->group == LIVE_BY_MODULE)
			rows->rows[i].key = hash_string(1, group->name.module);
	}
	for (i = 1; i < rows->grouped_paths; i++) {
		if (!rows->row_of_path[i])
			continue;
		row = &rows->rows[rows->row_of_path[i] - 1];
		counts = live_counts_of_path(profile_path(profile, (uint32_t)i));
		live_counts_add(&row->now, &counts);
		counts = live_moment_path(compare->since, i);
		live_counts_add(&row->since, &counts);
		counts = live_moment_path(compare->before, i);
		live_counts_add(&row->before, &counts);
	}
	return 0;
}

/* Add what the thread or goroutine with this index did. */
static void row_add_thread(struct live_row *row, const struct live_compare *compare,
                           const struct thread *thread, size_t index)
{
	struct live_counts counts = live_counts_of_thread(thread);

	live_counts_add(&row->now, &counts);
	counts = live_moment_thread(compare->since, index);
	live_counts_add(&row->since, &counts);
	counts = live_moment_thread(compare->before, index);
	live_counts_add(&row->before, &counts);
	row->goroutines += thread->goroutines;
}

/*
 * Goroutines that begin with the same function, at this location, have one row: a program may start
 * thousands, which do the same. Threads have one each.
 */
static int threads_make(struct live_rows *rows, const struct profile *profile,
                        const struct live_compare *compare)
{
	const struct thread_table *threads = &profile->replay.threads;
	size_t location_count = address_map_location_count(profile->map), i, count = 0;
	size_t *row_of = calloc(location_count + 1, sizeof(*row_of)), *at, none;

	if (!row_of || rows_clear(rows, threads->count)) {
		free(row_of);
		return -1;
	}
	for (i = 0; i < threads->count; i++) {
		const struct thread *thread = threads->items[i];

		none = 0;
		at = !thread->goroutine
		         ? &none
		         : &row_of[thread->start < location_count ? thread->start
		                                                  : location_count];
		if (!*at) {
			*at = ++count;
			rows->rows[count - 1].key = i + 1;
			rows->rows[count - 1].thread = thread;
		}
		row_add_thread(&rows->rows[*at - 1], compare, thread, i);
	}
	rows->count = count;
	free(row_of);
	return 0;
}

void live_row_thread_name(char *name, size_t bytes, const struct profile *profile,
                          const struct live_row *row)
{
	const struct report_row like = { .thread = row->thread,
		                             .goroutines = row->goroutines };
	struct text text = { NULL, 0, 0 };

	if (thread_row_name(&text, profile, &like) || !text.data)
		snprintf(name, bytes, "%s", row->thread->name);
	else
		snprintf(name, bytes, "%s", text.data);
	text_release(&text);
}

/* ---- owners ---- */

/* The name of a function of the table, as a stack has it. */
static struct stack_name function_name(const struct profile *profile,
                                       const struct function *function)
{
	struct stack_name name = stack_name_none(
		address_map_location(profile->map, function->location)->offset);

	name.function = function->name;
	name.declared = function->declared;
	name.apart = function->apart;
	name.brackets = function->brackets;
	if (function->module != MODULE_NONE)
		name.module = address_map_module(profile->map, function->module)->path;
	return name;
}

/* The figures of an owner are of blocks that have ended: how many, and their bytes. */
static int owners_sum(struct live_rows *rows, const struct profile *profile)
{
	const struct function_table *functions = &rows->classes->functions;
	struct owners owners;
	struct live_row *row;
	int result = 0;
	size_t i;

	if (owners_of_paths(&owners, rows->classes))
		return -1;
	if (rows_clear(rows, owners.count))
		result = -1;
	for (i = 0; i < owners.count && !result; i++) {
		row = &rows->rows[i];
		row->name = function_name(profile,
		                          &functions->functions[owners.owners[i].function]);
		row->key = live_rows_function_key(&row->name);
		row->now.bytes = owners.owners[i].bytes;
		row->now.allocations = owners.owners[i].blocks;
	}
	owners_release(&owners);
	return result;
}

int live_rows_make(struct live_rows *rows, const struct profile *profile,
                   enum live_group group, const struct live_compare *compare)
{
	if (group == LIVE_BY_THREAD) {
		/* rows of owners are kept from one time to the next */
		rows->is_grouped = rows->is_grouped && rows->group != LIVE_BY_OWNER;
		return threads_make(rows, profile, compare);
	}
	if (is_due(rows, group)) {
		if (group_make(rows, profile, group))
			return -1;
		if (group == LIVE_BY_OWNER)
			return owners_sum(rows, profile);
	}
	return group == LIVE_BY_OWNER ? 0 : paths_sum(rows, profile, compare);
}

/* ---- order ---- */

struct order {
	enum live_sort sort;
	bool is_ascending;
	const struct live_compare *compare;
};

/* Equal rows by bytes, then by key: so that they do not jump from one time to the next. */
static int row_compare(const void *one, const void *two, void *context)
{
	const struct order *order = context;
	const struct live_row *a = one, *b = two;
	int64_t weight_a = live_row_weight(a, order->sort, order->compare);
	int64_t weight_b = live_row_weight(b, order->sort, order->compare);

	if (weight_a != weight_b)
		return (weight_a > weight_b) != order->is_ascending ? -1 : 1;
	if (a->now.bytes != b->now.bytes)
		return (a->now.bytes > b->now.bytes) != order->is_ascending ? -1 : 1;
	return a->key < b->key ? -1 : a->key > b->key;
}

void live_rows_sort(struct live_rows *rows, enum live_sort sort, bool is_ascending,
                    const struct live_compare *compare)
{
	struct order order = { sort, is_ascending, compare };

	if (rows->count)
		qsort_r(rows->rows, rows->count, sizeof(*rows->rows), row_compare, &order);
}

/* report/mapping_rows.c - what mapped memory, by call path or by call site. */
#include "report/mapping_rows.h"

#include "verdict/line_index.h"
#include "verdict/mapping_maker.h"

#include <stdlib.h>

void mapping_rows_release(struct mapping_rows *rows)
{
	free(rows->rows);
	*rows = (struct mapping_rows){ NULL, 0 };
}

static void use_add(struct mapping_use *to, const struct mapping_use *from)
{
	to->bytes += from->bytes;
	to->writable += from->writable;
	to->unsure += from->unsure;
	to->resident += from->resident;
	to->other += from->other;
}

static void row_add(struct mapping_row *row, const struct mapping_path *path)
{
	struct mapping_path *sums = &row->sums;

	row->path_count++;
	sums->calls += path->calls;
	sums->remaps += path->remaps;
	sums->bytes += path->bytes;
	sums->failed += path->failed;
	sums->ended += path->ended;
	row->most_sum += path->most;
	if (path->most > sums->most)
		sums->most = path->most;
	sums->anonymous += path->anonymous;
	sums->reserved += path->reserved;
	sums->unmaps += path->unmaps;
	sums->unmapped += path->unmapped;
	use_add(&sums->highest, &path->highest);
	use_add(&sums->last, &path->last);
	sums->has_more_files |= path->has_more_files ||
	                        (path->file && sums->file && path->file != sums->file);
	if (path->file)
		sums->file = path->file;
}

struct grouping {
	struct mapping_rows *rows;
	struct line_index lines; /* the number of a row's line is that of the row + 1 */
	struct stack_names scratch;
};

/* The row of a call path: one of its own, or the one of its line; NULL: memory is out. */
static struct mapping_row *row_find(struct grouping *grouping,
                                    const struct stack_name *name, bool by_path)
{
	struct mapping_rows *rows = grouping->rows;
	uint32_t number;

	if (by_path)
		return &rows->rows[rows->count++];
	number = line_index_number(&grouping->lines, name);
	rows->count = grouping->lines.count;
	return number ? &rows->rows[number - 1] : NULL;
}

static int path_add(struct grouping *grouping, const struct classes *classes,
                    uint32_t number, bool by_path)
{
	const struct profile *profile = classes->profile;
	const struct mapping_path *path = &profile->replay.mappings.paths[number];
	uint32_t node = mapping_maker_node(classes, path->node);
	struct mapping_row *row;
	struct stack_name name;

	if (stack_name_blamed(&name, &grouping->scratch, profile,
	                      profile->replay.tree.nodes[node].location) < 0)
		return -1;
	row = row_find(grouping, &name, by_path);
	if (!row)
		return -1;
	if (!row->path_count) {
		row->name = name;
		row->number = number;
		row->node = path->node;
		row->function = function_of_node(&classes->functions, profile, node);
		row->is_mine = classes->functions.functions[row->function].is_mine;
	}
	row_add(row, path);
	return 0;
}

/* Of the neighbours that the kernel joined, several paths may have the same resident part. */
static void use_limit(struct mapping_use *use, const struct mapping_use *totals)
{
	uint64_t most = totals->resident + totals->unsure;

	if (use->resident + use->unsure > most && use->resident <= most)
		use->unsure = most - use->resident;
}

/* Together, they had at once what they had at any one time. */
static void row_finish(struct mapping_row *row, const struct mapping_totals *totals)
{
	const uint64_t at_once[] = { mapping_row_left(row), row->sums.highest.bytes,
		                         row->sums.last.bytes };
	size_t i;

	for (i = 0; i < sizeof(at_once) / sizeof(*at_once); i++) {
		if (at_once[i] > row->sums.most)
			row->sums.most = at_once[i];
	}
	use_limit(&row->sums.highest, &totals->highest);
	use_limit(&row->sums.last, &totals->last);
	/* a damaged recording may say anything */
	if (row->most_sum < row->sums.most)
		row->most_sum = row->sums.most;
}

static int row_compare(const void *one, const void *two)
{
	const struct mapping_row *a = one, *b = two;

	if (a->sums.most != b->sums.most)
		return a->sums.most > b->sums.most ? -1 : 1;
	if (a->sums.bytes != b->sums.bytes)
		return a->sums.bytes > b->sums.bytes ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

int mapping_rows_make(struct mapping_rows *rows, const struct classes *classes,
                      bool by_path)
{
	const struct mappings *mappings = &classes->profile->replay.mappings;
	struct grouping grouping = { .rows = rows };
	int result = 0;
	uint32_t i;

	*rows = (struct mapping_rows){ calloc(mappings->count, sizeof(*rows->rows)), 0 };
	if (!rows->rows)
		return -1;
	for (i = 1; i < mappings->count && !result; i++) {
		if (mapping_path_is_empty(&mappings->paths[i]))
			continue;
		result = path_add(&grouping, classes, i, by_path);
	}
	line_index_release(&grouping.lines);
	stack_names_release(&grouping.scratch);
	for (i = 0; i < rows->count; i++)
		row_finish(&rows->rows[i], &mappings->totals);
	qsort(rows->rows, rows->count, sizeof(*rows->rows), row_compare);
	return result;
}

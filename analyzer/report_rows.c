/* report_rows.c - the sites of a profile, grouped and sorted. Layer 9. */
#include "report_rows.h"

#include "hash_index.h"

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
	case REPORT_SORT_LIVE: return row->live_bytes;
	}
	return 0;
}

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
	return a->node < b->node ? -1 : a->node > b->node; /* the same order every time */
}

static void row_add_site(struct report_row *row, const struct site *site)
{
	row->site_count++;
	row->allocations += site->allocations;
	row->bytes += site->bytes;
	row->frees += site->frees;
	row->reallocs += site->reallocs;
	row->failed += site->failed;
	row->temporary += site->temporary;
	row->crossed += site->crossed;
	row->live_blocks += site->share.live_blocks;
	row->live_bytes += site->share.live_bytes;
	row->peak_blocks += site->share.peak_blocks;
	row->peak_bytes += site->share.peak_bytes;
	if (site->allocations && site->size_min < row->size_min)
		row->size_min = site->size_min;
	if (site->size_max > row->size_max)
		row->size_max = site->size_max;
}

static struct report_row thread_row(const struct thread *thread)
{
	return (struct report_row){
		.name = { "", "", "", 0, 0, CALL_ROOT, false },
		.thread = thread,
		.node = thread->serial,
		.allocations = thread->allocations,
		.bytes = thread->bytes,
		.frees = thread->frees,
		.failed = thread->failed,
		.temporary = thread->temporary,
		.crossed = thread->crossed,
		.live_blocks = thread->share.live_blocks,
		.live_bytes = thread->share.live_bytes,
		.peak_blocks = thread->share.peak_blocks,
		.peak_bytes = thread->share.peak_bytes,
	};
}

/* Rows being grouped: by the strings of their keys, which are the profile's. */
struct grouping {
	struct report_rows *rows;
	struct hash_index index; /* of row + 1 */
	struct stack_names stack;
	enum report_group group;
};

static uint64_t text_hash(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = hash_words(hash, (uint8_t)*text);
	return hash;
}

static uint64_t row_hash(const struct report_row *row, enum report_group group)
{
	uint64_t hash = text_hash(1, row->name.module);

	if (group == REPORT_BY_SITE)
		return hash_words(row->node, 2);
	if (group == REPORT_BY_FUNCTION) {
		hash = text_hash(hash, row->name.function);
		if (!*row->name.function)
			hash = hash_words(hash, row->name.offset);
	}
	return hash;
}

static uint64_t row_hash_of(const void *context, uint32_t number)
{
	const struct grouping *grouping = context;

	return row_hash(&grouping->rows->rows[number - 1], grouping->group);
}

static bool row_is_same(const struct report_row *one, const struct report_row *two,
                        enum report_group group)
{
	if (group == REPORT_BY_SITE)
		return one->node == two->node;
	if (strcmp(one->name.module, two->name.module))
		return false;
	if (group == REPORT_BY_MODULE)
		return true;
	return !strcmp(one->name.function, two->name.function) &&
	       (*one->name.function || one->name.offset == two->name.offset);
}

/* The row that a site belongs to, made if it is new; NULL when memory is out. */
static struct report_row *row_find(struct grouping *grouping,
                                   const struct report_row *like)
{
	uint64_t hash = row_hash(like, grouping->group);
	struct report_rows *rows = grouping->rows;
	uint32_t slot, number;

	if (grouping->index.count) {
		slot = hash_index_slot(&grouping->index, hash);
		while ((number = hash_index_next(&grouping->index, &slot))) {
			if (row_is_same(&rows->rows[number - 1], like, grouping->group))
				return &rows->rows[number - 1];
		}
	}
	rows->rows[rows->count] = *like;
	if (hash_index_add(&grouping->index, hash, (uint32_t)rows->count + 1, row_hash_of,
	                   grouping))
		return NULL;
	return &rows->rows[rows->count++];
}

static int site_group(struct grouping *grouping, const struct profile *profile,
                      const struct site *site)
{
	struct report_row like = { .node = site->node, .size_min = UINT64_MAX };
	struct report_row *row;

	if (stack_name_blamed(&like.name, &grouping->stack, profile, site->node))
		return -1;
	if (grouping->group == REPORT_BY_MODULE)
		like.name.function = like.name.file = "";
	row = row_find(grouping, &like);
	if (!row)
		return -1;
	row_add_site(row, site);
	return 0;
}

static int threads_make(struct report_rows *rows, const struct replay *replay)
{
	size_t i;

	rows->rows = malloc((replay->thread_count + 1) * sizeof(*rows->rows));
	if (!rows->rows)
		return -1;
	for (i = 0; i < replay->thread_count; i++)
		rows->rows[rows->count++] = thread_row(replay->threads[i]);
	return 0;
}

static int groups_make(struct report_rows *rows, const struct profile *profile,
                       enum report_group group)
{
	const struct site_table *sites = &profile->replay.sites;
	struct grouping grouping = { .rows = rows, .group = group };
	uint32_t i;
	int result = 0;

	rows->rows = malloc(sites->count * sizeof(*rows->rows));
	if (!rows->rows)
		return -1;
	for (i = 1; i < sites->count && !result; i++)
		result = site_group(&grouping, profile, &sites->sites[i]);
	hash_index_release(&grouping.index);
	stack_names_release(&grouping.stack);
	return result;
}

int report_rows_make(struct report_rows *rows, const struct profile *profile,
                     enum report_group group, enum report_sort sort)
{
	int result;

	*rows = (struct report_rows){ NULL, 0 };
	if (group == REPORT_BY_THREAD)
		result = threads_make(rows, &profile->replay);
	else
		result = groups_make(rows, profile, group);
	if (result) {
		report_rows_release(rows);
		return -1;
	}
	qsort_r(rows->rows, rows->count, sizeof(*rows->rows), row_compare, &sort);
	return 0;
}

/* segments/rows.c - groups the mappings of a process. */
#include "segments/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * By resident size, then by size, then by name: qsort() is not stable, and the same snapshot
 * must always give the same order.
 */
static int row_compare(const void *one, const void *two)
{
	const struct segment_row *a = one, *b = two;

	if (a->use.rss != b->use.rss)
		return a->use.rss > b->use.rss ? -1 : 1;
	if (a->use.size != b->use.size)
		return a->use.size > b->use.size ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void rows_by_segment(struct segment_rows *rows, const struct segments *segments)
{
	struct segment_row *row;

	for (int i = 0; i < SEGMENT_COUNT; i++) {
		if (!segments->mappings[i])
			continue;
		row = &rows->rows[rows->count++];
		row->segment = (enum segment)i;
		row->use = segments->sums[i];
		row->mappings = segments->mappings[i];
		snprintf(row->name, sizeof(row->name), "%s", segment_title(row->segment));
	}
}

/*
 * One row a mapping, in the order of addresses, which is not sorted by size: neighbours explain
 * each other, such as a stack and its guard.
 */
static void rows_by_map(struct segment_rows *rows, const struct segments *segments)
{
	const struct mapping *mapping;
	struct segment_row *row;
	size_t i;

	for (i = 0; i < segments->maps.count; i++) {
		mapping = &segments->maps.mappings[i];
		row = &rows->rows[rows->count++];
		row->number = i;
		row->segment = segments->of_mapping[i];
		row->use = mapping->use;
		row->mappings = 1;
		snprintf(row->name, sizeof(row->name), "%s%s", mapping->name,
		         mapping->is_deleted ? " (deleted)" : "");
	}
}

/*
 * A module's row counts all mappings of its file, whichever segments they belong to. Its code,
 * rodata, data and bss are the first four segments; those of the recorder are in a segment of
 * their own, so that their parts are found by the mapping itself.
 */
static void rows_by_module(struct segment_rows *rows, const struct segments *segments)
{
	const struct process_modules *modules = &segments->modules;
	struct segment_row *row;
	size_t i, part;

	for (i = 0; i < modules->count; i++) {
		rows->rows[i].number = i;
		snprintf(rows->rows[i].name, sizeof(rows->rows[i].name), "%s%s",
		         modules->modules[i].path,
		         modules->modules[i].is_deleted ? " (deleted)" : "");
	}
	rows->count = modules->count;
	for (i = 0; i < segments->maps.count; i++) {
		if (modules->of_mapping[i] == MODULE_NONE_OF_MAPS)
			continue;
		row = &rows->rows[modules->of_mapping[i]];
		memory_use_add(&row->use, &segments->maps.mappings[i].use);
		row->mappings++;
		part = segments->of_mapping[i] <= SEGMENT_BSS ? (size_t)segments->of_mapping[i]
		       : segments->of_mapping[i] != SEGMENT_OUTLIVE          ? 4
		       : segments->maps.mappings[i].access & MAPPING_EXECUTE ? SEGMENT_CODE
		       : segments->maps.mappings[i].inode == 0               ? SEGMENT_BSS
		       : segments->maps.mappings[i].access & MAPPING_WRITE   ? SEGMENT_DATA
		                                                             : SEGMENT_RODATA;
		if (part < 4)
			memory_use_add(&row->part[part], &segments->maps.mappings[i].use);
	}
	qsort(rows->rows, rows->count, sizeof(*rows->rows), row_compare);
}

/* One row a thread, also if the mapping of its stack is not known. */
static void rows_by_thread(struct segment_rows *rows, const struct segments *segments)
{
	const struct process_thread *thread;
	struct segment_row *row;
	size_t i, j;

	for (i = 0; i < segments->threads.count; i++) {
		thread = &segments->threads.threads[i];
		row = &rows->rows[rows->count++];
		row->number = i;
		row->is_unlocated = true;
		snprintf(row->name, sizeof(row->name), "%d %s", (int)thread->tid, thread->name);
		for (j = 0; j < segments->maps.count; j++) {
			/*
			 * The main thread's stack is the one that the kernel names [stack],
			 * even if the thread's stack pointer is elsewhere.
			 */
			if (segments->of_mapping[j] != SEGMENT_STACK ||
			    (segments->thread_of[j] != i + 1 &&
			     (thread->tid != segments->pid || segments->thread_of[j] ||
			      strcmp(segments->maps.mappings[j].name, "[stack]"))))
				continue;
			row->is_unlocated = false;
			row->mappings++;
			memory_use_add(&row->use, &segments->maps.mappings[j].use);
		}
	}
	qsort(rows->rows, rows->count, sizeof(*rows->rows), row_compare);
}

/* The room for the rows of all groups together is more than any group needs. */
int segment_rows_make(struct segment_rows *rows, const struct segments *segments,
                      enum segment_group group)
{
	size_t room = segments->maps.count + segments->threads.count +
	              segments->modules.count + SEGMENT_COUNT;

	rows->count = 0;
	rows->rows = calloc(room, sizeof(*rows->rows));
	if (!rows->rows)
		return -1;
	switch (group) {
	case SEGMENTS_BY_SEGMENT: rows_by_segment(rows, segments); break;
	case SEGMENTS_BY_MODULE: rows_by_module(rows, segments); break;
	case SEGMENTS_BY_MAP: rows_by_map(rows, segments); break;
	case SEGMENTS_BY_THREAD: rows_by_thread(rows, segments); break;
	}
	return 0;
}

void segment_rows_release(struct segment_rows *rows)
{
	free(rows->rows);
	*rows = (struct segment_rows){ .count = 0 };
}

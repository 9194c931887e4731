/* verdict/escape_lines.c - escapes by line, with what they cost. */
#include "verdict/escape_lines.h"

#include "verdict/go_names.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX 32 /* inlined into each other */

static bool is_of_runtime(const char *function)
{
	return !strncmp(function, "runtime.", 8) ||
	       !strncmp(function, "internal/runtime/", 17);
}

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

static int place_compare(const char *file, uint32_t line, const struct escape_line *two)
{
	int order = strcmp(base_name(file), base_name(two->escapes->file));

	if (order)
		return order;
	return line < two->escapes->line ? -1 : line > two->escapes->line;
}

static int by_place(const void *first, const void *second)
{
	const struct escape_line *one = first, *two = second;
	int order = place_compare(one->escapes->file, one->escapes->line, two);

	return order ? order : strcmp(one->escapes->file, two->escapes->file);
}

static int by_cost(const void *first, const void *second)
{
	const struct escape_line *one = first, *two = second;

	if (one->cost.bytes != two->cost.bytes)
		return one->cost.bytes > two->cost.bytes ? -1 : 1;
	if (one->cost.objects != two->cost.objects)
		return one->cost.objects > two->cost.objects ? -1 : 1;
	return by_place(first, second);
}

static bool is_same_line(const struct go_escape *one, const struct go_escape *two)
{
	return one->line == two->line && !strcmp(one->file, two->file);
}

int escape_lines_make(struct escape_lines *lines, const struct go_escapes *escapes)
{
	const struct go_escape *items = escapes->items;
	struct escape_line *line = NULL;
	size_t i;

	*lines = (struct escape_lines){ .count = 0 };
	lines->lines = calloc(escapes->count + 1, sizeof(*lines->lines));
	if (!lines->lines)
		return -1;
	for (i = 0; i < escapes->count; i++) {
		if (!line || !is_same_line(line->escapes, &items[i])) {
			line = &lines->lines[lines->count++];
			line->escapes = &items[i];
		}
		line->count++;
	}
	qsort(lines->lines, lines->count, sizeof(*lines->lines), by_place);
	return 0;
}

/* The first line in the order of by_place() that is not before this one. */
static size_t lower_bound(const struct escape_lines *lines,
                          const struct go_frame *frame)
{
	size_t low = 0, high = lines->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (place_compare(frame->file, frame->line, &lines->lines[middle]) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct escape_line *line_find(const struct escape_lines *lines,
                                     const struct go_frame *frame)
{
	size_t i;

	for (i = lower_bound(lines, frame);
	     i < lines->count && !place_compare(frame->file, frame->line, &lines->lines[i]);
	     i++) {
		if (go_escape_is_file(lines->lines[i].escapes, frame->file, frame->function))
			return &lines->lines[i];
	}
	return NULL;
}

static void objects_add(struct go_objects *to, const struct go_objects *from)
{
	to->objects += from->objects;
	to->bytes += from->bytes;
	to->in_use_objects += from->in_use_objects;
	to->in_use_bytes += from->in_use_bytes;
	to->dead_objects += from->dead_objects;
	to->dead_bytes += from->dead_bytes;
}

void escape_lines_count(struct escape_lines *lines, const struct go_frame *frames,
                        size_t count, const struct go_objects *objects)
{
	struct escape_line *line = NULL;
	size_t i;

	for (i = 0; i < count && !line; i++)
		line = line_find(lines, &frames[i]);
	if (line)
		objects_add(&line->cost, objects);
	objects_add(line ? &lines->matched : &lines->others, objects);
}

/*
 * The functions of a path that the compiler may speak of: the first that is not the runtime's, and
 * those that it was inlined into. Returns their number.
 */
static size_t frames_fill(struct go_frame frames[FRAMES_MAX],
                          const struct profile *profile,
                          const struct go_heap_path *path)
{
	struct stack_name name;
	size_t count = 0;
	uint32_t i;

	for (i = 0; i < path->count && count < FRAMES_MAX; i++) {
		name = go_names_frame(profile, path, i);
		if (!count && is_of_runtime(name.function))
			continue;
		frames[count++] = (struct go_frame){ name.function, name.file, name.line };
		if (!name.is_inlined)
			break;
	}
	return count;
}

void escape_lines_count_all(struct escape_lines *lines, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	struct go_frame frames[FRAMES_MAX];
	const struct go_heap_sum *sum;
	struct go_objects objects;
	size_t i;

	for (i = 0; i < heap->path_count; i++) {
		sum = &heap->paths[i].sum;
		objects = (struct go_objects){ sum->objects,        sum->bytes,
			                           sum->in_use_objects, sum->in_use_bytes,
			                           sum->dead_objects,   sum->dead_bytes };
		escape_lines_count(lines, frames, frames_fill(frames, profile, &heap->paths[i]),
		                   &objects);
	}
}

size_t escape_lines_rank(struct escape_lines *lines)
{
	size_t used = 0;

	qsort(lines->lines, lines->count, sizeof(*lines->lines), by_cost);
	while (used < lines->count &&
	       (lines->lines[used].cost.objects || lines->lines[used].cost.bytes))
		used++;
	return used;
}

void escape_lines_release(struct escape_lines *lines)
{
	free(lines->lines);
	*lines = (struct escape_lines){ .count = 0 };
}

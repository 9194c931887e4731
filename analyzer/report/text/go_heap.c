/* report/text/go_heap.c - what Go's sampler has counted, for people. */
#include "report/text/go_heap.h"

#include "base/table.h"
#include "base/text.h"
#include "trace/clock.h"
#include "verdict/go_names.h"

#include <stdio.h>

#define ROWS 8
#define NAME_BYTES 1024

static const struct figure_column columns[] = {
	{ "bytes", 10, 8 },
	{ "objects", 8, 7 },
	{ "in use", 10, 8 },
	{ "made by", 9, 8 },
};

/* "Go heap 38 MiB, C heap 212 MiB, goroutine stacks 4 MiB; 254 MiB together". */
static void totals_print(const struct screen *screen, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	const struct call_paths *paths = &profile->replay.paths;
	uint64_t stacks = profile_goroutine_stacks(profile);
	uint64_t all = heap->total.in_use_bytes + paths->live_bytes + stacks;
	char go[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES], stack[TEXT_NUMBER_BYTES],
		sum[TEXT_NUMBER_BYTES];

	screen_line(screen, 4,
	            "  - as counted last: Go heap %s, C heap %s%s%s; %s together",
	            text_size(go, heap->total.in_use_bytes),
	            text_size(c, paths->live_bytes), stacks ? ", goroutine stacks " : "",
	            stacks ? text_size(stack, stacks) : "", text_size(sum, all));
}

static void losses_print(const struct screen *screen, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	const struct ring_header *header = &profile->process->header;
	uint64_t time_ns = process_time_ns(header, heap->time);
	char before[TEXT_NUMBER_BYTES];

	if (!(header->flags & RING_FINISHED))
		screen_line(
			screen, 4,
			"  - the process did not end by itself: this was counted %s before its "
			"last sign of life",
			text_duration(before, profile->duration_ns > time_ns
		                              ? profile->duration_ns - time_ns
		                              : 0));
	if (!heap->collections)
		screen_line(screen, 4,
		            "  - no collection has ended: what of it is in use is not known");
	if (heap->is_cut)
		screen_line(screen, 4,
		            "  - some of its call paths are missing: there was no "
		            "room for them, or the process was killed meanwhile");
	if (heap->is_damaged)
		screen_line(
			screen, 4,
			"  - a reading of it is damaged (a warning says which) and left out: "
			"what is shown may be of an earlier one");
	if (heap->is_moved)
		screen_line(screen, 4,
		            "  - a collection ended while it was read: what is in use "
		            "may be counted twice, or not at all");
}

static void row_print(const struct figures *figures, const struct profile *profile,
                      const struct go_heap_path *path)
{
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[NAME_BYTES];

	text_size(texts[0], path->sum.bytes);
	text_short(texts[1], path->sum.objects);
	figures_size(texts[2], path->sum.in_use_bytes);
	snprintf(texts[3], sizeof(texts[3]), "%s", go_names_maker(profile, path));
	go_names_path(name, sizeof(name), profile, path);
	figures_name(figures, figures_print(figures, texts), name, false);
}

int report_go_heap(const struct screen *screen, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	char rate[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES], objects[TEXT_NUMBER_BYTES],
		times[TEXT_NUMBER_BYTES], aside[128];
	struct figures figures = figures_of(screen, columns, 4);
	size_t i;

	if (!heap->is_known)
		return 0;
	if (heap->rate > 1)
		snprintf(aside, sizeof(aside), "sampled: one allocation for each %s",
		         text_size(rate, heap->rate));
	else
		snprintf(aside, sizeof(aside), "%s",
		         heap->rate ? "every allocation" : "sampling is off");
	screen_heading(screen, "Go heap", aside);
	totals_print(screen, profile);
	screen_line(screen, 4,
	            "  - %s in %s object%s were allocated; in use is what the last of %s "
	            "collection%s left",
	            text_size(bytes, heap->total.bytes),
	            text_short(objects, heap->total.objects), text_s(heap->total.objects),
	            text_count(times, heap->collections), text_s(heap->collections));
	losses_print(screen, profile);
	if (!heap->path_count)
		return 0;
	figures_titles(&figures, "function, and its callers");
	for (i = 0; i < heap->path_count && i < ROWS; i++)
		row_print(&figures, profile, &heap->paths[i]);
	if (heap->path_count > ROWS)
		screen_line(
			screen, 2,
			"  and %zu more call paths (--by path lists them, and has one tree of "
			"both heaps)",
			heap->path_count - ROWS);
	return 0;
}

/* ---- all call paths ------------------------------------------------------------- */

static const struct figure_column path_columns[] = {
	{ "bytes", 10, 8 },  { "objects", 8, 7 }, { "freed", 10, 8 },
	{ "in use", 10, 8 }, { "made by", 9, 8 },
};

void report_go_heap_paths(const struct screen *screen, const struct profile *profile,
                          uint64_t top)
{
	const struct go_heap *heap = &profile->go_heap;
	struct figures figures = figures_of(screen, path_columns, 5);
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[NAME_BYTES];
	const struct go_heap_path *path;
	size_t i;

	screen_heading(screen, "Go heap by call path",
	               heap->rate > 1 ? "estimates, bytes allocated; most first"
	                              : "bytes allocated; most first");
	figures_titles(&figures, "function, and its callers");
	for (i = 0; i < heap->path_count && (!top || i < top); i++) {
		path = &heap->paths[i];
		text_size(texts[0], path->sum.bytes);
		text_short(texts[1], path->sum.objects);
		figures_size(texts[2], path->sum.freed_bytes);
		figures_size(texts[3], path->sum.in_use_bytes);
		snprintf(texts[4], sizeof(texts[4]), "%s", go_names_maker(profile, path));
		go_names_path(name, sizeof(name), profile, path);
		figures_name(&figures, figures_print(&figures, texts), name, false);
	}
	if (i < heap->path_count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            heap->path_count - i);
}

/* report/text/go_heap.c - what Go's sampler has counted, for people. */
#include "report/text/go_heap.h"

#include "base/table.h"
#include "base/text.h"
#include "report/package_inits.h"
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

/* What was allocated, and how much of that "in use" means. */
static void allocated_print(const struct screen *screen, const struct go_heap *heap)
{
	char bytes[TEXT_NUMBER_BYTES], objects[TEXT_NUMBER_BYTES], times[TEXT_NUMBER_BYTES];

	text_size(bytes, heap->total.bytes);
	text_short(objects, heap->total.objects);
	if (heap->is_uncollected)
		screen_line(
			screen, 4,
			"  - %s in %s object%s were allocated; all in use: no full collection",
			bytes, objects, text_s(heap->total.objects));
	else
		screen_line(
			screen, 4,
			screen->is_brief
				? "  - %s in %s object%s were allocated; %s collection%s"
				: "  - %s in %s object%s were allocated; in use is what the last "
				  "of %s collection%s left",
			bytes, objects, text_s(heap->total.objects),
			text_count(times, heap->collections), text_s(heap->collections));
}

static void losses_print(const struct screen *screen, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	const struct ring_header *header = &profile->process->header;
	char before[TEXT_NUMBER_BYTES];

	if (!(header->flags & RING_FINISHED))
		screen_line(
			screen, 4,
			"  - the process did not end by itself: this was counted %s before its "
			"last sign of life",
			text_duration(before, profile_go_heap_age_ns(profile)));
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

/* ---- package init --------------------------------------------------------------- */

#define INITS_SHOWN 3

static const struct figure_column init_columns[] = {
	{ "Go heap", 10, 8 },
	{ "objects", 8, 7 },
	{ "C", 10, 8 },
	{ "calls", 8, 6 },
};

/* The one with most bytes; the list has the user's own first. */
static const struct package_init *inits_most(const struct package_inits *inits)
{
	const struct package_init *most = inits->items, *init;

	for (init = most; init < inits->items + inits->count; init++) {
		if (init->bytes.go + init->bytes.c > most->bytes.go + most->bytes.c)
			most = init;
	}
	return most;
}

/* In one line: what all of them allocated. */
static void inits_brief(const struct screen *screen, const struct package_inits *inits)
{
	char go[TEXT_NUMBER_BYTES], c[TEXT_NUMBER_BYTES], name[NAME_BYTES];
	uint64_t go_bytes = 0, c_bytes = 0;
	size_t i;

	for (i = 0; i < inits->count; i++) {
		go_bytes += inits->items[i].bytes.go;
		c_bytes += inits->items[i].bytes.c;
	}
	if (inits->count)
		screen_line(screen, 4, "  - package init (--full): Go %s, C %s, most: %s",
		            text_size(go, go_bytes), text_size(c, c_bytes),
		            text_escape(name, sizeof(name), inits_most(inits)->function));
}

int report_go_inits(const struct screen *screen, const struct classes *classes)
{
	struct figures figures = figures_of(screen, init_columns, 4);
	struct package_inits inits = { .count = 0 };
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES];
	int result = screen->is_least ? 0 : package_inits_make(&inits, classes);
	const struct package_init *init;
	size_t i;

	if (screen->is_brief) {
		if (!result)
			inits_brief(screen, &inits);
		package_inits_release(&inits);
		return result;
	}
	if (!result && inits.count) {
		screen_heading(
			screen, "package init",
			"allocated before main.main, with all that these functions called");
		figures_titles(&figures, "function");
	}
	for (i = 0; !result && i < inits.count && i < INITS_SHOWN; i++) {
		init = &inits.items[i];
		figures_size(texts[0], init->bytes.go);
		text_short(texts[1], init->calls.go);
		figures_size(texts[2], init->bytes.c);
		text_short(texts[3], init->calls.c);
		figures_name(&figures, figures_print(&figures, texts), init->function, false);
	}
	if (!result && inits.count > INITS_SHOWN)
		screen_line(screen, 2, "  and %zu more (--by path has them in its tree)",
		            inits.count - INITS_SHOWN);
	package_inits_release(&inits);
	return result;
}

/* ---- the heap ------------------------------------------------------------------- */

/* How much was counted; and if the program chose that, by when. */
static void rate_text(char *text, size_t bytes, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	char rate[TEXT_NUMBER_BYTES], time[TEXT_NUMBER_BYTES], own[96] = "";

	if (heap->is_own_rate)
		snprintf(own, sizeof(own), " since the program set that rate, before %s",
		         text_duration(time, process_time_ns(&profile->process->header,
		                                             heap->own_rate_time)));
	if (heap->rate > 1)
		snprintf(text, bytes, "%sone allocation for each %s%s",
		         *own ? "" : "sampled: ", text_size(rate, heap->rate), own);
	else
		snprintf(text, bytes, "%s%s",
		         heap->rate ? "every allocation" : "sampling is off", own);
}

int report_go_heap(const struct screen *screen, const struct profile *profile)
{
	const struct go_heap *heap = &profile->go_heap;
	char aside[160];
	struct figures figures = figures_of(screen, columns, 4);
	size_t most = screen->rows ? screen->rows + !screen->is_least : ROWS, i;

	if (!heap->is_known)
		return 0;
	rate_text(aside, sizeof(aside), profile);
	screen_heading(screen, "Go heap", aside);
	totals_print(screen, profile);
	allocated_print(screen, heap);
	losses_print(screen, profile);
	if (!heap->path_count)
		return 0;
	figures_titles(&figures, "function, and its callers");
	for (i = 0; i < heap->path_count && i < most; i++)
		row_print(&figures, profile, &heap->paths[i]);
	if (heap->path_count > most)
		screen_line(
			screen, 2,
			screen->is_brief
				? "  and %zu more call paths: --by path lists them"
				: "  and %zu more call paths (--by path lists them, and has one tree of "
				  "both heaps)",
			heap->path_count - most);
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

/* report/text/timeline_graph.c - segments over time as a graph. */
#include "report/text/timeline_graph.h"

#include <string.h>

#define GRAPH_COLUMNS_MAX 64
#define GRAPH_LABEL_COLUMNS 18 /* the longest title; narrow screens have less */
#define GRAPH_LABEL_COLUMNS_MIN 15
#define GRAPH_NARROW_COLUMNS 80
/* a segment gets a row if it ever took one in so many bytes */
#define GRAPH_ROWS_SHARE 100
/* columns behind a row of the graph: the highest size, and what surrounds it */
#define SIZE_COLUMNS 11

/* The use of a segment in one snapshot, or of all segments with SEGMENT_COUNT. */
static uint64_t snapshot_rss(const struct segment_snapshot *snapshot, size_t segment)
{
	return segment < SEGMENT_COUNT ? snapshot->uses[segment].rss : snapshot->total.rss;
}

struct graph {
	const struct segment_timeline *timeline;
	const struct screen *screen;
	uint64_t end_ns;
	size_t columns;
	size_t label_columns;
};

/* Add the resident size at a time to its column, which keeps the highest. */
static void graph_add(const struct graph *graph, uint64_t time_ns, uint64_t rss,
                      uint64_t most[GRAPH_COLUMNS_MAX], bool has[GRAPH_COLUMNS_MAX])
{
	size_t column = (size_t)((double)time_ns / ((double)graph->end_ns + 1) *
	                         (double)graph->columns);

	/* rounding may lead one beyond the last column */
	if (column >= graph->columns)
		column = graph->columns - 1;
	if (!has[column] || rss > most[column])
		most[column] = rss;
	has[column] = true;
}

/*
 * Fill in the highest of each column; a column without a snapshot repeats the one before it.
 * The row of the total uses the sizes between snapshots as well.
 */
static void graph_fill(const struct graph *graph, size_t segment,
                       uint64_t most[GRAPH_COLUMNS_MAX])
{
	const struct segment_history *history = &graph->timeline->profile->segments;
	const struct size_history *sizes = &history->sizes;
	bool has[GRAPH_COLUMNS_MAX] = { false };
	size_t i;

	memset(most, 0, GRAPH_COLUMNS_MAX * sizeof(*most));
	for (i = 0; i < history->count; i++)
		graph_add(graph, history->snapshots[i].time_ns,
		          snapshot_rss(&history->snapshots[i], segment), most, has);
	for (i = 0; segment == SEGMENT_COUNT && i < sizes->count; i++)
		graph_add(graph, sizes->entries[i].time_ns, sizes->entries[i].resident, most,
		          has);
	for (i = 1; i < graph->columns; i++) {
		if (!has[i])
			most[i] = most[i - 1];
	}
}

/* Each row has its own scale: on a common one all but the largest would be flat. */
static void graph_row(const struct graph *graph, size_t segment, const char *title)
{
	static const char *const blocks[] = { " ",      "\u2581", "\u2582",
		                                  "\u2583", "\u2584", "\u2585",
		                                  "\u2586", "\u2587", "\u2588" };
	static const char *const letters[] = {
		" ", ".", ".", ":", ":", "+", "+", "#", "#"
	};
	uint64_t most[GRAPH_COLUMNS_MAX], peak = 0;
	char size[TEXT_NUMBER_BYTES];
	size_t i, height;

	graph_fill(graph, segment, most);
	for (i = 0; i < graph->columns; i++)
		peak = most[i] > peak ? most[i] : peak;
	fprintf(graph->screen->file, "  %-*.*s|", (int)graph->label_columns - 3,
	        (int)graph->label_columns - 4, title);
	for (i = 0; i < graph->columns; i++) {
		height = peak ? (size_t)((double)most[i] / (double)peak * 8) : 0;
		height = most[i] && !height ? 1 : height > 8 ? 8 : height;
		fputs((graph->screen->has_blocks ? blocks : letters)[height],
		      graph->screen->file);
	}
	fprintf(graph->screen->file, "| %s\n", text_size(size, peak));
}

/*
 * Print the graph: a row for the total, and one for each segment that ever mattered. Its time
 * runs to the last snapshot or, if that is later, to the last size.
 */
void timeline_graph_print(const struct segment_timeline *timeline,
                          const struct screen *screen)
{
	const struct segment_history *history = &timeline->profile->segments;
	struct graph graph = { timeline, screen,
		                   history->snapshots[history->count - 1].time_ns,
		                   GRAPH_COLUMNS_MAX, GRAPH_LABEL_COLUMNS };
	char end[TEXT_NUMBER_BYTES], aside[96];
	size_t i;

	if (history->sizes.count &&
	    history->sizes.entries[history->sizes.count - 1].time_ns > graph.end_ns)
		graph.end_ns = history->sizes.entries[history->sizes.count - 1].time_ns;
	if (history->count + history->sizes.count < 2)
		return;
	if (screen->columns < GRAPH_NARROW_COLUMNS)
		graph.label_columns = GRAPH_LABEL_COLUMNS_MIN;
	if (graph.columns > screen->columns - graph.label_columns - SIZE_COLUMNS)
		graph.columns = screen->columns - graph.label_columns - SIZE_COLUMNS;
	snprintf(aside, sizeof(aside),
	         "from the start to %s; each row scaled to its own highest",
	         text_duration(end, graph.end_ns));
	screen_heading(screen, "resident over time", aside);
	graph_row(&graph, SEGMENT_COUNT, "total");
	for (i = 0; i < SEGMENT_COUNT; i++) {
		if (i != SEGMENT_OUTLIVE &&
		    history->peaks[i].rss > history->peak.rss / GRAPH_ROWS_SHARE)
			graph_row(&graph, i, segment_title((enum segment)i));
	}
}

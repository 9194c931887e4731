/* report/text/timeline_threads.c - the stacks of threads over time, for people. */
#include "report/text/timeline_threads.h"

#include "base/table.h"

#include <stdio.h>
#include <stdlib.h>

static const struct figure_column thread_columns[] = {
	{ "size", 9, 8 },
	{ "resident", 10, 9 },
	{ "highest", 10, 9 },
};

/*
 * Print the stacks of threads in the time span, the highest first. A thread's size is of the
 * last snapshot that contains it, which may be long before the end. If memory is out, the table
 * is empty.
 */
void timeline_threads_print(const struct segment_timeline *timeline,
                            const struct screen *screen)
{
	struct figures figures = figures_of(screen, thread_columns, 3);
	struct timeline_thread *rows = calloc(timeline_threads_max(timeline) + 1,
	                                      sizeof(*rows));
	size_t count = rows ? timeline_threads(timeline, rows) : 0, i;
	char texts[FIGURES_MAX][TEXT_NUMBER_BYTES], name[96], first[TEXT_NUMBER_BYTES];
	char last[TEXT_NUMBER_BYTES];

	screen_heading(screen, "stacks", "size and resident: in the last snapshot of each");
	figures_titles(&figures, "thread");
	for (i = 0; i < count && (!timeline->top || i < timeline->top); i++) {
		figures_size(texts[0], rows[i].last.size);
		figures_size(texts[1], rows[i].last.rss);
		figures_size(texts[2], rows[i].rss_max);
		snprintf(name, sizeof(name), "%u %s, seen %s to %s", rows[i].last.tid,
		         rows[i].last.name, text_duration(first, rows[i].first_ns),
		         text_duration(last, rows[i].last_ns));
		figures_name(&figures, figures_print(&figures, texts), name, false);
	}
	if (i < count)
		screen_line(screen, 2, "  and %zu more (--top 0 shows all)", count - i);
	if (!count)
		screen_line(screen, 2, "  no thread's stack was seen");
	free(rows);
}

/* report_text.c - a profile for people. Layer 17. */
#include "report_text.h"

#include "report_classes.h"
#include "report_explain.h"
#include "report_lives.h"
#include "report_summary.h"
#include "report_tree.h"
#include "report_why.h"
#include "screen.h"

#include <stdlib.h>
#include <string.h>

#define SCREEN_ADVICE 5 /* pieces, on the default screen */
#define TREE_LINES 48
#define STACK_LINES 12 /* frames shown of a site */
#define STACK_INDENT 14
#define NUMBERS_COLUMNS 49  /* before the name, in a table of all numbers */
#define SIDE_COLUMNS_MIN 10 /* less is no use for a file name */

/* A name with its place at the right, in what is left of the line. */
static void name_print(const struct screen *screen, const struct stack_name *name,
                       size_t used)
{
	size_t room = screen->columns > used + 20 ? screen->columns - used : 20, columns;
	char text[1024], fitted[1024], place[512], side[512];

	stack_name_text(text, sizeof(text), name);
	stack_name_place(place, sizeof(place), name);
	columns = text_columns(text);
	text_fit(side, sizeof(side), place, room / 2, true);
	if (columns + 2 + text_columns(side) > room) {
		/* The name gets what it needs, as long as something of the place stays. */
		if (room > columns + 2 + SIDE_COLUMNS_MIN)
			text_fit(side, sizeof(side), place, room - columns - 2, true);
		columns = room - text_columns(side) - 2;
	}
	fputs(text_fit(fitted, sizeof(fitted), text, columns, false), screen->file);
	if (*side)
		fprintf(screen->file, "  %s%s%s", screen_dim(screen), side,
		        screen_plain(screen));
	fputc('\n', screen->file);
}

static void thread_print(const struct screen *screen, const struct thread *thread)
{
	char name[64];

	text_escape(name, sizeof(name), thread->name);
	fprintf(screen->file, "%u  %s%s%s\n", thread->tid, screen_dim(screen), name,
	        screen_plain(screen));
}

static void row_name_print(const struct screen *screen, const struct report_row *row,
                           enum report_group group, size_t used)
{
	struct stack_name module = row->name;
	char text[512], fitted[512];

	if (group == REPORT_BY_THREAD) {
		thread_print(screen, row->thread);
	} else if (group == REPORT_BY_MODULE) {
		text_escape(text, sizeof(text),
		            *module.module ? module.module : "(outside of every module)");
		text_fit(fitted, sizeof(fitted), text,
		         screen->columns > used + 20 ? screen->columns - used : 20, true);
		fprintf(screen->file, "%s\n", fitted);
	} else {
		name_print(screen, &row->name, used);
	}
}

/* ---- the default screen ------------------------------------------------------------ */

struct table {
	const char *title, *count_title;
	enum report_sort sort;
	size_t rows;
};

static uint64_t row_count(const struct report_row *row, enum report_sort sort)
{
	switch (sort) {
	case REPORT_SORT_PEAK: return row->peak_blocks;
	case REPORT_SORT_LIVE: return row->live_blocks;
	default: return row->allocations;
	}
}

static int table_print(const struct screen *screen, const struct classes *classes,
                       const struct table *table, uint64_t total)
{
	char size[TEXT_NUMBER_BYTES], percent[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES];
	struct report_rows rows;
	uint64_t weight;
	size_t i;

	if (!total)
		return 0;
	if (report_rows_make(&rows, classes, REPORT_BY_FUNCTION, table->sort))
		return -1;
	screen_heading(screen, table->title, "");
	fprintf(screen->file, "%s%10s %6s %8s  function%s\n", screen_dim(screen), "bytes",
	        "share", table->count_title, screen_plain(screen));
	for (i = 0; i < rows.count && i < table->rows; i++) {
		weight = report_row_weight(&rows.rows[i], table->sort);
		if (!weight)
			break;
		fprintf(screen->file, "%10s %6s %8s  ", text_size(size, weight),
		        text_percent(percent, weight, total),
		        text_short(count, row_count(&rows.rows[i], table->sort)));
		name_print(screen, &rows.rows[i].name, 28);
	}
	report_rows_release(&rows);
	return 0;
}

static int lives_print(const struct screen *screen, const struct findings *findings)
{
	const struct class_counts *all = &findings->classes->all;

	if (!all->blocks)
		return 0;
	screen_heading(screen, "what became of the blocks",
	               findings->classes->has_exact_frames
	                   ? "--class shows the sites of one"
	                   : "frames are plain: stack-like and escaping are inferred");
	report_classes(screen, all);
	if (!findings->advice.count)
		return 0;
	screen_heading(screen, "advice", "what saves most first; --why shows its evidence");
	return report_advice(screen, findings, SCREEN_ADVICE);
}

/* Fits a screen of 50 lines. */
static int screen_print(const struct screen *screen, const struct findings *findings)
{
	static const struct table tables[] = {
		{ "allocated the most", "calls", REPORT_SORT_BYTES, 3 },
		{ "made the peak", "blocks", REPORT_SORT_PEAK, 2 },
		{ "never freed", "blocks", REPORT_SORT_LIVE, 2 },
	};
	const struct classes *classes = findings->classes;
	const struct replay *replay = &classes->profile->replay;

	report_summary(screen, classes->profile);
	if (lives_print(screen, findings) ||
	    table_print(screen, classes, &tables[0], replay->totals.bytes) ||
	    table_print(screen, classes, &tables[1], replay->sites.peak_bytes) ||
	    table_print(screen, classes, &tables[2], replay->sites.live_bytes))
		return -1;
	return 0;
}

/* ---- one table as asked for --------------------------------------------------------- */

static void row_numbers_print(const struct screen *screen, const struct report_row *row)
{
	char bytes[TEXT_NUMBER_BYTES], calls[TEXT_NUMBER_BYTES], peak[TEXT_NUMBER_BYTES];
	char live[TEXT_NUMBER_BYTES], temporary[TEXT_NUMBER_BYTES];

	fprintf(screen->file, "%10s %7s %10s %10s %6s  ", text_size(bytes, row->bytes),
	        text_short(calls, row->allocations), text_size(peak, row->peak_bytes),
	        text_size(live, row->live_bytes),
	        text_percent(temporary, row->temporary, row->allocations));
}

/* A site: its innermost function beside the numbers, the callers below. */
static int site_print(const struct screen *screen, const struct profile *profile,
                      const struct report_row *row)
{
	struct stack_names stack = { NULL, 0, 0 };
	size_t i, shown;

	if (stack_names_fill(&stack, profile, row->node))
		return -1;
	row_numbers_print(screen, row);
	if (!stack.count)
		fprintf(screen->file, "(no stack)\n");
	shown = stack.count <= STACK_LINES + 1 ? stack.count : STACK_LINES;
	for (i = 0; i < shown; i++) {
		if (i)
			fprintf(screen->file, "%*s", STACK_INDENT, "");
		name_print(screen, &stack.names[i], i ? STACK_INDENT : NUMBERS_COLUMNS);
	}
	if (shown < stack.count)
		fprintf(screen->file, "%*s.. and %zu callers more\n", STACK_INDENT, "",
		        stack.count - shown);
	stack_names_release(&stack);
	return 0;
}

static int row_print(const struct screen *screen, const struct profile *profile,
                     const struct report_row *row, enum report_group group)
{
	if (group == REPORT_BY_SITE)
		return site_print(screen, profile, row);
	row_numbers_print(screen, row);
	row_name_print(screen, row, group, NUMBERS_COLUMNS);
	return 0;
}

static int rows_print(const struct screen *screen, const struct classes *classes,
                      const struct report_settings *settings)
{
	static const char *const titles[] = { "by site", "by function", "by module",
		                                  "by thread", "by owner" };
	static const char *const of[] = { "function", "function", "module", "thread" };
	static const char *const sorts[] = { "sorted by bytes allocated", "sorted by calls",
		                                 "sorted by bytes at the peak",
		                                 "sorted by bytes never freed" };
	struct report_rows rows;
	size_t i, shown;
	int result = 0;

	if (report_rows_make(&rows, classes, settings->group, settings->sort))
		return -1;
	shown = settings->top && settings->top < rows.count ? settings->top : rows.count;
	screen_heading(screen, titles[settings->group], sorts[settings->sort]);
	fprintf(screen->file, "%s%10s %7s %10s %10s %6s  %s%s\n", screen_dim(screen),
	        "bytes", "calls", "at peak", "not freed", "temp.", of[settings->group],
	        screen_plain(screen));
	for (i = 0; i < shown && !result; i++)
		result = row_print(screen, classes->profile, &rows.rows[i], settings->group);
	if (shown < rows.count)
		fprintf(screen->file, ".. and %zu more; --top 0 shows all\n",
		        rows.count - shown);
	report_rows_release(&rows);
	return result;
}

static int report_write(const struct screen *screen, const struct findings *findings,
                        const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;
	int result;

	if (!settings || settings->is_overview)
		return screen_print(screen, findings);
	report_summary(screen, classes->profile);
	if (settings->class_number)
		return report_class_rows(screen, findings, settings->group,
		                         (enum life_class)(settings->class_number - 1),
		                         settings->top);
	if (settings->group == REPORT_BY_OWNER)
		return report_owners(screen, findings, settings->top);
	result = rows_print(screen, classes, settings);
	if (!result && settings->group == REPORT_BY_SITE &&
	    classes->profile->replay.totals.bytes) {
		screen_heading(screen, "call tree", "");
		result = report_tree(screen, classes->profile, settings->sort, TREE_LINES,
		                     NULL);
	}
	return result;
}

int report_text(const struct profile *profile, const struct report_settings *settings,
                FILE *file)
{
	struct screen screen = screen_of(file);
	struct findings findings;
	int result = findings_make(&findings, profile, settings ? settings->wrappers : NULL,
	                           settings ? settings->wrapper_count : 0);

	if (!result && settings && settings->story)
		result = report_explain(&screen, &findings, settings->story);
	else if (!result && settings && settings->why)
		result = report_why(&screen, &findings, settings->why);
	else if (!result)
		result = report_write(&screen, &findings, settings);
	if (!result)
		report_footer(&screen, findings.classes);
	findings_release(&findings);
	return result;
}

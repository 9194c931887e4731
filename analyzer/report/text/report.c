/* report/text/report.c - a profile for people. */
#include "report/text/report.h"

#include "report/text/advice.h"
#include "report/text/alive.h"
#include "report/text/classes.h"
#include "report/text/explain.h"
#include "report/text/go_heap.h"
#include "report/text/growth.h"
#include "base/table.h"
#include "elf/go_name.h"
#include "report/text/kept.h"
#include "report/text/lives.h"
#include "report/text/mappings.h"
#include "report/text/moved.h"
#include "report/text/names.h"
#include "report/text/overview.h"
#include "report/text/stacks.h"
#include "report/text/summary.h"
#include "report/thread_rows.h"
#include "report/text/suppressions.h"
#include "report/text/tree.h"
#include "report/text/why.h"
#include "base/screen.h"
#include "report/text/timeline_lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* lines of the call tree below a table: about one screen */
#define TREE_LINES 48
#define STACK_LINES 12 /* frames shown of a call path */
#define STACK_INDENT 14
#define STACK_INDENT_NARROW 6

/*
 * Print a thread's number and name, or "goroutines of f (812)". Names come from the program:
 * text_fit() escapes them.
 */
static void thread_print(const struct screen *screen, const struct classes *classes,
                         const struct report_row *row, size_t used)
{
	struct text text = { NULL, 0, 0 };
	char name[512], count[TEXT_NUMBER_BYTES];
	int columns = 0;

	if (!row->goroutines)
		columns = fprintf(screen->file, "%u  ", row->thread->tid);
	if (columns > 0)
		used += (size_t)columns;
	if (!thread_row_name(&text, classes->profile, row) &&
	    (row->goroutines < 2 ||
	     !text_printf(&text, " (%s)", text_count(count, row->goroutines)))) {
		text_fit(name, sizeof(name), text.data ? text.data : "", screen->columns - used,
		         TEXT_KEEP_START);
		fprintf(screen->file, "%s%s%s\n", screen_dim(screen), name,
		        screen_plain(screen));
	}
	text_release(&text);
}

static int labels_print(const struct screen *screen, const struct label_set *set,
                        size_t used)
{
	struct text text = { NULL, 0, 0 };
	char *fitted = malloc(screen->columns * 4 + 1);
	int result = fitted ? labels_text(&text, set) : -1;

	if (!result) {
		text_fit(fitted, screen->columns * 4 + 1, text.data ? text.data : "(no label)",
		         screen->columns > used ? screen->columns - used : 1, TEXT_KEEP_START);
		fprintf(screen->file, "%s\n", fitted);
	}
	text_release(&text);
	free(fitted);
	return result;
}

static void row_name_print(const struct screen *screen, const struct classes *classes,
                           const struct report_row *row, enum report_group group,
                           size_t used)
{
	if (group == REPORT_BY_THREAD)
		thread_print(screen, classes, row, used);
	else if (group == REPORT_BY_LABEL)
		labels_print(screen, row->labels, used);
	else if (group == REPORT_BY_MODULE)
		report_module(screen, row->name.module, "(in no module)", used);
	else
		overview_function(screen, classes, row, used);
}

/* ---- one table as asked for --------------------------------------------------------- */

static const struct figure_column row_columns[] = {
	{ "bytes", 10, 8 },     { "calls", 7, 5 }, { "at peak", 10, 8 },
	{ "not freed", 10, 9 }, { "temp.", 6, 5 }, { "--why", 6, 5 },
};
#define ROW_COLUMNS (sizeof(row_columns) / sizeof(*row_columns))

/* The same of a sample: `error` is the standard error of the bytes. */
static const struct figure_column sampled_columns[] = {
	{ "bytes", 10, 8 },     { "calls", 7, 5 }, { "at peak", 10, 8 },
	{ "not freed", 10, 9 }, { "error", 6, 5 }, { "--why", 6, 5 },
};

/* --why takes no module or thread, so these rows have no such column. */
static bool has_why(enum report_group group)
{
	return group == REPORT_BY_PATH || group == REPORT_BY_FUNCTION;
}

/* Print what stands before the name; returns the columns used. */
static size_t row_figures_print(const struct figures *figures,
                                const struct report_row *row, enum report_group group,
                                bool is_sampled)
{
	char texts[ROW_COLUMNS][TEXT_NUMBER_BYTES];
	size_t used;

	text_size(texts[0], row->bytes);
	text_short(texts[1], row->allocations);
	text_size(texts[2], row->peak_bytes);
	text_size(texts[3], row->live_bytes - row->hidden_bytes);
	if (!is_sampled)
		text_percent(texts[4], row->temporary, row->allocations);
	else if (row->made.bytes > 0)
		text_percent(texts[4], sample_error(row->made.bytes), row->bytes);
	else
		strcpy(texts[4], "-"); /* threads; or blocks so large that all were sampled */
	report_row_why(texts[5], row, group);
	used = figures_print(figures, texts);
	/* if names have lines of their own, the argument for --why begins them */
	if (figures->is_stacked && has_why(group))
		used += (size_t)fprintf(figures->screen->file, "%s  ", texts[5]);
	return used;
}

/*
 * Leave out what leads from Go to C and back, but not the innermost function: a call path that is
 * too long to be shown whole has better frames to show. Returns how many were left out.
 */
static size_t plumbing_remove(struct stack_names *stack)
{
	size_t kept = stack->count != 0, i;

	for (i = 1; i < stack->count; i++) {
		if (stack->names[i].is_cut || !is_go_plumbing(stack->names[i].function))
			stack->names[kept++] = stack->names[i];
	}
	i = stack->count - kept;
	stack->count = kept;
	return i;
}

/* Print a call path: its innermost function beside the figures, the callers below. */
static int path_print(const struct figures *figures, const struct profile *profile,
                      const struct report_row *row)
{
	const struct screen *screen = figures->screen;
	size_t indent = figures->is_stacked ? STACK_INDENT_NARROW : STACK_INDENT;
	struct stack_names stack = { NULL, 0, 0 };
	size_t used, i, shown, removed = 0;

	if (stack_names_fill(&stack, profile, row->node))
		return -1;
	used = row_figures_print(figures, row, REPORT_BY_PATH, profile_is_sampled(profile));
	if (!stack.count)
		fprintf(screen->file, "(no stack)\n");
	if (stack.count > STACK_LINES + 1)
		removed = plumbing_remove(&stack);
	/* one frame more is shown rather than a line that says that one more is left out */
	shown = stack.count <= STACK_LINES + 1 ? stack.count : STACK_LINES;
	for (i = 0; i < shown; i++) {
		if (i)
			fprintf(screen->file, "%*s", (int)indent, "");
		report_frame_name(screen, &stack.names[i], i ? indent : used);
		if (stack.names[i].is_cut)
			screen_line(screen, indent, "%*s(gap)", (int)indent, "");
	}
	if (shown < stack.count || removed)
		screen_line(screen, indent, "%*s.. and %zu more callers", (int)indent, "",
		            stack.count - shown + removed);
	stack_names_release(&stack);
	return 0;
}

static int row_print(const struct figures *figures, const struct classes *classes,
                     const struct report_row *row, enum report_group group)
{
	if (group == REPORT_BY_PATH)
		return path_print(figures, classes->profile, row);
	row_name_print(
		figures->screen, classes, row, group,
		row_figures_print(figures, row, group, profile_is_sampled(classes->profile)));
	return 0;
}

/*
 * Print the table that the user asked for. On a narrow screen names have lines of their own;
 * then the argument for --why stands before the name instead of in a column, which is left out.
 */
static int rows_print(const struct screen *screen, const struct classes *classes,
                      const struct report_settings *settings)
{
	static const char *const titles[] = { "by call path", "by function", "by module",
		                                  "by thread",    "by owner",    "by label" };
	static const char *const of[] = { "function", "function",
		                              "module",   "thread",
		                              "",         "pprof labels of the goroutine" };
	static const char *const sorts[] = { "sorted by bytes allocated", "sorted by calls",
		                                 "sorted by bytes at the peak",
		                                 "sorted by bytes never freed" };
	bool is_sampled = profile_is_sampled(classes->profile);
	struct figures figures = figures_of(
		screen, is_sampled ? sampled_columns : row_columns,
		ROW_COLUMNS - !has_why(settings->group) - (settings->group == REPORT_BY_LABEL));
	struct report_rows rows;
	bool is_own_first;
	char order[80];
	size_t i, shown;
	int result = 0;

	if (report_rows_make(&rows, classes, settings->group, settings->sort))
		return -1;
	is_own_first = report_rows_own_first(&rows, classes, settings->sort, false);
	shown = settings->top && settings->top < rows.count ? settings->top : rows.count;
	snprintf(order, sizeof(order), "%s%s", sorts[settings->sort],
	         is_own_first ? ", your own code first" : "");
	screen_heading(screen, titles[settings->group], order);
	if (figures.is_stacked && has_why(settings->group))
		figures.count--;
	figures_titles(&figures, figures.is_stacked && has_why(settings->group)
	                             ? "--why  function"
	                             : of[settings->group]);
	for (i = 0; i < shown && !result; i++)
		result = row_print(&figures, classes, &rows.rows[i], settings->group);
	if (shown < rows.count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all",
		            rows.count - shown);
	if (settings->group == REPORT_BY_THREAD)
		report_moved_across(screen, classes->profile);
	report_rows_release(&rows);
	return result;
}

/* ---- views ---------------------------------------------------------------------------- */

/*
 * The call tree, with Go's heap where all blocks count: a filter says nothing of its objects, and
 * no one has counted them at the peak of C's.
 */
static int tree_print(const struct screen *screen, const struct classes *classes,
                      const struct report_settings *settings)
{
	static const char *const of[] = { "bytes allocated", "calls, and objects of Go",
		                              "bytes at the peak",
		                              "bytes in use: Go's as of the last collection" };
	static const char
		all_in_use[] = "bytes in use: all of Go's, for want of a full collection";
	const struct profile *profile = classes->profile;
	struct report_tree_choice choice = {
		.sort = settings->sort,
		.lines_max = settings->top ? TREE_LINES : SIZE_MAX,
		.others = "--top 0 shows all",
		.has_go = profile->go_heap.is_known && !profile->choice.text &&
		          settings->sort != REPORT_SORT_PEAK,
	};
	bool is_all = settings->sort == REPORT_SORT_LIVE && profile->go_heap.is_uncollected;
	char aside[128];

	if (choice.has_go)
		report_go_heap_paths(screen, profile, settings->top);
	if (!profile->replay.totals.bytes && !choice.has_go)
		return 0;
	snprintf(aside, sizeof(aside), "%s%s%s",
	         !choice.has_go ? ""
	         : is_all       ? all_in_use
	                        : of[settings->sort],
	         choice.has_go ? "; " : "", REPORT_TREE_LEAST);
	screen_heading(screen, "call tree", aside);
	return report_tree(screen, classes, &choice);
}

/*
 * Print a table of groups. By path it is followed by the call tree, which shows where the paths
 * meet; owners have a table of their own kind.
 */
static int groups_print(const struct screen *screen, const struct findings *findings,
                        const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;
	int result;

	report_summary(screen, classes->profile, classes->all.suppressed.blocks,
	               classes->all.suppressed.bytes);
	if (settings->group == REPORT_BY_OWNER)
		return report_owners(screen, findings, settings->top);
	result = settings->group == REPORT_BY_PATH
	             ? report_alive_paths(screen, classes->profile, settings->top)
	             : 0;
	if (!result)
		result = rows_print(screen, classes, settings);
	if (!result && settings->group == REPORT_BY_PATH)
		result = tree_print(screen, classes, settings);
	return result;
}

static int class_print(const struct screen *screen, const struct findings *findings,
                       const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;

	report_summary(screen, classes->profile, classes->all.suppressed.blocks,
	               classes->all.suppressed.bytes);
	/* the default screen names more as growing than what is live at exit */
	if (settings->kind == KIND_GROWING &&
	    report_growth_all(screen, findings, settings->top))
		return -1;
	return report_class_rows(screen, findings, settings);
}

static int stacks_print(const struct screen *screen, const struct findings *findings,
                        const struct report_settings *settings)
{
	return report_stacks(screen, findings->classes, settings);
}

static int advice_print(const struct screen *screen, const struct findings *findings,
                        const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;

	report_summary(screen, classes->profile, classes->all.suppressed.blocks,
	               classes->all.suppressed.bytes);
	return report_advice_all(screen, findings, settings->top);
}

static int mappings_print(const struct screen *screen, const struct findings *findings,
                          const struct report_settings *settings)
{
	return report_mappings(screen, findings->classes, settings);
}

/* The other views print report_only() in their heads. */
static int why_print(const struct screen *screen, const struct findings *findings,
                     const struct report_settings *settings)
{
	return report_why(screen, findings, settings->why, settings->several);
}

static int explain_print(const struct screen *screen, const struct findings *findings,
                         const struct report_settings *settings)
{
	report_only(screen, findings->classes->profile);
	return report_explain(screen, findings, settings->history);
}

static int heap_kept_print(const struct screen *screen, const struct findings *findings,
                           const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;

	report_title(screen, classes->profile);
	report_only(screen, classes->profile);
	return kept_print(screen, findings, settings->top);
}

static int (*const views[])(const struct screen *screen,
                            const struct findings *findings,
                            const struct report_settings *settings) = {
	[REPORT_OVERVIEW] = report_overview,
	[REPORT_ROWS] = groups_print,
	[REPORT_CLASS] = class_print,
	[REPORT_STACKS] = stacks_print,
	[REPORT_WHY] = why_print,
	[REPORT_EXPLAIN] = explain_print,
	[REPORT_ADVICE] = advice_print,
	[REPORT_KEPT] = heap_kept_print,
	[REPORT_MAPPINGS] = mappings_print,
};

/* The view, and what stands below each. 0, 1 or -1 as a view. */
static int view_print(const struct screen *screen, const struct findings *findings,
                      const struct report_settings *settings)
{
	int result = views[settings->view](screen, findings, settings);

	/* only with --all; otherwise the footer says how much is hidden */
	if (!result && findings->classes->shows_suppressed)
		result = report_suppressions(screen, findings->classes);
	if (!result)
		report_footer(screen, findings->classes, settings->incomplete);
	return result;
}

/*
 * Ways to print the default screen, from all that it has to say to the least: first sentences and
 * rows are grouped, then lists get shorter, then empty lines go, then small parts.
 */
static const struct fitting {
	bool is_brief, is_dense, is_least;
	unsigned rows;
} levels[] = {
	{ false, false, false, 0 }, { true, false, false, 3 }, { true, false, false, 2 },
	{ true, true, false, 2 },   { true, false, false, 1 }, { true, true, false, 1 },
	{ true, true, true, 1 },
};
#define LEVELS (sizeof(levels) / sizeof(*levels))

/* The lines that the default screen may have: a wider one needs fewer for the same. */
static size_t lines_most(const struct screen *screen)
{
	return screen->columns < 100 ? 40 : screen->columns < 120 ? 38 : 36;
}

static size_t lines_of(const char *text)
{
	size_t lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

/* The way to try after one with so many lines too many: each that is printed takes time. */
static size_t level_after(size_t level, size_t over)
{
	if (level)
		return level + 1;
	return over <= 6 ? 1 : over <= 14 ? 2 : over <= 24 ? 3 : 4;
}

/* Print the view that way. *text: malloc'ed. 0, 1 or -1 as a view. */
static int level_print(char **text, const struct screen *screen, size_t level,
                       const struct findings *findings,
                       const struct report_settings *settings)
{
	struct screen fitted = *screen;
	size_t bytes;
	int result;

	fitted.is_brief = levels[level].is_brief;
	fitted.is_dense = levels[level].is_dense;
	fitted.is_least = levels[level].is_least;
	fitted.rows = levels[level].rows;
	fitted.file = open_memstream(text, &bytes);
	if (!fitted.file)
		return -1;
	result = view_print(&fitted, findings, settings);
	if (fclose(fitted.file) && !result)
		result = -1;
	return result;
}

/* Print the default screen as completely as fits. */
static int fitting_print(const struct screen *screen, const struct findings *findings,
                         const struct report_settings *settings)
{
	size_t most = lines_most(screen), lines, level = 0;
	char *text = NULL;
	int result;

	while (!(result = level_print(&text, screen, level, findings, settings))) {
		lines = lines_of(text);
		if (lines <= most || level + 1 == LEVELS)
			break;
		free(text);
		text = NULL;
		level = level_after(level, lines - most);
	}
	if (text)
		fputs(text, screen->file);
	free(text);
	return result;
}

int report_text(const struct profile *profile, const struct report_settings *settings,
                FILE *file)
{
	struct screen screen = screen_of(file);
	struct findings findings;
	int result = findings_make(&findings, profile, &settings->classes);

	if (!result && settings->view == REPORT_OVERVIEW && !settings->is_full)
		result = fitting_print(&screen, &findings, settings);
	else if (!result)
		result = view_print(&screen, &findings, settings);
	findings_release(&findings);
	return result;
}

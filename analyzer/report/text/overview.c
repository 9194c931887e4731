/* report/text/overview.c - the default screen of a report. */
#include "report/text/overview.h"

#include "base/table.h"
#include "report/text/advice.h"
#include "report/text/alive.h"
#include "report/text/classes.h"
#include "report/text/faults.h"
#include "report/text/go_heap.h"
#include "report/text/growth.h"
#include "report/text/kept.h"
#include "report/text/mappings.h"
#include "report/text/names.h"
#include "report/text/stacks.h"
#include "report/text/summary.h"
#include "report/text/timeline_lines.h"
#include "report/why_choice.h"
#include "verdict/function_text.h"

#include <stdio.h>

#define PEAK_ROWS 3
#define PEAK_ROWS_LEAST 2

void overview_function(const struct screen *screen, const struct classes *classes,
                       const struct report_row *row, size_t used)
{
	bool is_dim = classes->functions.has_mine && !row->is_mine;

	if (is_dim)
		fputs(screen_dim(screen), screen->file);
	report_name(screen, &row->name, used);
	if (is_dim)
		fputs(screen_plain(screen), screen->file);
}

/* ---- what costs most ---------------------------------------------------------------- */

/* "most bytes: f  a.c:3 with 62.6 MiB in 60.0k calls (89.7% of all)". 0, or -1: no memory. */
static int most_print(const struct screen *screen, const struct classes *classes)
{
	const struct replay *replay = &classes->profile->replay;
	char size[TEXT_NUMBER_BYTES], calls[TEXT_NUMBER_BYTES], share[TEXT_NUMBER_BYTES];
	const struct report_row *row;
	struct report_rows rows;
	char name[512], why[ROW_WHY_BYTES];

	if (report_rows_make(&rows, classes, REPORT_BY_FUNCTION, REPORT_SORT_BYTES))
		return -1;
	report_rows_own_first(&rows, classes, REPORT_SORT_BYTES, false);
	row = rows.rows;
	if (rows.count && row->bytes) {
		stack_name_text(name, sizeof(name), &row->name);
		report_row_why(why, row, REPORT_BY_FUNCTION);
		screen_line(screen, 4,
		            "  most: %s: %s in %s call%s, %s of all bytes (--why %s)", name,
		            text_size(size, row->bytes), text_short(calls, row->allocations),
		            text_s(row->allocations),
		            text_percent(share, row->bytes, replay->totals.bytes), why);
	}
	report_rows_release(&rows);
	return 0;
}

static int costs_print(const struct screen *screen, const struct findings *findings)
{
	if (!findings->classes->profile->replay.totals.bytes)
		return 0;
	screen_heading(screen, "what costs most, and can be avoided",
	               findings->advice.shown ? "most time in malloc first; --why shows why"
	                                      : "");
	report_interpreter(screen, findings->classes->profile);
	return most_print(screen, findings->classes) ||
	               report_advice_brief(screen, findings)
	           ? -1
	           : 0;
}

/* ---- who made the peak -------------------------------------------------------------- */

/* Own code may be chosen before other code that has more: then the title says so. */
static int peak_print(const struct screen *screen, const struct classes *classes)
{
	static const struct figure_column columns[] = {
		{ "bytes", 10, 8 }, { "share", 6, 5 }, { "blocks", 8, 6 }, { "--why", 7, 6 }
	};
	struct figures figures = figures_of(screen, columns, 4);
	const struct call_paths *paths = &classes->profile->replay.paths;
	char texts[4][TEXT_NUMBER_BYTES];
	const struct report_row *row;
	struct report_rows rows;
	size_t most = screen->rows > 1 || !screen->rows ? PEAK_ROWS : PEAK_ROWS_LEAST, i;
	bool is_own_first;

	if (!paths->peak_bytes)
		return 0;
	if (report_rows_make(&rows, classes, REPORT_BY_FUNCTION, REPORT_SORT_PEAK))
		return -1;
	report_rows_own_first(&rows, classes, REPORT_SORT_PEAK, false);
	is_own_first = report_rows_in_parts(&rows, classes, REPORT_SORT_PEAK, most);
	screen_heading(screen, "who made the peak",
	               is_own_first
	                   ? "your own code first; --by function --sort peak lists all"
	                   : "--by function --sort peak lists all");
	figures_titles(&figures, "function");
	for (i = 0; i < rows.count && i < most; i++) {
		row = &rows.rows[i];
		if (!row->peak_bytes)
			break;
		text_size(texts[0], row->peak_bytes);
		text_percent(texts[1], row->peak_bytes, paths->peak_bytes);
		text_short(texts[2], row->peak_blocks);
		report_row_why(texts[3], row, REPORT_BY_FUNCTION);
		overview_function(screen, classes, row, figures_print(&figures, texts));
	}
	report_rows_release(&rows);
	return 0;
}

/* ---- where the memory is ------------------------------------------------------------ */

static int memory_print(const struct screen *screen, const struct findings *findings)
{
	const struct profile *profile = findings->classes->profile;
	bool is_kept_shown = false;

	segment_timeline_summary(screen, profile);
	if (report_mappings_brief(screen, findings->classes))
		return -1;
	if (profile->segments.count && kept_print_brief(screen, findings, &is_kept_shown))
		return -1;
	segment_timeline_summary_end(screen, profile, !is_kept_shown);
	return 0;
}

/* ---- what became of the blocks ------------------------------------------------------ */

/*
 * If all blocks are suppressed, there is nothing to say about them. What is suppressed is left
 * out of a copy of the counts, so that shares are of the rest.
 */
static void lives_print(const struct screen *screen, const struct findings *findings)
{
	struct class_counts shown = findings->classes->all;

	if (shown.blocks == shown.suppressed.blocks)
		return;
	shown.suppressed = (struct class_share){ 0, 0 }; /* the footer reports them */
	screen_heading(screen, "what became of the blocks",
	               findings->classes->has_exact_frames
	                   ? "--class NAME lists who allocated them"
	                   : "frames are plain: stack-like and escaping are inferred");
	report_classes(screen, findings->classes, &shown, &findings->split);
}

int report_overview(const struct screen *screen, const struct findings *findings,
                    const struct report_settings *settings)
{
	const struct classes *classes = findings->classes;

	(void)settings;
	/* a crash comes first: it is what the user wants to know, whatever was allocated */
	if (report_faults(screen, classes))
		return -1;
	report_summary_brief(screen, classes->profile, classes->all.suppressed.blocks,
	                     classes->all.suppressed.bytes);
	report_unseen_allocators(screen, classes);
	if (report_alive(screen, classes->profile))
		return -1;
	if (report_growth(screen, findings) || costs_print(screen, findings) ||
	    peak_print(screen, classes))
		return -1;
	if (memory_print(screen, findings) || report_go_heap(screen, classes->profile) ||
	    report_go_inits(screen, classes))
		return -1;
	report_stacks_brief(screen, classes->profile);
	lives_print(screen, findings);
	return 0;
}

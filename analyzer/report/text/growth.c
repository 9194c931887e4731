/* report/text/growth.c - what grew, for people. */
#include "report/text/growth.h"

#include "base/table.h"
#include "report/rows.h"
#include "report/text/names.h"
#include "report/why_choice.h"
#include "trace/clock.h"
#include "verdict/function_text.h"
#include "verdict/growth_order.h"
#include "verdict/growth_rows.h"
#include "verdict/stack_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROWTH_ROWS 4
#define GROWTH_DIVISOR \
	100                /* what grew by less than this part of the most is not shown */
#define OTHERS_SHOWN 4 /* call sites of a row, besides the one in its column */
#define KIND_BYTES 48  /* for kind_text() */
#define REST_NAMES 2   /* functions named among the rest of what was never freed */

static const struct figure_column columns[] = {
	{ "at half", 10, 8 },
	{ "at the end", 10, 10 },
	{ "per second", 10, 10 },
	{ "--why", 7, 6 },
};

/* Write "1.2 MiB", or "-" if the clock is not known. */
static void rate_text(char text[TEXT_NUMBER_BYTES], const struct classes *classes,
                      uint64_t growth_bytes)
{
	const struct ring_header *header = &classes->profile->process->header;
	const struct site_growths *growths = &classes->growths;
	uint64_t span = process_span_ns(header, growths->end_time - growths->half_time);
	double rate = span ? (double)growth_bytes * 1e9 / (double)span : 0;

	/* times and sizes are from the trace: a rate may be any number */
	if (!process_is_calibrated(header) || !span)
		strcpy(text, "-");
	else
		text_size(text, rate < (double)UINT64_MAX ? (uint64_t)rate : UINT64_MAX);
}

static void why_text(char text[WHY_NAME_BYTES], const struct findings *findings,
                     uint32_t site)
{
	const struct call_sites *call_sites = &findings->call_sites;
	uint32_t path = findings->classes->growths.sites[site].path;

	why_call_site_text(text, &call_sites->call_sites[call_sites->of_path[path]]);
}

/* Name the other call sites of a row. 0, or -1: no memory. */
static int others_print(const struct screen *screen, const struct findings *findings,
                        const struct growth_rows *rows, const struct growth_row *row)
{
	struct text line = { NULL, 0, 0 };
	char why[WHY_NAME_BYTES];
	uint32_t i;
	int result = 0;

	for (i = 1; i < row->count && i <= OTHERS_SHOWN && !result; i++) {
		why_text(why, findings, rows->call_sites[row->first + i]);
		result = text_printf(&line, "%s %s", i > 1 ? "," : "", why);
	}
	if (!result && i < row->count)
		result = text_printf(&line, " ..");
	if (!result)
		screen_line(screen, 8, "        %u calls there: --why takes%s, too", row->count,
		            line.data);
	text_release(&line);
	return result;
}

/* A row that won nothing in the last eighth of main says so. */
static void until_print(const struct screen *screen, const struct classes *classes,
                        const struct growth_row *row)
{
	const struct ring_header *header = &classes->profile->process->header;
	char time[TEXT_NUMBER_BYTES];

	if (row->last_time < classes->growths.late_time && process_is_calibrated(header) &&
	    !screen->is_brief)
		screen_line(screen, 8, "        grew until %s, and not since",
		            text_duration(time, process_time_ns(header, row->last_time)));
}

/* 0, or -1: no memory. */
static int row_print(const struct figures *figures, const struct findings *findings,
                     const struct growth_rows *rows, const struct growth_row *row)
{
	const struct classes *classes = findings->classes;
	const struct screen *screen = figures->screen;
	bool is_dim = classes->functions.has_mine && !row->is_mine;
	char texts[4][TEXT_NUMBER_BYTES];
	int result = 0;

	figures_size(texts[0], row->half_bytes);
	figures_size(texts[1], row->end_bytes);
	rate_text(texts[2], classes, row->growth_bytes);
	why_text(texts[3], findings, rows->call_sites[row->first]);
	fputs(is_dim ? screen_dim(screen) : "", screen->file);
	report_name(screen, &row->name, figures_print(figures, texts));
	if (row->count > 1 && !screen->is_brief)
		result = others_print(screen, findings, rows, row);
	until_print(screen, classes, row);
	fputs(is_dim ? screen_plain(screen) : "", screen->file);
	return result;
}

static uint64_t most_growth(const struct growth_rows *rows)
{
	uint64_t most = 0;
	uint32_t i;

	for (i = 0; i < rows->count; i++)
		most = rows->rows[i].growth_bytes > most ? rows->rows[i].growth_bytes : most;
	return most;
}

/* What the columns are about, in words. */
static void title_print(const struct screen *screen, const struct classes *classes,
                        const struct growth_rows *rows)
{
	uint64_t peak = classes->profile->replay.paths.peak_bytes;
	const struct ring_header *header = &classes->profile->process->header;
	const struct site_growths *growths = &classes->growths;
	char half[TEXT_NUMBER_BYTES], end[TEXT_NUMBER_BYTES], aside[160];

	if (process_is_calibrated(header))
		snprintf(aside, sizeof(aside),
		         "bytes alive after %s (half of main) and after %s%s",
		         text_duration(half, process_time_ns(header, growths->half_time)),
		         text_duration(end, process_time_ns(header, growths->end_time)),
		         growths->is_before_freed ? ", before it freed what it had" : "");
	else
		snprintf(aside, sizeof(aside), "bytes alive at half of main, and at the end");
	screen_heading(screen, "what is growing", aside);
	if (most_growth(rows) < peak / GROWTH_PEAK_DIVISOR)
		screen_line(screen, 2,
		            "  little: each call site by less than %u %% of the peak heap",
		            100 / GROWTH_PEAK_DIVISOR);
}

/* "once", or "grew until 707 ms". */
static void kind_text(char text[KIND_BYTES], const struct classes *classes,
                      const struct report_row *row)
{
	const struct ring_header *header = &classes->profile->process->header;
	const struct site_growth *site = classes_growth(classes, row->path);
	enum live_kind kind = class_counts_live(&row->classes);
	char time[TEXT_NUMBER_BYTES];

	if (kind == LIVE_GROWN && site->kind == LIVE_GROWN && process_is_calibrated(header))
		snprintf(text, KIND_BYTES, "grew until %s",
		         text_duration(time, process_time_ns(header, site->last_time)));
	else
		snprintf(text, KIND_BYTES, "%s", live_kind_text(kind));
}

/*
 * Print in a line or two what was never freed and does not grow, with the functions that have
 * most of it. 0, or -1: no memory.
 */
static int rest_print(const struct screen *screen, const struct classes *classes)
{
	const struct class_share *kinds = classes->all.kinds;
	uint64_t bytes = kinds[LIVE_GROWN].bytes + kinds[LIVE_STEADY].bytes +
	                 kinds[LIVE_ONCE].bytes;
	char size[TEXT_NUMBER_BYTES], kind[KIND_BYTES], why[ROW_WHY_BYTES], name[1024];
	struct text names = { NULL, 0, 0 };
	const struct class_counts *counts;
	struct report_rows rows;
	size_t i, shown = 0;

	if (!bytes)
		return 0;
	if (screen->is_brief) {
		screen_line(
			screen, 4,
			"  never freed, but not growing: %s; --class live-at-exit lists all",
			text_size(size, bytes));
		return 0;
	}
	if (report_rows_make(&rows, classes, REPORT_BY_FUNCTION, REPORT_SORT_LIVE))
		return -1;
	report_rows_own_first(&rows, classes, REPORT_SORT_LIVE, false);
	for (i = 0; i < rows.count && shown < REST_NAMES; i++) {
		counts = &rows.rows[i].classes;
		if (!counts->shares[CLASS_LIVE].bytes ||
		    class_counts_live(counts) == LIVE_GROWING)
			continue;
		stack_name_text(name, sizeof(name), &rows.rows[i].name);
		report_row_why(why, &rows.rows[i], REPORT_BY_FUNCTION);
		kind_text(kind, classes, &rows.rows[i]);
		text_printf(&names, "%s%s %s (%s, --why %s)", shown++ ? ", " : ": ", name,
		            text_size(size, counts->shares[CLASS_LIVE].bytes), kind, why);
	}
	report_rows_release(&rows);
	screen_line(screen, 4,
	            "  never freed, but not growing: %s%s; --class live-at-exit lists all",
	            text_size(size, bytes), names.data ? names.data : "");
	text_release(&names);
	return 0;
}

/* 0, or -1: no memory. */
static int rows_print(const struct figures *figures, const struct findings *findings,
                      const struct growth_rows *rows)
{
	uint64_t least = most_growth(rows) / GROWTH_DIVISOR;
	uint32_t most = figures->screen->rows ? figures->screen->rows : GROWTH_ROWS;
	uint32_t i, shown = 0;
	int result = 0;

	for (i = 0; i < rows->count && shown < most && !result; i++) {
		if (rows->rows[i].growth_bytes < least)
			continue;
		result = row_print(figures, findings, rows, &rows->rows[i]);
		shown++;
	}
	if (!result && rows->count > shown)
		screen_line(figures->screen, 3,
		            ".. and %u more; --class growing lists them all",
		            rows->count - shown);
	return result;
}

int report_growth_all(const struct screen *screen, const struct findings *findings,
                      uint64_t top)
{
	struct figures figures = figures_of(screen, columns, 4);
	struct growth_rows rows;
	int result;
	uint32_t i;

	result = growth_rows_make(&rows, findings->classes);
	if (!result && rows.count) {
		title_print(screen, findings->classes, &rows);
		figures_titles(&figures, "call site");
	}
	for (i = 0; i < rows.count && (!top || i < top) && !result; i++)
		result = row_print(&figures, findings, &rows, &rows.rows[i]);
	if (!result && i < rows.count)
		screen_line(screen, 3, ".. and %u more; --top 0 shows all", rows.count - i);
	growth_rows_release(&rows);
	return result;
}

int report_growth(const struct screen *screen, const struct findings *findings)
{
	const struct classes *classes = findings->classes;
	struct figures figures = figures_of(screen, columns, 4);
	struct growth_rows rows;
	int result;

	if (!classes->profile->replay.totals.bytes)
		return 0;
	result = growth_rows_make(&rows, classes);
	if (!result && rows.count) {
		title_print(screen, classes, &rows);
		figures_titles(&figures, "call site");
	} else if (!result) {
		screen_heading(screen, "nothing is growing",
		               classes->all.kinds[LIVE_GROWN].bytes
		                   ? "some call sites grew, but not until the end"
		               : site_growths_has_more(&classes->growths)
		                   ? "some call sites grew after half the time, then stopped"
		                   : "no call site has more alive at the end than before");
	}
	if (!result)
		result = rows_print(&figures, findings, &rows);
	growth_rows_release(&rows);
	return result ? result : rest_print(screen, classes);
}

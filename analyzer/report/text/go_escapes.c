/* report/text/go_escapes.c - escapes with their cost, and C memory by line of Go, for people. */
#include "report/text/go_escapes.h"

#include "base/table.h"
#include "report/text/names.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 1024

static const struct figure_column go_columns[] = {
	{ "bytes", 10, 10 },
	{ "objects", 8, 7 },
	{ "dead", 8, 7 },
	{ "in use", 10, 10 },
};

static const struct figure_column c_columns[] = {
	{ "bytes", 10, 10 },
	{ "blocks", 8, 7 },
	{ "not freed", 10, 10 },
};

static const char *base_name(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash ? slash + 1 : file;
}

/*
 * Append one step, "&x (address-of) at ./main.go:19:9", as "&x (address-of) line 19", with the file
 * only if it is another one. 0 or -1.
 */
static int step_add(struct text *line, const char *step, size_t bytes,
                    const struct go_escape *escape)
{
	char *copy = strndup(step, bytes), *at, *place = NULL, *colon;
	int result;

	if (!copy)
		return -1;
	for (at = copy; (at = strstr(at, " at ")); at++)
		place = at;
	if (!place) {
		result = text_printf(line, "%s", copy);
		free(copy);
		return result;
	}
	*place = 0;
	place += 4;
	/* without the column */
	colon = strrchr(place, ':');
	if (colon && colon > place && memchr(place, ':', (size_t)(colon - place)))
		*colon = 0;
	colon = strrchr(place, ':');
	if (colon)
		*colon = 0;
	if (colon && !strcmp(base_name(place), base_name(escape->file)))
		result = text_printf(line, "%s, line %s", copy, colon + 1);
	else
		result = text_printf(line, "%s, %s%s%s", copy, base_name(place),
		                     colon ? ":" : "", colon ? colon + 1 : "");
	free(copy);
	return result;
}

/*
 * Print what the compiler says of a value, and why. The step that only says that an expression has
 * storage ("spill") is left out. 0 or -1.
 */
static int escape_print(const struct screen *screen, const struct go_escape *escape)
{
	struct text line = { NULL, 0, 0 };
	const char *step, *end, *at;
	bool is_first = true;
	char *shown;
	int result = text_printf(&line, "%s %s%s%s", escape->what,
	                         escape->is_moved ? "was moved to the heap"
	                                          : "escapes to the heap",
	                         *escape->function ? " in " : "", escape->function);

	for (step = escape->why; *step && !result; step = *end ? end + 1 : end) {
		end = step + strcspn(step, "\n");
		at = strstr(step, " (spill) at ");
		if (at && at < end)
			continue;
		result = text_printf(&line, "%s", is_first ? ": " : "; ") ||
		         step_add(&line, step, (size_t)(end - step), escape);
		is_first = false;
	}
	shown = result ? NULL : malloc(4 * line.bytes + 1);
	if (shown)
		screen_line(screen, 8, "      %s",
		            text_escape(shown, 4 * line.bytes + 1, line.data));
	free(shown);
	text_release(&line);
	return shown ? 0 : -1;
}

static int line_print(const struct figures *figures, const struct escape_line *line)
{
	char texts[4][TEXT_NUMBER_BYTES], name[NAME_BYTES], place[NAME_BYTES];
	size_t i;

	figures_size(texts[0], line->cost.bytes);
	text_short(texts[1], line->cost.objects);
	if (line->cost.dead_objects)
		text_short(texts[2], line->cost.dead_objects);
	else
		snprintf(texts[2], sizeof(texts[2]), "-");
	figures_size(texts[3], line->cost.in_use_bytes);
	snprintf(place, sizeof(place), "%s:%u", line->escapes->file, line->escapes->line);
	text_escape(name, sizeof(name), place);
	figures_name(figures, figures_print(figures, texts), name, true);
	for (i = 0; i < line->count; i++) {
		if (escape_print(figures->screen, &line->escapes[i]))
			return -1;
	}
	return 0;
}

/* The lines that cost something, or, without the Go heap, the explanations alone. */
static int lines_print(const struct screen *screen,
                       const struct go_escape_report *report)
{
	struct figures figures = figures_of(screen, go_columns, 4);
	const struct escape_lines *lines = report->lines;
	size_t count = report->has_go_heap ? report->used : lines->count, i;
	char place[NAME_BYTES], name[NAME_BYTES];

	if (report->has_go_heap && count)
		figures_titles(&figures, "line");
	for (i = 0; i < count && (!report->top || i < report->top); i++) {
		if (report->has_go_heap) {
			if (line_print(&figures, &lines->lines[i]))
				return -1;
			continue;
		}
		snprintf(place, sizeof(place), "%s:%u", lines->lines[i].escapes->file,
		         lines->lines[i].escapes->line);
		screen_line(screen, 6, "  %s%s%s", screen_bold(screen),
		            text_escape(name, sizeof(name), place), screen_plain(screen));
		for (size_t k = 0; k < lines->lines[i].count; k++) {
			if (escape_print(screen, &lines->lines[i].escapes[k]))
				return -1;
		}
	}
	if (i < count)
		screen_line(screen, 2, ".. and %zu more; --top 0 shows all", count - i);
	return 0;
}

/* The lines that cost nothing, one after the other. 0 or -1. */
static int idle_print(const struct screen *screen,
                      const struct go_escape_report *report)
{
	const struct escape_lines *lines = report->lines;
	struct text line = { NULL, 0, 0 };
	char place[NAME_BYTES], name[NAME_BYTES];
	int result = 0;
	size_t i;

	for (i = report->used; i < lines->count && !result; i++) {
		snprintf(place, sizeof(place), "%s:%u", lines->lines[i].escapes->file,
		         lines->lines[i].escapes->line);
		result = text_printf(&line, "%s%s", i > report->used ? ", " : "",
		                     text_escape(name, sizeof(name), place));
	}
	if (!result && line.bytes)
		screen_line(screen, 4, "    %s", line.data);
	text_release(&line);
	return result;
}

static int compiler_print(const struct screen *screen,
                          const struct go_escape_report *report)
{
	const struct escape_lines *lines = report->lines;
	char bytes[TEXT_NUMBER_BYTES], others[TEXT_NUMBER_BYTES], count[TEXT_NUMBER_BYTES],
		dead[TEXT_NUMBER_BYTES];

	screen_heading(screen, "on the heap, says the compiler",
	               report->has_go_heap
	                   ? "most bytes first, with what that cost in this run"
	                   : "in the order of the source");
	if (!report->has_go_heap)
		screen_line(
			screen, 2,
			"  The trace does not say what was in Go's heap, so which of these lines "
			"cost anything is not known.");
	if (lines_print(screen, report))
		return -1;
	if (!report->has_go_heap)
		return 0;
	screen_line(
		screen, 2, "%s more line%s where a value escapes cost nothing in this run%s",
		text_count(count, lines->count - report->used),
		text_s(lines->count - report->used),
		report->top || lines->count == report->used ? "" : ": they never mattered");
	if (!report->top && idle_print(screen, report))
		return -1;
	screen_line(
		screen, 2,
		"dead: a collection found them so: %s of %s objects of these lines, %s of "
		"%s others; of the rest what is not in use came later",
		text_count(dead, lines->matched.dead_objects),
		text_count(bytes, lines->matched.objects),
		text_count(others, lines->others.dead_objects),
		text_count(count, lines->others.objects));
	screen_line(screen, 2, "%s of Go's heap come from these lines, %s from others%s",
	            text_size(bytes, lines->matched.bytes),
	            text_size(others, lines->others.bytes),
	            report->rate > 1 ? " (estimates: the Go heap was sampled)" : "");
	return 0;
}

/* Add "12 freed by main.f itself" and the like, if there are any. 0 or -1. */
static int part_add(struct text *line, uint64_t blocks, const char *format,
                    const char *name)
{
	char count[TEXT_NUMBER_BYTES];

	if (!blocks)
		return 0;
	return text_printf(line, "%s%s ", line->bytes ? "; " : "",
	                   text_short(count, blocks)) ||
	               /* the formats are below, and take a name or none */
	               text_printf(line, "%s", format) || text_printf(line, "%s", name)
	           ? -1
	           : 0;
}

static int c_line_print(const struct figures *figures, const struct classes *classes,
                        const struct go_line *row)
{
	const struct class_counts *counts = &row->summary.counts;
	const struct class_share *shares = counts->shares;
	char texts[3][TEXT_NUMBER_BYTES], here[NAME_BYTES], owner[NAME_BYTES];
	struct text line = { NULL, 0, 0 };
	int result;

	figures_size(texts[0], row->summary.bytes);
	text_short(texts[1], counts->blocks);
	figures_size(texts[2], shares[CLASS_LIVE].bytes + shares[CLASS_STATIC].bytes);
	report_name(figures->screen, &row->name, figures_print(figures, texts));
	function_text(here, sizeof(here), classes, row->function);
	owner[0] = 0;
	if (row->owners.count)
		function_owner_text(owner, sizeof(owner), classes, row->owners.ranks[0].key);
	result = part_add(&line, row->in_call, "freed within the call", "") ||
	         part_add(&line, row->here, "passed up 0: freed before the end of ",
	                  here) ||
	         part_add(&line, row->passed_up,
	                  row->owners.count > 1 ? "escaped: passed up, most of them to "
	                                        : "escaped: passed up to ",
	                  owner) ||
	         part_add(&line, shares[CLASS_CROSSED].blocks,
	                  "escaped: freed by another goroutine or thread", "") ||
	         part_add(&line, shares[CLASS_STATIC].blocks,
	                  "kept until the end, allocated once or before main", "") ||
	         part_add(&line, shares[CLASS_LIVE].blocks, "escaped: never freed", "") ||
	         part_add(&line, row->unknown + counts->unknown.blocks,
	                  "whose owner is not known", "");
	if (!result && line.bytes)
		screen_line(figures->screen, 8, "      %s", line.data);
	text_release(&line);
	return result ? -1 : 0;
}

static int c_print(const struct screen *screen, const struct go_escape_report *report)
{
	struct figures figures = figures_of(screen, c_columns, 3);
	const struct go_lines *lines = report->c_lines;
	char blocks[TEXT_NUMBER_BYTES], bytes[TEXT_NUMBER_BYTES];
	size_t i;

	screen_heading(screen, "C memory that Go asked for",
	               "by the line of Go, and which function of Go owned it");
	if (!lines->count)
		screen_line(screen, 2,
		            "  none: no line of Go outside its standard library called C "
		            "code that allocates");
	else
		figures_titles(&figures, "line");
	for (i = 0; i < lines->count && (!report->top || i < report->top); i++) {
		if (c_line_print(&figures, report->classes, &lines->lines[i]))
			return -1;
	}
	if (i < lines->count)
		screen_line(screen, 2, ".. and %zu more; --top 0 shows all", lines->count - i);
	if (lines->other_blocks)
		screen_line(screen, 2, "%s in %s blocks more: by Go's runtime and by C alone",
		            text_size(bytes, lines->other_bytes),
		            text_count(blocks, lines->other_blocks));
	return 0;
}

int go_escapes_print(FILE *file, const struct go_escape_report *report)
{
	struct screen screen = screen_of(file);

	if (report->lines && compiler_print(&screen, report))
		return -1;
	return c_print(&screen, report);
}

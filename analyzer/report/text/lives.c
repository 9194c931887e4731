/* report/text/lives.c - tables of lives. */
#include "report/text/lives.h"

#include "verdict/function_choice.h"
#include "verdict/function_text.h"
#include "verdict/owners.h"
#include "report/text/classes.h"
#include "base/table.h"
#include "report/text/names.h"

#include <string.h>

/* ---- one class ----------------------------------------------------------------------- */

/*
 * Print a row of one class: its share of the row's blocks, not of all blocks, as that tells
 * whether the row is worth a change. The number in the last column is an argument of --why.
 */
static void class_row_print(const struct figures *figures, const struct report_row *row,
                            enum report_group group)
{
	const struct class_share *share = &row->share;
	char texts[4][TEXT_NUMBER_BYTES];
	size_t used;

	text_size(texts[0], share->bytes);
	text_short(texts[1], share->blocks);
	text_percent(texts[2], share->blocks, row->classes.blocks);
	report_row_why(texts[3], row, group);
	used = figures_print(figures, texts);
	if (group == REPORT_BY_MODULE)
		report_module(figures->screen, row->name.module, "(no module)", used);
	else
		report_name(figures->screen, &row->name, used);
}

int report_class_rows(const struct screen *screen, const struct findings *findings,
                      const struct report_settings *settings)
{
	static const struct figure_column columns[] = {
		{ "bytes", 10, 8 }, { "blocks", 8, 6 }, { "share", 6, 5 }, { "--why", 7, 5 }
	};
	struct figures figures = figures_of(screen, columns, 4);
	enum report_group group = settings->group;
	uint64_t top = settings->top;
	struct report_rows rows;
	char title[64];
	size_t i;

	if (report_rows_of_class(&rows, findings, group, settings->class, settings->kind))
		return -1;
	report_rows_own_first(&rows, findings->classes, REPORT_SORT_BYTES, true);
	snprintf(title, sizeof(title), "%s%s%s", verdict_text(settings->class),
	         settings->kind ? ": " : "", block_kind_text(settings->kind));
	screen_heading(screen, title, "share: of all blocks in the row");
	figures_titles(&figures, group == REPORT_BY_MODULE ? "module" : "function");
	for (i = 0; i < rows.count && (!top || i < top); i++)
		class_row_print(&figures, &rows.rows[i], group);
	/* an empty table could be taken for an error */
	if (!rows.count && settings->kind == KIND_GROWING)
		screen_line(screen, 4, "%10s no growing blocks are live at exit", "");
	else if (!rows.count)
		screen_line(screen, 4, "%10s no blocks are of this %s", "",
		            settings->kind ? "kind" : "class");
	if (i < rows.count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all", rows.count - i);
	report_rows_release(&rows);
	return 0;
}

/* ---- owners -------------------------------------------------------------------------- */

/* Append the main loop in whose name the function keeps its blocks. */
static void hub_add(char *name, size_t bytes, const struct classes *classes,
                    uint32_t hub)
{
	size_t length = strlen(name);
	char text[128];

	function_text(text, sizeof(text), classes, hub);
	snprintf(name + length, bytes - length, " (in %s)", text);
}

/* Print a function that owns blocks. "passed up": which part of them its callees allocated. */
static void owned_print(const struct figures *figures, const struct findings *findings,
                        const struct owner *owned)
{
	const struct classes *classes = findings->classes;
	char texts[4][TEXT_NUMBER_BYTES], name[256], from[256];

	function_owner_text(name, sizeof(name), classes, owned->function);
	function_text(from, sizeof(from), classes,
	              findings->call_sites.call_sites[owned->call_site].function);
	text_size(texts[0], owned->bytes);
	text_short(texts[1], owned->blocks);
	text_percent(texts[2], owned->blocks - owned->own_blocks, owned->blocks);
	function_number_text(texts[3], owned->function);
	if (owned->hub != FUNCTION_NONE)
		hub_add(name, sizeof(name), classes, owned->hub);
	report_names(figures->screen, name, "most from ", from,
	             figures_print(figures, texts));
}

int report_owners(const struct screen *screen, const struct findings *findings,
                  uint64_t top)
{
	static const struct figure_column columns[] = {
		{ "bytes", 10, 8 }, { "blocks", 8, 6 }, { "passed up", 9, 9 }, { "--why", 7, 5 }
	};
	struct figures figures = figures_of(screen, columns, 4);
	struct owners owners;
	size_t i;

	if (keepers_make(&owners, findings->classes, &findings->call_sites,
	                 &findings->hubs))
		return -1;
	screen_heading(
		screen, "by owner",
		"the innermost function still running when the block was freed; not a "
		"main loop, but what it calls");
	figures_titles(&figures, "owner");
	for (i = 0; i < owners.count && (!top || i < top); i++)
		owned_print(&figures, findings, &owners.owners[i]);
	if (i < owners.count)
		screen_line(screen, 3, ".. and %zu more; --top 0 shows all", owners.count - i);
	owners_release(&owners);
	return 0;
}

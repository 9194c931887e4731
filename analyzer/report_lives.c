/* report_lives.c - tables about lives. Layer 16. */
#include "report_lives.h"

#include "owners.h"
#include "report_classes.h"

#include <stdlib.h>

/* ---- one class ----------------------------------------------------------------------- */

static int class_compare(const void *one, const void *two, void *context)
{
	enum life_class class = *(const enum life_class *)context;
	const struct report_row *a = one, *b = two;
	const struct class_share *of_a = &a->classes.shares[class];
	const struct class_share *of_b = &b->classes.shares[class];

	if (of_a->bytes != of_b->bytes)
		return of_a->bytes > of_b->bytes ? -1 : 1;
	if (of_a->blocks != of_b->blocks)
		return of_a->blocks > of_b->blocks ? -1 : 1;
	return a->site < b->site ? -1 : a->site > b->site;
}

static void class_row_print(const struct screen *screen, const struct report_row *row,
                            enum life_class class, enum report_group group)
{
	const struct class_share *share = &row->classes.shares[class];
	char bytes[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES];
	char name[512], place[256], line[800];

	stack_name_text(name, sizeof(name), &row->name);
	stack_name_place(place, sizeof(place), &row->name);
	if (group == REPORT_BY_MODULE)
		text_escape(name, sizeof(name),
		            *row->name.module ? row->name.module : "(no module)");
	fprintf(screen->file, "%10s %8s %6s %7u  ", text_size(bytes, share->bytes),
	        text_short(blocks, share->blocks),
	        text_percent(part, share->blocks, row->classes.blocks), row->site);
	text_fit(line, sizeof(line), name,
	         screen->columns > 62 + text_columns(place)
	             ? screen->columns - 38 - text_columns(place)
	             : 24,
	         false);
	if (group == REPORT_BY_MODULE)
		fprintf(screen->file, "%s\n", line);
	else
		fprintf(screen->file, "%s  %s%s%s\n", line, screen_dim(screen), place,
		        screen_plain(screen));
}

int report_class_rows(const struct screen *screen, const struct findings *findings,
                      enum report_group group, enum life_class class, uint64_t top)
{
	struct report_rows rows;
	size_t i, shown = 0, count = 0;

	if (report_rows_make(&rows, findings->classes, group, REPORT_SORT_BYTES))
		return -1;
	if (rows.count)
		qsort_r(rows.rows, rows.count, sizeof(*rows.rows), class_compare, &class);
	screen_heading(screen, life_class_text(class), "share: of all blocks of the row");
	fprintf(screen->file, "%s%10s %8s %6s %7s%s\n", screen_dim(screen), "bytes",
	        "blocks", "share", "--why", screen_plain(screen));
	for (i = 0; i < rows.count; i++) {
		if (!rows.rows[i].classes.shares[class].blocks)
			continue;
		count++;
		if (top && shown >= top)
			continue;
		class_row_print(screen, &rows.rows[i], class, group);
		shown++;
	}
	if (!count)
		fprintf(screen->file, "%10s no blocks are of this class\n", "");
	if (shown < count)
		fprintf(screen->file, ".. and %zu more; --top 0 shows all\n", count - shown);
	report_rows_release(&rows);
	return 0;
}

/* ---- owners -------------------------------------------------------------------------- */

static void owned_print(const struct screen *screen, const struct findings *findings,
                        const struct owner *owned)
{
	const struct classes *classes = findings->classes;
	char bytes[TEXT_NUMBER_BYTES], blocks[TEXT_NUMBER_BYTES], part[TEXT_NUMBER_BYTES];
	char name[256], from[256], line[600];
	size_t room = screen->columns > 70 ? screen->columns - 36 : 34;

	function_text(name, sizeof(name), classes, owned->function);
	function_text(from, sizeof(from), classes,
	              findings->places.places[owned->place].function);
	fprintf(screen->file, "%10s %8s %9s  %s", text_size(bytes, owned->bytes),
	        text_short(blocks, owned->blocks),
	        text_percent(part, owned->blocks - owned->own_blocks, owned->blocks),
	        text_fit(line, sizeof(line), name, room, false));
	room = text_columns(line) + 8 < room ? room - text_columns(line) : 8;
	fprintf(screen->file, "  %smost from %s%s\n", screen_dim(screen),
	        text_fit(line, sizeof(line), from, room, false), screen_plain(screen));
}

int report_owners(const struct screen *screen, const struct findings *findings,
                  uint64_t top)
{
	struct owners owners;
	size_t i;

	if (owners_make(&owners, findings->classes, &findings->places))
		return -1;
	screen_heading(screen, "by owner",
	               "the innermost function still running when the block was freed");
	fprintf(screen->file, "%s%10s %8s %9s  owner%s\n", screen_dim(screen), "bytes",
	        "blocks", "passed up", screen_plain(screen));
	for (i = 0; i < owners.count && (!top || i < top); i++)
		owned_print(screen, findings, &owners.owners[i]);
	if (i < owners.count)
		fprintf(screen->file, ".. and %zu more; --top 0 shows all\n", owners.count - i);
	owners_release(&owners);
	return 0;
}

/* base/table.c - prints the columns of figures in tables. */
#include "base/table.h"

#include <string.h>

/* Beside the figures; if there are fewer, names get lines of their own. */
#define NAME_COLUMNS_MIN 34
#define STACKED_INDENT 4

static size_t figures_width(const struct figure_column *columns, size_t count,
                            bool is_tight)
{
	size_t used = count - 1, i;

	for (i = 0; i < count; i++)
		used += (size_t)(is_tight ? columns[i].columns_least : columns[i].columns);
	return used;
}

/*
 * Try the layouts from the best to the narrowest: wide columns, tight columns, then names on
 * lines of their own, for which columns are tight only if wide ones do not fit.
 */
struct figures figures_of(const struct screen *screen,
                          const struct figure_column *columns, size_t count)
{
	struct figures figures = { .screen = screen, .columns = columns, .count = count };
	size_t wide = figures_width(columns, count, false) + 2;
	size_t tight = figures_width(columns, count, true) + 2;

	if (!screen->is_narrow || wide + NAME_COLUMNS_MIN <= screen->columns)
		return figures;
	figures.is_tight = true;
	if (tight + NAME_COLUMNS_MIN <= screen->columns)
		return figures;
	figures.is_tight = wide > screen->columns;
	figures.is_stacked = true;
	return figures;
}

/* Returns the columns used: more than the column's width if the figure is wider. */
static size_t figure_print(const struct figures *figures, size_t number,
                           const char *text)
{
	const struct figure_column *column = &figures->columns[number];
	int used = fprintf(figures->screen->file, "%s%*s", number ? " " : "",
	                   figures->is_tight ? column->columns_least : column->columns,
	                   text);

	return used > 0 ? (size_t)used : 0;
}

void figures_last_aside(struct figures *figures)
{
	if (!figures->is_stacked)
		return;
	figures->count--;
	figures->has_last_aside = true;
}

void figures_titles(const struct figures *figures, const char *name)
{
	const struct screen *screen = figures->screen;
	size_t i;

	fputs(screen_dim(screen), screen->file);
	for (i = 0; i < figures->count; i++)
		figure_print(figures, i, figures->columns[i].title);
	if (figures->has_last_aside)
		fprintf(screen->file, "\n%*s%s%s%s", STACKED_INDENT, "",
		        figures->columns[figures->count].title, *name ? "  " : "", name);
	else if (*name && figures->is_stacked)
		fprintf(screen->file, "\n%*s%s", STACKED_INDENT, "", name);
	else if (*name)
		fprintf(screen->file, "  %s", name);
	fprintf(screen->file, "%s\n", screen_plain(screen));
}

size_t figures_print(const struct figures *figures, char (*texts)[TEXT_NUMBER_BYTES])
{
	size_t i, used = 0;

	for (i = 0; i < figures->count; i++)
		used += figure_print(figures, i, texts[i]);
	if (!figures->is_stacked) {
		fputs("  ", figures->screen->file);
		return used + 2;
	}
	used = (size_t)fprintf(figures->screen->file, "\n%*s%s%s", STACKED_INDENT, "",
	                       figures->has_last_aside ? texts[figures->count] : "",
	                       figures->has_last_aside ? "  " : "");
	return used - 1;
}

void figures_name(const struct figures *figures, size_t used, const char *name,
                  bool is_bold)
{
	const struct screen *screen = figures->screen;
	char fitted[512];

	text_fit(fitted, sizeof(fitted), name, screen->columns - used, TEXT_KEEP_START);
	fprintf(screen->file, "%s%s%s\n", is_bold ? screen_bold(screen) : "", fitted,
	        is_bold ? screen_plain(screen) : "");
}

void figures_size(char text[TEXT_NUMBER_BYTES], uint64_t bytes)
{
	if (bytes)
		text_size(text, bytes);
	else
		strcpy(text, "-");
}

void figures_growth(char text[TEXT_NUMBER_BYTES], uint64_t before, uint64_t after)
{
	char size[TEXT_NUMBER_BYTES];

	if (before == after) {
		strcpy(text, "-");
		return;
	}
	text_size(size, after > before ? after - before : before - after);
	snprintf(text, TEXT_NUMBER_BYTES, "%c%.*s", after > before ? '+' : '-',
	         TEXT_NUMBER_BYTES - 2, size);
}

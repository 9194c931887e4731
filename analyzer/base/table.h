/*
 * base/table.h - the columns of figures in a table of a text report, before the name
 * that each row is about.
 *
 * On a screen that is too narrow for both, the columns move closer together, and then the
 * name goes on a line of its own. No figure is cut or left out.
 */
#ifndef OUTLIVE_BASE_TABLE_H
#define OUTLIVE_BASE_TABLE_H

#include "base/screen.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define FIGURES_MAX 6

struct figure_column {
	const char *title;
	int columns;       /* figures and title end at the right of them */
	int columns_least; /* on a narrow screen */
};

struct figures {
	const struct screen *screen;
	const struct figure_column *columns;
	size_t count;
	bool is_tight;   /* columns_least */
	bool is_stacked; /* names have lines of their own */
};

/* How a table of these columns (at most FIGURES_MAX) is laid out on the screen. */
struct figures figures_of(const struct screen *screen,
                          const struct figure_column *columns, size_t count);

/* The line of titles; `name` is that of the names' column, or "". */
void figures_titles(const struct figures *figures, const char *name);

/* The figures of a row. How many columns are used of the line on which a name follows. */
size_t figures_print(const struct figures *figures, char (*texts)[TEXT_NUMBER_BYTES]);

/* That name, cut to what is left of the line. */
void figures_name(const struct figures *figures, size_t used, const char *name,
                  bool is_bold);

/* The figure of a size, "-" of nothing; and of growth: "+1.2 MiB", "-3 KiB", "-". */
void figures_size(char text[TEXT_NUMBER_BYTES], uint64_t bytes);
void figures_growth(char text[TEXT_NUMBER_BYTES], uint64_t before, uint64_t after);

#endif

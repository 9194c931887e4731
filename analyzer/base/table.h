/*
 * base/table.h - prints tables of figures in text reports; each row ends with the name it is
 * about.
 *
 * On a screen that is too narrow, the columns move closer together; if that is not enough, each
 * name gets a line of its own. No figure is cut or left out.
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
	int columns;       /* width; figures and title are right-aligned */
	int columns_least; /* width on a narrow screen */
};

struct figures {
	const struct screen *screen;
	const struct figure_column *columns;
	size_t count;
	bool is_tight; /* use columns_least */
	bool
		has_last_aside; /* the last figure, which is not counted, stands before the name */
	bool is_stacked;    /* names have lines of their own */
};

/* Decide how a table of these columns (at most FIGURES_MAX) is laid out on the screen. */
struct figures figures_of(const struct screen *screen,
                          const struct figure_column *columns, size_t count);

/* Print the line of titles; `name` is the title above the names, or "". */
/* If names have lines of their own, let the last figure begin these: it does not fit above. */
void figures_last_aside(struct figures *figures);

void figures_titles(const struct figures *figures, const char *name);

/* Print the figures of a row. Returns the columns used on the line where the name follows. */
size_t figures_print(const struct figures *figures, char (*texts)[TEXT_NUMBER_BYTES]);

/* Print the name of the row, cut to the rest of the line. */
void figures_name(const struct figures *figures, size_t used, const char *name,
                  bool is_bold);

/* Format a size ("-" for 0), or a growth: "+1.2 MiB", "-3 KiB", "-". */
void figures_size(char text[TEXT_NUMBER_BYTES], uint64_t bytes);
void figures_growth(char text[TEXT_NUMBER_BYTES], uint64_t before, uint64_t after);

#endif

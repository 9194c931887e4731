/*
 * base/screen.h - where text for people is printed: a file, its width, its colours. No line
 * that these functions print is wider than the screen.
 */
#ifndef OUTLIVE_BASE_SCREEN_H
#define OUTLIVE_BASE_SCREEN_H

#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * The width that reports are designed for. A screen with less is narrow: figures move closer
 * together, what does not fit beside them goes below, and sentences are not cut but take
 * several lines.
 */
#define SCREEN_COLUMNS_FULL 72

struct screen {
	FILE *file;
	size_t columns;
	bool is_narrow;
	bool has_colour;
	bool has_blocks; /* the locale has block characters */
	/* Sentences say less, and lists have so many rows (0: their usual number). */
	bool is_brief;
	unsigned rows;
	bool is_dense; /* no empty lines */
	bool is_least; /* and leave out parts of which the whole screen has a list */
};

struct screen screen_of(FILE *file);

/* The escape sequences, or "" on a screen without colour. */
const char *screen_bold(const struct screen *screen);
const char *screen_dim(const struct screen *screen);
const char *screen_plain(const struct screen *screen);

/*
 * Print a line (without '\n' in the format). What does not fit continues on further lines, each
 * after `hang` spaces; a word is split only if it is wider than the screen. Strings of the
 * traced program must have been escaped; our own escape sequences take no columns.
 */
void screen_line(const struct screen *screen, size_t hang, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Print lines, separated by '\n', each from column `hang` on. If one of them is too wide, all
 * are joined and wrapped as one. The cursor is at column `at` (above 0 only if something was
 * printed on this line already); the first line begins beside that text if it ends before
 * `hang`, else on a new line.
 */
void screen_paragraph(const struct screen *screen, size_t at, size_t hang,
                      const char *lines);

/* Print a heading on a line of its own, after an empty line; `aside` may be "". */
void screen_heading(const struct screen *screen, const char *title, const char *aside);

#endif

/*
 * base/screen.h - where text for people goes: a file, its width, its colours. No line that is
 * printed by these functions is wider than the screen.
 */
#ifndef OUTLIVE_BASE_SCREEN_H
#define OUTLIVE_BASE_SCREEN_H

#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * The width that reports are laid out for. With less, a screen is narrow: figures move
 * closer together, what does not fit beside them goes below, and sentences are not cut
 * but take several lines.
 */
#define SCREEN_COLUMNS_FULL 72

struct screen {
	FILE *file;
	size_t columns;
	bool is_narrow;
	bool has_colour;
	bool has_blocks; /* the locale can show block characters */
};

struct screen screen_of(FILE *file);

/* Escape sequences, or "" on a screen without colour. */
const char *screen_bold(const struct screen *screen);
const char *screen_dim(const struct screen *screen);
const char *screen_plain(const struct screen *screen);

/*
 * Print a line (the format has no '\n'). What does not fit goes on in further lines, each
 * after `hang` spaces; a word is broken only if it is wider than the screen. Strings of
 * the traced program must have been escaped; our own escape sequences take no columns.
 */
void screen_line(const struct screen *screen, size_t hang, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Print lines, with '\n' between them, all at the column `hang`. If one of them is too
 * wide, all are set anew as one. The cursor is at column `at` (> 0 only if something was
 * printed on this line), and the first line begins there if that is no further.
 */
void screen_paragraph(const struct screen *screen, size_t at, size_t hang,
                      const char *lines);

/* A heading on a line of its own, after an empty one; `aside` may be "". */
void screen_heading(const struct screen *screen, const char *title, const char *aside);

/*
 * text_fit() of a name: its start; or start and end where the screen is narrow, or where
 * the end is an offset, "+0x12", which is kept whole.
 */
char *screen_fit(const struct screen *screen, char *to, size_t bytes, const char *name,
                 size_t columns);

#endif

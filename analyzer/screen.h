/*
 * screen.h - where a text report goes: a file, its width, its colours. Layer 1.
 */
#ifndef OUTLIVE_SCREEN_H
#define OUTLIVE_SCREEN_H

#include "text.h"

#include <stdbool.h>
#include <stdio.h>

struct screen {
	FILE *file;
	size_t columns;
	bool has_colour;
	bool has_blocks; /* the locale can show block characters */
};

struct screen screen_of(FILE *file);

/* Escape sequences, or "" on a screen without colour. */
const char *screen_bold(const struct screen *screen);
const char *screen_dim(const struct screen *screen);
const char *screen_plain(const struct screen *screen);

/* A heading on a line of its own, after an empty one; `aside` may be "". */
void screen_heading(const struct screen *screen, const char *title, const char *aside);

#endif

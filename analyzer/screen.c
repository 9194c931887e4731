/* screen.c - where a text report goes. Layer 1. */
#include "screen.h"

#include <stdlib.h>
#include <string.h>

static bool locale_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	const char *value;
	size_t i;

	for (i = 0; i < 3; i++) {
		value = getenv(variables[i]);
		if (value && *value)
			return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
	}
	return false;
}

struct screen screen_of(FILE *file)
{
	return (struct screen){
		.file = file,
		.columns = text_terminal_columns(file),
		.has_colour = text_has_colour(file),
		.has_blocks = locale_is_utf8(),
	};
}

const char *screen_bold(const struct screen *screen)
{
	return screen->has_colour ? "\033[1m" : "";
}

const char *screen_dim(const struct screen *screen)
{
	return screen->has_colour ? "\033[2m" : "";
}

const char *screen_plain(const struct screen *screen)
{
	return screen->has_colour ? "\033[0m" : "";
}

void screen_heading(const struct screen *screen, const char *title, const char *aside)
{
	fprintf(screen->file, "\n%s%s%s%s%s%s%s\n", screen_bold(screen), title,
	        screen_plain(screen), *aside ? "  " : "", screen_dim(screen), aside,
	        screen_plain(screen));
}

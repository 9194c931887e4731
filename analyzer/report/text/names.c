/* report/text/names.c - names in a text report. */
#include "report/text/names.h"
#include "verdict/function_text.h"

#include <stdio.h>
#include <string.h>

#define SIDE_COLUMNS_MIN 10 /* a file name shortened further is of no use */

#define MORE_ROOM_MIN 10 /* what the name and its line need beside what follows them */

/* Print the name, and beside it the file and line, with `more` behind them. */
static void name_print(const struct screen *screen, const struct stack_name *name,
                       const char *more, size_t used)
{
	size_t room = screen->columns - used, columns;
	char text[1024], fitted[1024], call_site[512], side[512];

	stack_name_text(text, sizeof(text), name);
	stack_name_line(call_site, sizeof(call_site), name);
	columns = text_columns(text);
	room = room > MORE_ROOM_MIN + strlen(more) ? room - strlen(more) : room;
	/*
	 * A file and line may take half of the room, and lose their start: the end of a path says
	 * more than its start.
	 */
	text_fit(side, sizeof(side), call_site, room / 2, TEXT_KEEP_END);
	if (columns + 2 + text_columns(side) > room) {
		/*
		 * The name gets the columns it needs, as long as some remain for the file and
		 * line.
		 */
		if (room > columns + 2 + SIDE_COLUMNS_MIN)
			text_fit(side, sizeof(side), call_site, room - columns - 2, TEXT_KEEP_END);
		columns = *side ? room - text_columns(side) - 2 : room;
	}
	fputs(screen_fit(screen, fitted, sizeof(fitted), text, columns), screen->file);
	if (*side || *more)
		fprintf(screen->file, "%s%s%s%s%s", *side ? "  " : "", screen_dim(screen), side,
		        more, screen_plain(screen));
	fputc('\n', screen->file);
}

void report_name(const struct screen *screen, const struct stack_name *name,
                 size_t used)
{
	name_print(screen, name, "", used);
}

void report_frame_name(const struct screen *screen, const struct stack_name *name,
                       size_t used)
{
	name_print(screen, name, name->is_inlined ? " (inlined)" : "", used);
}

void report_module(const struct screen *screen, const char *path, const char *unknown,
                   size_t used)
{
	char fitted[512];

	text_fit(fitted, sizeof(fitted), *path ? path : unknown, screen->columns - used,
	         TEXT_KEEP_END);
	fprintf(screen->file, "%s\n", fitted);
}

/* top/help.c - the keys, as a screen of their own. */
#include "top/help.h"

#include "top/terminal.h"

#include <stddef.h>

#define KEYS_COLUMNS 16

/* The most useful first: a low screen shows those. */
static const struct {
	const char *keys, *what;
} lines[] = {
	{ "q F10", "quit" },
	{ "1 .. 7  Tab", "another view: functions, call paths, modules, owners, .." },
	{ "Enter", "the call paths of a function, the frames of a call path" },
	{ "Esc Backspace", "back; without that: no filter" },
	{ "arrows j k", "up and down; PgUp PgDn b d: a page; g G: first, last" },
	{ "/ F3", "search a name; n p: the next, the one before" },
	{ "f F4", "only rows with this in their name" },
	{ "m", "count growth from now on" },
	{ "Space", "freeze, and go on; the recording goes on" },
	{ "P", "the next process of the recording" },
	{ "< > F6", "sort by another column; I: the other way round" },
	{ "L N D R C B", "sort by live, blocks, growth, bytes/s, calls/s, all bytes" },
	{ "", "" },
	{ "live", "allocated and not freed, now" },
	{ "growth", "of live bytes, since top began, or since m was pressed" },
	{ "bytes/s", "allocated in the last one or two seconds" },
	{ "owners", "the function in whose frame blocks were when they were freed" },
	{ "losses", "what the recording lacks, and why" },
	{ "", "" },
	{ "any key", "back" },
};

void help_put(void)
{
	size_t columns = terminal_columns(), rows = terminal_rows(), i;

	terminal_put(0, 0, columns, STYLE_HEAD, TEXT_KEEP_START, "outlive top: keys");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]) && i + 1 < rows; i++) {
		terminal_put(i + 1, 0, KEYS_COLUMNS - 1, STYLE_BOLD, TEXT_KEEP_START,
		             lines[i].keys);
		if (columns > KEYS_COLUMNS)
			terminal_put(i + 1, KEYS_COLUMNS, columns - KEYS_COLUMNS, STYLE_PLAIN,
			             TEXT_KEEP_START, lines[i].what);
	}
}

/* top/terminal.c - a terminal that is drawn on, by ncursesw. */
#include "top/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ESCAPE_MS 25 /* a key that begins with an escape comes within this time */
#define FITTED_BYTES 2048

enum pair { PAIR_MORE = 1, PAIR_LESS, PAIR_HEAD, PAIR_CURSOR };

static struct {
	SCREEN *screen;
	int input;
	bool has_colour, has_utf8;
} terminal;

static volatile sig_atomic_t end_signal;

/* ---- signals ---- */

static void signal_end(int number)
{
	end_signal = number;
}

/*
 * Set before ncurses is started: it leaves handlers alone that are there. Its own one for Ctrl-Z
 * gives the terminal back, stops, and draws the screen again.
 */
static void signals_take(void)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	struct sigaction action = { .sa_handler = signal_end };
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- open and close ---- */

static void colours_begin(void)
{
	const char *no_colour = getenv("NO_COLOR");

	terminal.has_colour = !(no_colour && *no_colour) && has_colors() &&
	                      start_color() == OK;
	if (!terminal.has_colour)
		return;
	use_default_colors();
	init_pair(PAIR_MORE, COLOR_RED, -1);
	init_pair(PAIR_LESS, COLOR_GREEN, -1);
	init_pair(PAIR_HEAD, COLOR_BLACK, COLOR_GREEN);
	init_pair(PAIR_CURSOR, COLOR_BLACK, COLOR_CYAN);
}

static bool can(const char *capability)
{
	const char *value = tigetstr(capability);

	return value && value != (const char *)-1 && *value;
}

/* A stream of the terminal: the usual one, or another; NULL: there is none. */
static FILE *stream_find(FILE *usual, bool is_any, const char *mode)
{
	if (isatty(fileno(usual)))
		return usual;
	return is_any ? fopen("/dev/tty", mode) : NULL;
}

int terminal_open(bool is_any, struct error *error)
{
	const char *type = getenv("TERM");
	FILE *in = stream_find(stdin, is_any, "re");
	FILE *out = stream_find(stdout, is_any, "we");

	if (!in || !out)
		return error_set(error, "top: the screen needs a terminal: '--format ndjson' "
		                        "prints lines anywhere");
	setlocale(LC_CTYPE, "");
	terminal.has_utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	signals_take();
	terminal.screen = newterm(NULL, out, in);
	terminal.input = fileno(in);
	if (!terminal.screen || !can("cup") || !can("el")) {
		terminal_close();
		return error_set(
			error,
			"top: the terminal '%s' cannot move its cursor, or is not known: "
			"'--format ndjson' prints lines anywhere",
			type ? type : "");
	}
	set_term(terminal.screen);
	colours_begin();
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	return 0;
}

void terminal_close(void)
{
	if (!terminal.screen)
		return;
	endwin();
	delscreen(terminal.screen);
	terminal.screen = NULL;
}

size_t terminal_rows(void)
{
	return LINES > 0 ? (size_t)LINES : 0;
}

size_t terminal_columns(void)
{
	return COLS > 0 ? (size_t)COLS : 0;
}

bool terminal_has_blocks(void)
{
	return terminal.has_utf8;
}

/* ---- drawing ---- */

static attr_t attributes_of(enum style style)
{
	bool colour = terminal.has_colour;

	switch (style) {
	case STYLE_BOLD: return A_BOLD;
	case STYLE_DIM: return colour ? A_DIM : A_NORMAL;
	case STYLE_HEAD: return colour ? COLOR_PAIR(PAIR_HEAD) : A_REVERSE;
	case STYLE_CURSOR: return colour ? COLOR_PAIR(PAIR_CURSOR) : A_REVERSE;
	case STYLE_MORE: return colour ? COLOR_PAIR(PAIR_MORE) : A_NORMAL;
	case STYLE_LESS: return colour ? COLOR_PAIR(PAIR_LESS) : A_NORMAL;
	case STYLE_ALARM: return colour ? A_BOLD | COLOR_PAIR(PAIR_MORE) : A_BOLD;
	case STYLE_PLAIN: break;
	}
	return A_NORMAL;
}

/* Where the character set is not UTF-8, every other character than ASCII is a '?'. */
static void charset_fit(char *text)
{
	char *to = text;

	if (terminal.has_utf8)
		return;
	for (; *text; text++) {
		if ((unsigned char)*text < 0x80)
			*to++ = *text;
		else if ((unsigned char)*text >= 0xc0)
			*to++ = '?';
	}
	*to = 0;
}

size_t terminal_put(size_t row, size_t column, size_t columns, enum style style,
                    enum text_keep keep, const char *text)
{
	static char fitted[FITTED_BYTES];
	size_t width = terminal_columns(), used, rest;

	if (row >= terminal_rows() || column >= width || !columns)
		return 0;
	if (columns > width - column)
		columns = width - column;
	text_fit(fitted, sizeof(fitted), text, columns, keep);
	charset_fit(fitted);
	used = text_columns(fitted);
	attrset(attributes_of(style));
	mvaddstr((int)row, (int)column, fitted);
	for (rest = used; rest < columns; rest++)
		addch(' ');
	attrset(A_NORMAL);
	return used;
}

void terminal_erase(void)
{
	erase();
}

void terminal_show(void)
{
	refresh();
}

/* ---- keys ---- */

static int key_of(int code)
{
	switch (code) {
	case KEY_UP: return KEY_OF_UP;
	case KEY_DOWN: return KEY_OF_DOWN;
	case KEY_LEFT: return KEY_OF_LEFT;
	case KEY_RIGHT: return KEY_OF_RIGHT;
	case KEY_PPAGE: return KEY_OF_PAGE_UP;
	case KEY_NPAGE: return KEY_OF_PAGE_DOWN;
	case KEY_HOME: return KEY_OF_FIRST;
	case KEY_END: return KEY_OF_LAST;
	case KEY_ENTER: return KEY_OF_ENTER;
	case KEY_BACKSPACE: return KEY_OF_ERASE;
	case KEY_BTAB: return KEY_OF_TAB_BACK;
	case KEY_F(1): return KEY_OF_HELP;
	case KEY_F(3): return KEY_OF_SEARCH;
	case KEY_F(4): return KEY_OF_FILTER;
	case KEY_F(6): return KEY_OF_SORT;
	case KEY_F(10): return KEY_OF_QUIT;
	case KEY_RESIZE: return KEY_OF_RESIZE;
	}
	return KEY_OF_NONE;
}

/* Control characters that are keys. */
static int control_of(wint_t character)
{
	switch (character) {
	case '\r':
	case '\n': return KEY_OF_ENTER;
	case '\b':
	case 0x7f: return KEY_OF_ERASE;
	case '\t': return KEY_OF_TAB;
	case 0x1b: return KEY_OF_ESCAPE;
	case 0x02: return KEY_OF_PAGE_UP;   /* Ctrl-B, as in less */
	case 0x06: return KEY_OF_PAGE_DOWN; /* Ctrl-F */
	}
	return (int)character;
}

int terminal_key(void)
{
	wint_t character;

	switch (get_wch(&character)) {
	case KEY_CODE_YES: return key_of((int)character);
	case OK: return control_of(character);
	}
	return KEY_OF_NONE;
}

int terminal_wait(int other, int timeout_ms)
{
	struct pollfd ready[2] = { { .fd = terminal.input, .events = POLLIN },
		                       { .fd = other, .events = POLLIN } };

	/* a signal that comes between here and poll() waits for the next frame: not for long */
	if (!end_signal && poll(ready, 2, timeout_ms) > 0 &&
	    ready[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		return SIGHUP;
	return end_signal;
}
